import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterInventory } from '@clusterdex/storage-contract';
import type { ClusterDeclaration } from '../cluster/cluster-declaration.js';
import { withDeadline } from '../connection/with-deadline.js';
import type { ClusterSource } from '../declare/cluster-source.js';
import { ClusterSynchro } from '../follow/cluster-synchro.js';
import type { SynchroParts } from '../follow/synchro-parts.js';
import { fencedStorage } from '../lease/fenced-storage.js';
import { createLimit } from './limit.js';

/** Follows all clusters that are declared, and nothing else. */
export interface ClusterManager {
  /** Until the signal aborts, then ends what is under way. Rejects for nothing that can be mended while it runs. Once. */
  run(signal: AbortSignal): Promise<void>;
  /** What is known of the clusters now. */
  inventories(): readonly ClusterInventory[];
  readonly openConnections: number;
  /** Whether everything that is declared was read once and is published, or cannot be reached. */
  readonly isComplete: boolean;
}

export interface ClusterManagerOptions {
  readonly parts: SynchroParts;
  /** Where two declare a cluster of one name, the first one counts. */
  readonly sources: readonly ClusterSource[];
  readonly onChange?: () => void;
  /** Milliseconds that are waited for what follows a cluster and was told to end; 65,000 unless told. */
  readonly endPatience?: number;
}

interface Followed {
  readonly source: ClusterSource;
  readonly synchro: ClusterSynchro;
  readonly end: () => void;
  readonly ended: Promise<void>;
  /** It may write nothing from now on, whatever it still does. */
  readonly disown: () => void;
  isChanged: boolean;
  isPublishing: boolean;
  publishedAt: number;
  publishing: Promise<void>;
}

const publishEvery = 1000;
/** Inventories are written now and then also when nothing changed but counts, so that a reader knows that somebody is there. */
const heartbeat = { least: 10_000, most: 30_000, perCluster: 200 };
const cleanRetry = 10_000;
/** Milliseconds; what was removed until then stays removed, and the next attempt goes on. */
const cleanDeadline = 600_000;
/** Longer than a write may take. */
const endPatience = 65_000;

export function createClusterManager(options: ClusterManagerOptions): ClusterManager {
  return new Manager(options);
}

class Manager implements ClusterManager {
  private readonly followed = new Map<string, Followed>();
  private readonly declared = new Map<ClusterSource, readonly ClusterDeclaration[]>();
  /** What is done with a cluster is done one thing after the other. */
  private readonly queues = new Map<string, Promise<void>>();
  private readonly known = new Map<string, ClusterInventory>();
  private readonly publishing = createLimit(4);
  private signal: AbortSignal = new AbortController().signal;

  constructor(private readonly options: ClusterManagerOptions) {}

  get openConnections(): number {
    return [...this.followed.values()].reduce((sum, { synchro }) => sum + synchro.openConnections, 0);
  }

  get isComplete(): boolean {
    if (this.declared.size < this.options.sources.length) return false;
    // What is read can be asked for as soon as it stands in the inventory.
    return [...this.followed.values()].every(
      ({ synchro, isChanged, isPublishing }) =>
        !isChanged && !isPublishing && (synchro.isComplete || synchro.inventory().health.status === 'unhealthy'),
    );
  }

  inventories(): readonly ClusterInventory[] {
    return [...this.followed.values()].map(({ synchro }) => synchro.inventory());
  }

  async run(signal: AbortSignal): Promise<void> {
    this.signal = signal;
    await this.readKnown(signal);
    const publisher = this.publishLoop(signal);
    await Promise.all(
      this.options.sources.map((source) =>
        source.follow((clusters, gone = []) => {
          this.declared.set(source, clusters);
          this.reconcile();
          for (const name of gone) this.enqueue(name, () => this.remove(name, source, true));
        }, signal),
      ),
    );
    await Promise.all(this.queues.values());
    await Promise.all([...this.followed].map(([name, followed]) => this.untilEnded(name, followed)));
    await publisher;
    await Promise.all([...this.followed.keys()].map((name) => this.publish(name)));
  }

