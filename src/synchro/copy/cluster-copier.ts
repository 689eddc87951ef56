import { isDeepStrictEqual } from 'node:util';
import type { ClusterInventory, ResourceInventory } from '@clusterdex/storage-contract';
import { compareText } from '@clusterdex/storage-contract/selection';
import { type RetryOptions, retry } from '../import/retry.js';
import type { CopiedStorage } from './copied-storage.js';
import { findInventory, mergeInventories, putInventory } from './copy-inventory.js';
import type { ClusterCopy, CopyFailure, CopyProgress, TypeCopy } from './copy-result.js';
import { copyType } from './copy-type.js';
import { onSide } from './side-error.js';
import { type StoredType, storedTypes } from './stored-types.js';

export interface ClusterCopierOptions {
  readonly source: CopiedStorage;
  readonly target: CopiedStorage;
  /** As the source has it. */
  readonly inventory: ClusterInventory;
  readonly types: ReadonlyMap<string, StoredType>;
  readonly prune: boolean;
  readonly signal: AbortSignal;
  readonly retry: RetryOptions;
  readonly onProgress: (progress: Omit<CopyProgress, 'total'>) => void;
  readonly onFailure: (failure: CopyFailure) => void;
}

/** Copies one cluster: its inventory first, so that nothing is stored that cannot be found, then type after type. */
export class ClusterCopier {
  private readonly types: TypeCopy[] = [];
  private copied = 0;
  private deleted = 0;
  private expected: ClusterInventory;
  private revision: string | undefined;
  private isInventoryEqual = false;
  private sourceChanged = false;

  constructor(private readonly options: ClusterCopierOptions) {
    this.expected = options.inventory;
  }

  async copy(): Promise<void> {
    const { target, inventory, types, prune } = this.options;
    const { cluster } = inventory;
    this.revision = await this.sourceRevision();
    await onSide('target', () => retry(() => target.factory.prepareCluster(cluster), this.options.retry));
    const present = await this.presentTypes();
    this.expected = mergeInventories(inventory, typesOf(present));
    await putInventory(target, this.expected, this.options.retry);
    let before = 0;
    const all = [...new Map([...present, ...types])].sort(([one], [other]) => compareText(one, other));
    for (const [key, { type, objects }] of all) {
      // What only the inventory names has nothing to be read.
      if (objects === 0 && (present.get(key)?.objects ?? 0) === 0) continue;
      await this.copyType(type, before);
      before += types.get(key)?.objects ?? 0;
    }
    const kept = prune ? [] : [...present].filter(([key, { objects }]) => objects > 0 && !types.has(key));
    this.expected = mergeInventories(
      inventory,
      kept.map(([, { type }]) => type),
    );
    await putInventory(target, this.expected, this.options.retry);
  }

  /** After everything else was copied: whether source and target are still what they were. */
  async finish(): Promise<ClusterCopy> {
    const { source, target, inventory, retry: options } = this.options;
    const { cluster } = inventory;
    const stored = await findInventory(target, cluster, options);
    this.isInventoryEqual = isDeepStrictEqual(stored, this.expected);
    const inventories = await onSide('source', () => retry(() => source.factory.clusterInventories(), options));
    const now = inventories.find((candidate) => candidate.cluster === cluster);
    this.sourceChanged = this.revision !== (await this.sourceRevision()) || !isDeepStrictEqual(now, inventory);
    return this.result();
  }

  result(): ClusterCopy {
    const { types, copied, deleted, isInventoryEqual, sourceChanged } = this;
    return { cluster: this.options.inventory.cluster, types, copied, deleted, isInventoryEqual, sourceChanged };
  }

  private async copyType(type: ResourceInventory, before: number): Promise<void> {
    const { cluster } = this.options.inventory;
    const resource = type.group === '' ? type.resource : `${type.resource}.${type.group}`;
    const result = await copyType({
      ...this.options,
      cluster,
      type,
      onProgress: (phase, objects) => this.options.onProgress({ cluster, resource, phase, objects: before + objects }),
      onWritten: ({ copied, deleted }) => {
        this.copied += copied;
        this.deleted += deleted;
      },
      onFailure: (object, reason) => this.options.onFailure({ cluster, resource, object, reason }),
    });
    this.types.push(result);
  }

  private async presentTypes(): Promise<ReadonlyMap<string, StoredType>> {
    const { target, signal, inventory } = this.options;
    const { cluster } = inventory;
    const resources = (await findInventory(target, cluster, this.options.retry))?.resources ?? [];
    return onSide('target', () => retry(() => storedTypes(target, { cluster, resources }, signal), this.options.retry));
  }

  /** Of a read of the cluster, whatever its type: a write to the cluster makes another. */
  private async sourceRevision(): Promise<string | undefined> {
    const { source, inventory, types, signal } = this.options;
    const [first] = types.values();
    if (first === undefined) return undefined;
    const storage = source.factory.resourceStorage(first.type);
    const options = { clusters: { in: [inventory.cluster] }, limit: 1, onlyMetadata: true };
    return onSide('source', () =>
      retry(async () => {
        let revision: string | undefined;
        for await (const batch of storage.list(options, signal)) revision ??= batch.revision;
        return revision;
      }, this.options.retry),
    );
  }
}

function* typesOf(types: ReadonlyMap<string, StoredType>): Generator<ResourceInventory> {
  for (const { type } of types.values()) yield type;
}
