import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { ResourceInventory, ResourceSyncReport, ResourceType } from '@clusterdex/storage-contract';
import { apiVersionOf } from '../../kube/api-version.js';
import type { ClusterConnection } from '../connection/cluster-connection.js';
import type { PlannedSync } from '../discovery/negotiate.js';
import type { InitialEventsOffer } from '../reflector/initial-events-offer.js';
import { createKnownVersions } from '../reflector/known-versions.js';
import { createStoredVersions, type StoredVersions } from '../reflector/stored-versions.js';
import type { ResourceSync, ResourceSyncStatus } from '../resource-sync/resource-sync.js';
import { convertJson } from './convert-json.js';
import { createEventSink } from './event-sink.js';
import { reportSync, type SyncPause } from './sync-report.js';
import type { SynchroParts } from './synchro-parts.js';

/** The syncs of a cluster that run, as a plan wants them. */
export interface SyncSet {
  /** Starts what is new, ends what is not wanted any more, and deletes what it stored. */
  apply(syncs: readonly ResolvedSync[], removed: readonly ResourceInventory[]): Promise<void>;
  report(): readonly ResourceSyncReport[];
  /** Whether the first list of every sync is written. */
  readonly isComplete: boolean;
  /** Ends all of them; what is stored stays. */
  stop(): Promise<void>;
}

/** A planned sync with the inventory that its objects are stored with: the columns of its definition too. */
export interface ResolvedSync extends PlannedSync {
  readonly storage: ResourceInventory;
}

interface Running {
  readonly planned: ResolvedSync;
  readonly fingerprint: string;
  readonly sync: ResourceSync;
  readonly ended: Promise<void>;
  end(): void;
}

export interface SyncSetOptions {
  readonly parts: SynchroParts;
  readonly cluster: string;
  readonly connection: ClusterConnection;
  /** What is stored was made in another way: everything is written again. */
  readonly ignoreVersions: boolean;
  readonly signal: AbortSignal;
  readonly initialEventsOffer: InitialEventsOffer;
  readonly onChange: () => void;
  /** A sync found that its type is not served any more. */
  readonly onNotServed: () => void;
}

const cleanRetry = 30_000;