  private async readKnown(signal: AbortSignal): Promise<void> {
    for (let wait = 500; !signal.aborted; wait = Math.min(10_000, wait * 2)) {
      try {
        for (const inventory of await this.options.parts.storage.clusterInventories()) {
          this.known.set(inventory.cluster, inventory);
        }
        return;
      } catch (error) {
        this.options.parts.logger.warn(
          { err: error, wait },
          'cannot read what is stored of the clusters; trying again',
        );
        await pause(wait, signal);
      }
    }
  }

  private reconcile(): void {
    if (this.signal.aborted) return;
    const wanted = new Map<string, { readonly source: ClusterSource; readonly declaration: ClusterDeclaration }>();
    for (const source of this.options.sources) {
      for (const declaration of this.declared.get(source) ?? []) {
        const other = wanted.get(declaration.name);
        if (other === undefined) wanted.set(declaration.name, { source, declaration });
        else if (other.source !== source) this.logDouble(declaration, other.declaration);
      }
    }
    for (const [name, { source, declaration }] of wanted) this.enqueue(name, () => this.follow(source, declaration));
    for (const [name, { source }] of this.followed) {
      if (!wanted.has(name)) this.enqueue(name, () => this.remove(name, source));
    }
    for (const [name, inventory] of this.known) {
      const source = this.options.sources.find((candidate) => candidate.owns(inventory));
      if (source === undefined || !this.declared.has(source) || wanted.has(name) || this.followed.has(name)) continue;
      this.enqueue(name, () => this.remove(name, source));
    }
    this.options.onChange?.();
  }

  private enqueue(name: string, act: () => Promise<void>): void {
    const before = this.queues.get(name) ?? Promise.resolve();
    const next = before.then(act).catch((error: unknown) => {
      this.options.parts.logger.error({ err: error, cluster: name }, 'cannot do with a cluster what is declared');
    });
    this.queues.set(name, next);
    void next.then(() => {
      if (this.queues.get(name) === next) this.queues.delete(name);
    });
  }

  private async follow(source: ClusterSource, declaration: ClusterDeclaration): Promise<void> {
    const { name } = declaration;
    const current = this.followed.get(name);
    const isFit = current?.synchro.accepts(declaration) === true && current.source === source;
    if (current !== undefined && isFit) return current.synchro.update(declaration);
    if (current !== undefined) {
      this.known.set(name, current.synchro.inventory());
      current.end();
      await this.untilEnded(name, current);
    }
    if (this.signal.aborted) return;
    const ender = new AbortController();
    let isOwn = true;
    const { parts } = this.options;
    const synchro = new ClusterSynchro({
      parts: { ...parts, storage: fencedStorage(parts.storage, () => isOwn, 'the cluster is not followed any more') },
      declaration,
      known: this.known.get(name),
      onChange: () => this.noteChange(name),
    });
    const signal = AbortSignal.any([this.signal, ender.signal]);
    setMaxListeners(0, signal);
    const ended = synchro.run(signal).catch((error: unknown) => {
      this.options.parts.logger.error(
        { err: error, cluster: name },
        'a cluster is not followed any more, by a fault of its own',
      );
    });
    this.followed.set(name, {
      source,
      synchro,
      ended,
      end: () => ender.abort(),
      disown: () => {
        isOwn = false;
      },
      isChanged: true,
      isPublishing: false,
      publishedAt: 0,
      publishing: Promise.resolve(),
    });
    this.options.parts.logger.info({ cluster: name, declaredBy: declaration.declaredBy }, 'following a cluster');
  }

