import { setMaxListeners } from 'node:events';
import {
  InvalidObjectError,
  type ObjectChange,
  type PreparedWithKind,
  type StorageError,
  type WriteResult,
} from '@clusterdex/storage-contract';
import { Backoff } from '../../timing/backoff.js';
import { type Clock, systemClock } from '../../timing/clock.js';
import { ConnectionError } from '../connection/connection-error.js';
import { describeObject, formatDescription } from '../import/describe-object.js';
import { prepareRow } from '../import/prepare-row.js';
import { checkScope } from '../import/type-resolver.js';
import { PipelineError } from '../pipeline/pipeline-error.js';
import { createInitialEventsOffer } from '../reflector/initial-events-offer.js';
import { createKnownVersions, type KnownVersions } from '../reflector/known-versions.js';
import { readIdentity } from '../reflector/read-identity.js';
import { type ReflectorPhase, runReflector } from '../reflector/reflector.js';
import type { ReflectorHandler } from '../reflector/reflector-source.js';
import { resourcePath } from '../reflector/resource-path.js';
import { ChangeWriter, type QueuedChange } from '../writer/change-writer.js';
import type { ResourceSync, ResourceSyncOptions, ResourceSyncStatus, SyncReason } from './resource-sync.js';
import { SyncState } from './sync-state.js';

/** Begins nothing before `run`. */
export function createResourceSync(options: ResourceSyncOptions): ResourceSync {
  return new ReflectedSync(options);
}

class ReflectedSync implements ResourceSync, ReflectorHandler {
  private readonly clock: Clock;
  private readonly state: SyncState;
  private readonly apiVersion: string;
  private known: KnownVersions = createKnownVersions();
  private writer: ChangeWriter | undefined;
  private signal: AbortSignal = AbortSignal.abort();
  /** Objects that are not stored as the cluster has them, by key, with the version that was refused. */
  private readonly refused = new Map<string, string>();
  /** Something came that cannot be said to be of one object: only a list tells what it was. */
  private hasMissed = false;

  constructor(private readonly options: ResourceSyncOptions) {
    this.clock = options.clock ?? systemClock;
    const { group, version } = options.resourceType;
    this.apiVersion = group === '' ? version : `${group}/${version}`;
    this.state = new SyncState(options, this.clock);
  }