export function createSyncSet(options: SyncSetOptions): SyncSet {
  const { parts, cluster, connection, signal, onChange } = options;
  const running = new Map<string, Running>();
  const failedCleans = new Map<string, { readonly type: ResourceInventory; readonly message: string }>();
  let eventSync: { readonly fingerprint: string; readonly running: Running } | undefined;
  let eventTypes: readonly ResourceType[] = [];

  function start(planned: ResolvedSync, stored: StoredVersions): Running {
    const { source, storage: resourceType } = planned;
    const conversion = {
      kind: source.kind,
      from: apiVersionOf(source.group, source.version),
      to: apiVersionOf(resourceType.group, resourceType.version),
    };
    const sync = parts.createSync({
      ...shared(),
      source: typeOf(source),
      resourceType,
      stored,
      ...(conversion.from === conversion.to ? {} : { convert: (json: Uint8Array) => convertJson(json, conversion) }),
    });
    return run(planned, sync);
  }

  function startEvents(): Running {
    const source = {
      ...coreEvents,
      singularName: 'event',
      shortNames: ['ev'],
      categories: [],
      verbs: ['list', 'watch'],
    };
    const sync = parts.createSync({
      ...shared(),
      source: coreEvents,
      resourceType: { ...coreEvents, singularName: 'event' },
      stored: { take: () => Promise.resolve(createKnownVersions()), rest: () => Promise.resolve([]) },
      sink: createEventSink(parts.storage, cluster, () => eventTypes),
    });
    return run({ source, storage: { ...coreEvents, singularName: 'event' }, recordsEvents: true }, sync);
  }

  function shared() {
    return {
      connection,
      cluster,
      storage: parts.storage,
      pipeline: parts.pipeline,
      budget: parts.budget,
      metrics: parts.metrics,
      logger: parts.logger,
      onStatus: noteStatus,
      initialEventsOffer: options.initialEventsOffer,
      ...(parts.pageSize === undefined ? {} : { pageSize: parts.pageSize }),
    };
  }

  function noteStatus(status: ResourceSyncStatus): void {
    if (status.reason === 'NotServed') options.onNotServed();
    onChange();
  }

  function run(planned: ResolvedSync, sync: ResourceSync): Running {
    const ender = new AbortController();
    const running = AbortSignal.any([signal, ender.signal]);
    setMaxListeners(0, running);
    const ended = sync.run(running).catch((error: unknown) => {
      parts.logger.error(
        { err: error, cluster, resource: planned.storage.resource },
        'a sync ended by a fault of its own',
      );
    });
    return { planned, sync, ended, end: () => ender.abort(), fingerprint: fingerprintOf(planned) };
  }

  async function clean(type: ResourceInventory): Promise<void> {
    const key = keyOf(type);
    try {
      await parts.pipeline.handleRemoval({ cluster, resourceType: typeOf(type), signal });
      await parts.storage.cleanClusterResource(cluster, typeOf(type), signal);
      failedCleans.delete(key);
      parts.metrics.forget(cluster, resourceName(type));
    } catch (error) {
      if (signal.aborted) return;
      const message = error instanceof Error ? error.message : String(error);
      failedCleans.set(key, { type, message });
      parts.logger.warn(
        { err: error, cluster, resource: resourceName(type) },
        'cannot delete what is stored of a type; trying again',
      );
      void delay(cleanRetry, undefined, { signal, ref: false }).then(
        () => (failedCleans.has(key) && !running.has(key) ? clean(type) : undefined),
        () => {},
      );
    }
    onChange();
  }

  function applyEvents(wanted: readonly ResolvedSync[]): Promise<void> | undefined {
    eventTypes = wanted.map(({ storage }) => typeOf(storage));
    const fingerprint = eventTypes.map(keyOf).sort().join();
    if (eventSync?.fingerprint === fingerprint || (eventSync === undefined && wanted.length === 0)) return undefined;
    const before = eventSync?.running;
    before?.end();
    // What was passed over before may be wanted now: it is read from the beginning.
    eventSync = wanted.length === 0 ? undefined : { fingerprint, running: startEvents() };
    return before?.ended;
  }

  return {
    async apply(syncs, removed) {
      const wanted = new Map(syncs.map((planned) => [keyOf(planned.storage), planned]));
      const ending: Promise<void>[] = [];
      const rewritten = new Set<string>();
      for (const [key, { fingerprint, planned, ended, end }] of running) {
        const next = wanted.get(key);
        if (next !== undefined && fingerprintOf(next) === fingerprint) continue;
        end();
        running.delete(key);
        if (next !== undefined) rewritten.add(key);
        ending.push(next === undefined ? ended.then(() => clean(planned.storage)) : ended);
      }
      ending.push(...removed.filter((type) => !wanted.has(keyOf(type))).map((type) => clean(type)));
      await Promise.all(ending);
      if (signal.aborted) return;
      const stored = createStoredVersions(parts.storage, cluster, { ignoreVersions: options.ignoreVersions });
      const anew = createStoredVersions(parts.storage, cluster, { ignoreVersions: true });
      for (const [key, planned] of wanted) {
        failedCleans.delete(key);
        if (!running.has(key)) running.set(key, start(planned, rewritten.has(key) ? anew : stored));
      }
      if (parts.capabilities.events) await applyEvents(syncs.filter(({ recordsEvents }) => recordsEvents));
      onChange();
    },
    report() {
      const paused: SyncPause | undefined = signal.aborted
        ? { reason: 'Pause', message: 'the cluster is not healthy' }
        : undefined;
      const reports = [...running.values()].map(({ planned, sync }) => reportSync(planned, sync.status(), paused));
      for (const { type, message } of failedCleans.values()) {
        const source = { shortNames: [], categories: [], verbs: [], ...type };
        reports.push(
          reportSync({ source, storage: type, recordsEvents: false }, undefined, {
            reason: 'CleanResourceFailed',
            message,
          }),
        );
      }
      return reports;
    },
    get isComplete() {
      return [...running.values()].every(({ sync }) => !sync.status().initialList && sync.status().phase !== 'pending');
    },
    async stop() {
      const all = [...running.values(), ...(eventSync === undefined ? [] : [eventSync.running])];
      for (const { end } of all) end();
      await Promise.all(all.map(({ ended }) => ended));
    },
  };
}

const coreEvents: ResourceType = Object.freeze({
  group: '',
  version: 'v1',
  resource: 'events',
  kind: 'Event',
  namespaced: true,
});

/** Changes with whatever a sync is made of; events are recorded apart. */
function fingerprintOf({ source, storage }: ResolvedSync): string {
  return JSON.stringify([source.group, source.version, storage]);
}

function typeOf({ group, version, resource, kind, namespaced }: ResourceType): ResourceType {
  return { group, version, resource, kind, namespaced };
}

function resourceName({ group, resource }: ResourceType): string {
  return group === '' ? resource : `${resource}.${group}`;
}

export function keyOf({ group, version, resource }: ResourceType): string {
  return `${group}/${version}/${resource}`;
}