  /** Ends it, deletes what is stored of it where it is declared no more for good, and says so. Tries until it is done. */
  private async remove(name: string, source: ClusterSource, isGone = false): Promise<void> {
    const { parts } = this.options;
    const current = this.followed.get(name);
    if (this.isDeclared(name)) return;
    current?.end();
    if (current !== undefined) await this.untilEnded(name, current);
    const inventory = current?.synchro.inventory() ?? this.known.get(name);
    this.followed.delete(name);
    // What was about to be published must not come behind the removal.
    await current?.publishing;
    if (!isGone && (inventory === undefined || !source.owns(inventory))) {
      if (inventory !== undefined) await parts.storage.putClusterInventory(inventory);
      return;
    }
    // Declared again meanwhile, it goes on from there.
    if (inventory !== undefined) this.known.set(name, inventory);
    while (!this.signal.aborted && !this.isDeclared(name)) {
      try {
        await parts.pipeline.handleRemoval({ cluster: name, signal: this.signal });
        const limit = {
          signal: this.signal,
          milliseconds: cleanDeadline,
          what: 'deleting what is stored of the cluster',
        };
        await withDeadline(limit, (ending) => parts.storage.cleanCluster(name, ending));
        this.known.delete(name);
        await source.removed?.(name);
        parts.logger.info({ cluster: name }, 'removed a cluster and what was stored of it');
        return;
      } catch (error) {
        parts.logger.warn({ err: error, cluster: name }, 'cannot remove a cluster yet; trying again');
        await pause(cleanRetry, this.signal);
      }
    }
  }

  /** What does not end would keep the cluster from being removed, or the next process from writing: it is left to itself. */
  private async untilEnded(cluster: string, { ended, disown, synchro }: Followed): Promise<void> {
    const milliseconds = this.options.endPatience ?? endPatience;
    const patience = new AbortController();
    const isLate = await Promise.race([
      ended.then(() => false),
      delay(milliseconds, true, { signal: patience.signal }).catch(() => false),
    ]);
    patience.abort();
    disown();
    if (!isLate) return;
    const { openConnections } = synchro;
    this.options.parts.logger.error(
      { cluster, seconds: milliseconds / 1000, openConnections },
      'what follows a cluster does not end; it is not waited for any longer, and can write nothing any more',
    );
  }

  private isDeclared(name: string): boolean {
    return [...this.declared.values()].some((clusters) => clusters.some((cluster) => cluster.name === name));
  }

  private noteChange(name: string): void {
    const followed = this.followed.get(name);
    if (followed !== undefined) followed.isChanged = true;
    this.options.onChange?.();
  }

  private async publishLoop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(publishEvery, signal);
      const beat = Math.min(heartbeat.most, Math.max(heartbeat.least, this.followed.size * heartbeat.perCluster));
      const due = [...this.followed]
        .filter(([, { isChanged, publishedAt }]) => isChanged || performance.now() - publishedAt > beat)
        .map(([name]) => name);
      await Promise.all(due.map((name) => this.publishing(() => this.publish(name))));
    }
  }

  private async publish(name: string): Promise<void> {
    const followed = this.followed.get(name);
    if (followed === undefined) return;
    await followed.publishing;
    // It may have been removed meanwhile.
    if (this.followed.get(name) !== followed) return;
    followed.publishing = this.put(name, followed);
    await followed.publishing;
  }

  private async put(name: string, followed: Followed): Promise<void> {
    const inventory = followed.synchro.inventory();
    followed.isChanged = false;
    followed.isPublishing = true;
    followed.publishedAt = performance.now();
    followed.source.report?.(inventory);
    try {
      await this.options.parts.storage.putClusterInventory(inventory);
    } catch (error) {
      followed.isChanged = true;
      // Whoever lost the lease has nothing more to say.
      if (this.signal.aborted) return;
      this.options.parts.logger.warn(
        { err: error, cluster: name },
        'cannot store the state of a cluster; trying again',
      );
    } finally {
      followed.isPublishing = false;
    }
  }

  private logDouble({ name, declaredBy }: ClusterDeclaration, first: ClusterDeclaration): void {
    this.options.parts.logger.error(
      { cluster: name, declaredBy: [first.declaredBy, declaredBy] },
      'a cluster is declared twice; the first one counts',
    );
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return delay(milliseconds, undefined, { signal }).catch(() => {});
}
