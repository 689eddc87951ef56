import type { StorageError, WriteResult } from '@clusterdex/storage-contract';
import type { Clock } from '../../timing/clock.js';
import type { RequestKind } from '../reflector/reflector.js';
import {
  type ResourceSyncOptions,
  type ResourceSyncStatus,
  type SyncCounts,
  type SyncPhase,
  type SyncReason,
  syncReasons,
} from './resource-sync.js';

/** What is told of a sync, and when. */
export class SyncState {
  readonly resource: string;
  phase: SyncPhase = 'pending';
  private reason: SyncReason | undefined;
  private message: string | undefined;
  private changedAt: number;
  private initialList = true;
  private lastError: { readonly at: number; readonly message: string } | undefined;
  /** When what was stored was known to be what the cluster had. */
  private inStepAt: number | undefined;
  private readonly counts: { -readonly [Name in keyof SyncCounts]: number } = {
    written: 0,
    deleted: 0,
    unchanged: 0,
    filtered: 0,
    failed: 0,
    lists: 0,
    watches: 0,
  };
  private read: (() => ResourceSyncStatus) | undefined;

  constructor(
    private readonly options: Pick<ResourceSyncOptions, 'cluster' | 'resourceType' | 'metrics' | 'onStatus'>,
    private readonly clock: Clock,
  ) {
    const { group, resource } = options.resourceType;
    this.resource = group === '' ? resource : `${resource}.${group}`;
    this.changedAt = clock.now();
  }

  begin(read: () => ResourceSyncStatus): void {
    this.read = read;
    this.options.metrics?.lag(this.options.cluster, this.resource, () => read().lagSeconds);
  }

  end(): void {
    this.options.metrics?.forget(this.options.cluster, this.resource);
    if (this.phase !== 'stopped') this.enter('stopped');
  }

  status(now: {
    readonly objects: number;
    readonly refused: number;
    readonly waitingSince: number | undefined;
  }): ResourceSyncStatus {
    const { reason, message, lastError } = this;
    return {
      phase: this.phase,
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
      changedAt: this.changedAt,
      initialList: this.initialList,
      objects: now.objects,
      lagSeconds: this.lag(now.waitingSince),
      counts: { ...this.counts },
      refused: now.refused,
      ...(lastError === undefined ? {} : { lastError }),
    };
  }

  enter(phase: SyncPhase, reason?: SyncReason, message?: string): void {
    if (phase === 'watching') this.inStepAt = this.clock.now();
    // Until the next watch begins it is known to have been in step up to now.
    else if (this.phase === 'watching') this.inStepAt = this.clock.now();
    if (phase === this.phase && reason === this.reason && message === this.message) return;
    const isSame = phase === this.phase && reason === this.reason;
    this.phase = phase;
    this.reason = reason;
    this.message = message;
    if (isSame) return;
    this.changedAt = this.clock.now();
    this.tell();
  }

  listed(): void {
    this.initialList = false;
    this.inStepAt = this.clock.now();
  }

  inStep(): void {
    if (this.phase === 'watching') this.inStepAt = this.clock.now();
  }

  count(what: 'unchanged' | 'filtered' | 'failed'): void {
    this.counts[what]++;
    this.options.metrics?.counted(this.options.cluster, this.resource, what);
  }

  asked(what: RequestKind, outcome: string): void {
    if (what !== 'check') this.counts[what === 'list' ? 'lists' : 'watches']++;
    this.options.metrics?.asked(this.options.cluster, this.resource, what, outcome);
  }

  wrote(batch: {
    readonly result: WriteResult;
    readonly deletes: number;
    readonly changes: number;
    readonly seconds: number;
    readonly objects: number;
  }): void {
    const { cluster, metrics } = { ...this.options };
    const { result, deletes, changes, seconds, objects } = batch;
    this.counts.written += result.written;
    this.counts.unchanged += result.unchanged;
    this.counts.deleted += deletes;
    metrics?.counted(cluster, this.resource, 'written', result.written);
    metrics?.counted(cluster, this.resource, 'unchanged', result.unchanged);
    metrics?.counted(cluster, this.resource, 'deleted', deletes);
    metrics?.wrote(seconds, changes);
    metrics?.objects(cluster, this.resource, objects);
  }

  failed(message: string): void {
    this.lastError = { at: this.clock.now(), message };
  }

  /** The storage does not take what comes, or takes it again. */
  trouble(error: StorageError | undefined): void {
    if (error === undefined) {
      if (this.reason === 'StorageUnavailable') this.enter(this.phase);
      return;
    }
    this.failed(`${error.code}: ${error.message}`);
    this.enter(this.phase, 'StorageUnavailable', `${error.code}: ${error.message}`);
  }

  /** Whether some objects are not stored as they are. */
  judge(refused: number): void {
    if (refused > 0 && this.reason === undefined) {
      this.enter(this.phase, 'ObjectsRefused', `${refused}: ${syncReasons.ObjectsRefused}`);
    } else if (refused === 0 && this.reason === 'ObjectsRefused') {
      this.enter(this.phase);
    }
  }

  private lag(waitingSince: number | undefined): number | undefined {
    if (this.inStepAt === undefined) return undefined;
    const now = this.clock.now();
    const since = this.phase === 'watching' ? (waitingSince ?? now) : Math.min(waitingSince ?? now, this.inStepAt);
    return Math.max(0, (now - since) / 1000);
  }

  private tell(): void {
    if (this.read !== undefined) this.options.onStatus?.(this.read());
  }
}
