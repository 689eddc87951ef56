import type { ClusterInventory, ResourceInventory, StorageFactory } from '@clusterdex/storage-contract';
import type { CustomTypes } from './custom-types.js';
import { type RetryOptions, retry } from './retry.js';

const quietMilliseconds = 1000;

/** Adds what was imported to the inventory of the cluster. */
export class InventoryKeeper {
  private readonly imported = new Map<string, ResourceInventory>();
  private isSaved = true;
  private savedAt = 0;

  constructor(
    private readonly factory: StorageFactory,
    private readonly cluster: string,
    private readonly options: { readonly customTypes: CustomTypes; readonly retry: RetryOptions },
  ) {}

  add(type: ResourceInventory): void {
    const key = keyOf(type);
    if (this.imported.get(key) === type) return;
    this.imported.set(key, type);
    this.isSaved = false;
  }

  /** Saves now and then, so that a process that is killed leaves nothing that cannot be found. */
  async saveNowAndThen(): Promise<void> {
    if (!this.isSaved && Date.now() - this.savedAt >= quietMilliseconds) await this.save();
  }

  async save(): Promise<void> {
    if (this.isSaved) return;
    this.isSaved = true;
    this.savedAt = Date.now();
    await retry(async () => {
      const inventories = await this.factory.clusterInventories();
      await this.factory.putClusterInventory(this.merge(inventories.find(({ cluster }) => cluster === this.cluster)));
    }, this.options.retry);
  }

  private merge(stored: ClusterInventory | undefined): ClusterInventory {
    const types = new Map<string, ResourceInventory>();
    for (const type of stored?.resources ?? []) types.set(keyOf(type), this.refresh(type));
    for (const [key, type] of this.imported) types.set(key, type);
    return {
      cluster: this.cluster,
      ...(stored?.version === undefined ? {} : { version: stored.version }),
      health: stored?.health ?? { status: 'unknown', reason: 'Imported', message: 'imported from a dump' },
      resources: [...types.values()],
      updatedAt: Date.now(),
    };
  }

  /** A CRD of this dump may say more, or something newer, of a type that was stored before. */
  private refresh(type: ResourceInventory): ResourceInventory {
    const defined = this.options.customTypes.find(type.group, type.version, type.kind);
    return defined !== undefined && keyOf(defined) === keyOf(type) ? defined : type;
  }
}

function keyOf({ group, version, resource }: ResourceInventory): string {
  return `${group}/${version}/${resource}`;
}