  status(): ResourceSyncStatus {
    return this.state.status({
      objects: this.known.size,
      refused: this.refused.size,
      waitingSince: this.writer?.waitingSince,
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    const { options, state } = this;
    this.signal = signal;
    // One signal ends all syncs of a cluster; that is no leak, as Node would warn.
    setMaxListeners(0, signal);
    state.begin(() => this.status());
    try {
      await this.readStored();
      if (signal.aborted) return;
      const writer = this.createWriter();
      this.writer = writer;
      await runReflector(
        {
          source: {
            connection: options.connection,
            path: resourcePath(options.source),
            ...this.selectors(),
            pageSize: options.pageSize ?? 500,
          },
          handler: this,
          clock: this.clock,
          initialEvents: options.initialEvents ?? true,
          offer: options.initialEventsOffer ?? createInitialEventsOffer(),
          group: options.source.group,
          initialEventsTimeout: options.initialEventsTimeout ?? 30_000,
          wantsList: () => this.refused.size > 0 || this.hasMissed,
          onPhase: (phase, error) => this.onPhase(phase, error),
          onAsked: (what, outcome) => state.asked(what, outcome),
        },
        signal,
      );
      await writer.settle();
    } catch (error) {
      if (!signal.aborted) {
        state.failed(messageOf(error));
        state.enter('stopped', 'StorageFailed', messageOf(error));
        options.logger.error({ ...this.place(), reason: messageOf(error) }, 'the sync ended');
      }
    } finally {
      await this.writer?.settle().catch(() => {});
      state.end();
    }
  }

  async onReplaceBegin(): Promise<void> {
    // What is written from here on was seen in the list.
    await this.writer?.settle();
    this.known.startSweep();
    this.hasMissed = false;
  }

  onItem(json: Buffer): Promise<void> | undefined {
    const identity = readIdentity(json);
    if (identity !== undefined) {
      const { namespace, name, resourceVersion } = identity;
      this.known.see(namespace, name);
      if (resourceVersion !== '' && this.known.isCurrent(namespace, name, resourceVersion)) {
        this.state.count('unchanged');
        return undefined;
      }
    }
    return this.take(json, true);
  }

  async onReplaceEnd(resourceVersion: string): Promise<void> {
    await this.writer?.settle();
    for (const { namespace, name } of [...this.known.unseen()]) {
      await this.remove(namespace, name, resourceVersion);
    }
    this.known.endSweep();
    await this.writer?.settle();
    this.state.listed();
  }

  onChange(type: 'ADDED' | 'MODIFIED' | 'DELETED', json: Buffer): Promise<void> | undefined {
    if (type !== 'DELETED') return this.take(json, false);
    const identity = readIdentity(json);
    if (identity === undefined) {
      this.onFault('expected an object with a name', json.toString('utf8', 0, 1000));
      return undefined;
    }
    this.refused.delete(`${identity.namespace}/${identity.name}`);
    return this.remove(identity.namespace, identity.name, identity.resourceVersion);
  }

  onPause(): void {
    this.state.inStep();
  }

  onHistoryLost(): void {
    this.known.distrust();
  }

  onFault(reason: string, excerpt: string): void {
    this.hasMissed = true;
    this.fail(describeText(excerpt), reason);
  }

  private take(json: Buffer, isItem: boolean): Promise<void> | undefined {
    try {
      const { convert, pipeline, cluster, resourceType } = this.options;
      const bytes = convert === undefined ? json : convert(json);
      const processed = pipeline.process(bytes, {
        cluster,
        resourceType,
        apiVersion: this.apiVersion,
        kind: resourceType.kind,
        signal: this.signal,
      });
      if (processed instanceof Promise) {
        return processed.then(
          (prepared) => this.queue(prepared, json, isItem),
          (error: unknown) => this.refuse(json, error),
        );
      }
      return this.queue(processed, json, isItem);
    } catch (error) {
      this.refuse(json, error);
      return undefined;
    }
  }

  private queue(prepared: PreparedWithKind | undefined, json: Buffer, isItem: boolean): Promise<void> | undefined {
    if (prepared === undefined) return this.filteredOut(json);
    try {
      checkScope(prepared, this.options.resourceType);
      const row = prepareRow(this.options.resourceType, prepared.json);
      const object = row === undefined ? prepared : { ...prepared, row };
      const replaces = isItem ? this.newerOf(prepared) : undefined;
      return this.writer?.add({ type: 'upsert', object, ...(replaces === undefined ? {} : { replaces }) });
    } catch (error) {
      this.refuse(json, error);
      return undefined;
    }
  }

  /** A list is what the cluster has now: what is stored in a newer version comes from a history that the cluster forgot. */
  private newerOf({ namespace, name, resourceVersion }: PreparedWithKind): string | undefined {
    const stored = this.known.get(namespace, name);
    return Number(stored) > Number(resourceVersion) ? stored : undefined;
  }

  private filteredOut(json: Buffer): Promise<void> | undefined {
    this.state.count('filtered');
    const identity = readIdentity(json);
    if (identity === undefined) return undefined;
    this.refused.delete(`${identity.namespace}/${identity.name}`);
    if (this.known.get(identity.namespace, identity.name) === undefined) return undefined;
    return this.remove(identity.namespace, identity.name, identity.resourceVersion);
  }

  /** What another history of the cluster left behind goes as well, in the version that is known to be stored, and no newer one: another process may write by then. */
  private async remove(namespace: string, name: string, resourceVersion: string): Promise<void> {
    const { pipeline, cluster, resourceType } = this.options;
    try {
      await pipeline.handleDeletion(namespace, name, {
        cluster,
        resourceType,
        apiVersion: this.apiVersion,
        kind: resourceType.kind,
        signal: this.signal,
      });
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error;
      // It is gone from the cluster, so it goes from the storage.
      this.fail(`${resourceType.kind} ${namespace}/${name}`, `deletion: ${error.message}`);
    }
    const stored = this.known.get(namespace, name) ?? '';
    const newest = resourceVersion === '' || Number(stored) > Number(resourceVersion) ? stored : resourceVersion;
    await this.writer?.add({ type: 'delete', namespace, name, ...(newest === '' ? {} : { resourceVersion: newest }) });
  }

  private refuse(json: Buffer, error: unknown): void {
    if (!(error instanceof InvalidObjectError || error instanceof PipelineError || this.options.convert)) throw error;
    const identity = readIdentity(json);
    if (identity !== undefined) {
      this.refused.set(`${identity.namespace}/${identity.name}`, identity.resourceVersion);
    }
    this.fail(describeText(json.toString('utf8', 0, 64 << 10)), messageOf(error));
    this.state.judge(this.refused.size);
  }

  private fail(object: string, reason: string): void {
    const { options, state } = this;
    state.count('failed');
    state.failed(`${object}: ${reason}`);
    options.logger.warn({ ...this.place(), object, reason }, 'an object is not stored');
  }

  private createWriter(): ChangeWriter {
    const { storage, sink, cluster, resourceType, budget } = this.options;
    const objects = storage.resourceStorage(resourceType);
    const write = (changes: readonly ObjectChange[], signal: AbortSignal): Promise<WriteResult> =>
      sink === undefined ? objects.write(cluster, changes) : sink.write(changes, signal);
    return new ChangeWriter({
      write,
      budget,
      clock: this.clock,
      signal: this.signal,
      onWritten: (changes, result, seconds) => this.onWritten(changes, result, seconds),
      onRefused: (change, error) => this.onRefused(change, error),
      onTrouble: (error) => this.state.trouble(error),
    });
  }

  private async onWritten(changes: readonly QueuedChange[], result: WriteResult, seconds: number): Promise<void> {
    const objects: PreparedWithKind[] = [];
    let deletes = 0;
    for (const change of changes) {
      if (change.type === 'delete') {
        this.known.delete(change.namespace, change.name);
        deletes++;
        continue;
      }
      const { namespace, name, resourceVersion } = change.object;
      this.known.set(namespace, name, resourceVersion);
      if (this.refused.size > 0) this.refused.delete(`${namespace}/${name}`);
      objects.push(change.object);
    }
    this.state.wrote({ result, deletes, changes: changes.length, seconds, objects: this.known.size });
    this.state.judge(this.refused.size);
    if (objects.length > 0) await this.options.onWritten?.(objects);
  }

  private onRefused(change: QueuedChange, error: StorageError): void {
    const { namespace, name, resourceVersion = '' } = change.type === 'upsert' ? change.object : change;
    this.refused.set(`${namespace}/${name}`, resourceVersion);
    this.fail(`${this.options.resourceType.kind} ${namespace}/${name}`, `${error.code}: ${error.message}`);
    this.state.judge(this.refused.size);
  }

  private onPhase(phase: ReflectorPhase, error: Error | undefined): void {
    if (phase !== 'waiting' || error === undefined) {
      this.state.enter(phase);
      return;
    }
    this.state.failed(error.message);
    this.state.enter('waiting', reasonOf(error, this.state.phase), error.message);
    this.options.logger.warn({ ...this.place(), reason: error.message }, 'the sync waits to try again');
  }

  private selectors(): { readonly labelSelector: string | undefined; readonly fieldSelector: string | undefined } {
    const { pipeline, resourceType, fieldSelector } = this.options;
    const asked = pipeline.selectors(resourceType);
    const fields = [fieldSelector, asked.fieldSelector].filter((text) => text !== undefined).join();
    return { labelSelector: asked.labelSelector, fieldSelector: fields === '' ? undefined : fields };
  }

  /** Patiently: nothing can be compared before. */
  private async readStored(): Promise<void> {
    const { stored, resourceType, logger } = this.options;
    const backoff = new Backoff(this.clock);
    while (!this.signal.aborted) {
      try {
        this.known = await stored.take(resourceType, this.signal);
        return;
      } catch (error) {
        if (this.signal.aborted) return;
        this.state.failed(messageOf(error));
        this.state.enter('waiting', 'StorageUnavailable', messageOf(error));
        logger.warn({ ...this.place(), reason: messageOf(error) }, 'what is stored cannot be read');
        await backoff.wait(this.signal);
      }
    }
  }

  private place(): { readonly cluster: string; readonly resource: string } {
    return { cluster: this.options.cluster, resource: this.state.resource };
  }
}

function reasonOf(error: Error, phase: string): SyncReason {
  if (error instanceof ConnectionError) {
    if (error.status === 401) return 'Unauthorized';
    if (error.status === 403) return 'Forbidden';
    if (error.status === 404) return 'NotServed';
  }
  return phase === 'listing' ? 'ListFailed' : 'ResourceWatchFailed';
}

function describeText(text: string): string {
  return formatDescription(describeObject(text)) ?? 'an object without a name';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
