import type {
  Capabilities,
  CollectionResourceStorage,
  ResourceStorage,
  ResourceType,
  StorageFactory,
} from '@clusterdex/storage-contract';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { CallGate } from './call-gate.js';
import { checkObject, checkWriteResult } from './check-answer.js';
import { withDeadline } from './deadline.js';
import type { Deadlines } from './deadlines.js';
import { missingCapability, planFallback, withoutRows } from './fallback-plan.js';
import { guardedBatches } from './guarded-batches.js';
import { guardedList, notSupported } from './guarded-list.js';
import { guardedWatch } from './guarded-watch.js';

export interface GuardOptions {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly deadlines: Deadlines;
  readonly logger: Logger;
  readonly registry: Registry;
  /** Where other calls of the same plugin go through too; one of its own unless told. */
  readonly gate?: CallGate;
}

interface Guard extends GuardOptions {
  readonly gate: CallGate;
  readonly storage: StorageFactory;
}

export function createCallGate(options: Omit<GuardOptions, 'capabilities' | 'gate'>): CallGate {
  const { call, batch, write, route, command, step } = options.deadlines;
  const sweepInterval = Math.max(10, Math.min(1000, Math.min(call, batch, write, route, command, step) / 4));
  return new CallGate({ ...options, sweepInterval });
}

/** The storage in its own interface, with everything that callers may rely on whatever the plugin does. */
export function guardStorage(storage: StorageFactory, options: GuardOptions): StorageFactory {
  const { name, capabilities, deadlines } = options;
  const gate = options.gate ?? createCallGate(options);
  const guard: Guard = { ...options, gate, storage };
  const call = { deadline: deadlines.call };
  const schema = storage.schema?.bind(storage);
  const fieldIndexes = storage.fieldIndexes?.bind(storage);
  const storages = new Map<string, ResourceStorage>();
  const collections = new Map<string, CollectionResourceStorage>();
  let shutdown: Promise<void> | undefined;

  return Object.freeze<StorageFactory>({
    prepareCluster: (cluster) => gate.run('prepareCluster', () => storage.prepareCluster(cluster), call),
    resourceVersions: (cluster, signal) =>
      guardedBatches(gate, {
        operation: 'resourceVersions',
        deadline: deadlines.batch,
        signal,
        start: (stop) => storage.resourceVersions(cluster, stop),
        check: (batch) => (Array.isArray(batch) ? undefined : 'gave a batch that is no list'),
      }),
    putClusterInventory: (inventory) =>
      gate.run('putClusterInventory', () => storage.putClusterInventory(inventory), call),
    clusterInventories: () =>
      gate.run('clusterInventories', () => storage.clusterInventories(), {
        ...call,
        check: (inventories) => (Array.isArray(inventories) ? undefined : 'answered no list'),
      }),
    collectionResources: () =>
      capabilities.collectionResources ? gate.runSync('collectionResources', () => storage.collectionResources()) : [],
    resourceStorage(type) {
      const key = `${type.group}/${type.version}/${type.resource}`;
      let found = storages.get(key);
      if (found === undefined) {
        found = guardResourceStorage(guard, type);
        storages.set(key, found);
      }
      return found;
    },
    collectionResourceStorage(collection) {
      let found = collections.get(collection);
      if (found === undefined) {
        found = guardCollection(guard, collection);
        collections.set(collection, found);
      }
      return found;
    },
    cleanCluster: (cluster, signal) =>
      clean(guard, 'cleanCluster', { signal, start: (stop) => storage.cleanCluster(cluster, stop) }),
    cleanClusterResource: (cluster, type, signal) =>
      clean(guard, 'cleanClusterResource', {
        signal,
        start: (stop) => storage.cleanClusterResource(cluster, type, stop),
      }),
    ...(schema && { schema: () => gate.runSync('schema', schema) }),
    ...(fieldIndexes && { fieldIndexes: () => gate.run('fieldIndexes', fieldIndexes, call) }),
    health: () =>
      gate
        .run('health', () => storage.health(), call)
        .catch((error: unknown) => ({
          healthy: false,
          reason: error instanceof Error ? error.message : `storage "${name}" failed in health`,
        })),
    shutdown() {
      shutdown ??= shutDown(guard);
      return shutdown;
    },
  });
}

function guardResourceStorage(guard: Guard, type: ResourceType): ResourceStorage {
  const { gate, storage, name, capabilities, deadlines } = guard;
  const inner = gate.runSync('resourceStorage', () => storage.resourceStorage(type));
  const wrong = (['get', 'list', 'write', 'recordEvents'] as const).find(
    (member) => typeof inner?.[member] !== 'function',
  );
  if (wrong !== undefined)
    throw gate.toStorageError('resourceStorage', gate.fault('resourceStorage', `answered something without ${wrong}`));
  return Object.freeze<ResourceStorage>({
    get(cluster, namespace, objectName, options) {
      if (options?.injectEvents && !capabilities.events) return Promise.reject(notSupported(name, 'events'));
      return gate.run('get', () => inner.get(cluster, namespace, objectName, options), {
        deadline: deadlines.call,
        check: (object) => checkObject(object, { cluster, namespace, name: objectName }),
      });
    },
    ...guardReads(guard, inner, 'list'),
    write(cluster, changes, signal) {
      const controller = new AbortController();
      return gate.run('write', () => inner.write(cluster, changes, controller.signal), {
        deadline: deadlines.write,
        signal,
        controller,
        check: checkWriteResult,
      });
    },
    recordEvents(cluster, events) {
      if (!capabilities.events) return Promise.reject(notSupported(name, 'events'));
      return gate.run('recordEvents', () => inner.recordEvents(cluster, events), { deadline: deadlines.write });
    },
  });
}

function guardCollection(guard: Guard, collection: string): CollectionResourceStorage {
  const { gate, storage, name, capabilities } = guard;
  if (!capabilities.collectionResources) throw notSupported(name, 'collectionResources');
  const inner = gate.runSync('collectionResourceStorage', () => storage.collectionResourceStorage(collection));
  if (typeof inner?.list !== 'function') {
    throw gate.toStorageError(
      'collectionResourceStorage',
      gate.fault('collectionResourceStorage', 'answered something without list'),
    );
  }
  return Object.freeze(guardReads(guard, inner, 'listCollection'));
}

/** Lists and watches, of one type or of several. */
function guardReads(
  { gate, name, capabilities, deadlines }: Guard,
  inner: CollectionResourceStorage,
  operation: 'list' | 'listCollection',
): CollectionResourceStorage {
  return {
    list: (options, signal) =>
      guardedList(gate, {
        operation,
        capabilities,
        deadline: deadlines.batch,
        options,
        signal,
        list: (asked, stop) => inner.list(asked, stop),
      }),
    watch: (options, revision, signal) =>
      guardedWatch(gate, {
        capabilities,
        options,
        signal,
        watch: inner.watch && ((stop) => inner.watch?.(options, revision, stop)),
      }),
    explain(options, signal) {
      const { explain } = inner;
      if (!capabilities.explain || explain === undefined) return Promise.reject(notSupported(name, 'explain'));
      const controller = new AbortController();
      const asked = withoutRows(options, capabilities);
      const missing = missingCapability(asked, capabilities);
      if (missing !== undefined) return Promise.reject(notSupported(name, missing));
      const { inner: passed = asked } = planFallback(asked, capabilities) ?? {};
      return gate.run('explain', () => explain.call(inner, passed, controller.signal), {
        deadline: deadlines.batch,
        signal,
        controller,
      });
    },
  };
}

interface Clean {
  readonly signal: AbortSignal | undefined;
  readonly start: (stop: AbortSignal) => Promise<void>;
}

/** May take as long as there is to remove: only the caller ends it. */
function clean({ gate }: Guard, operation: string, { signal, start }: Clean): Promise<void> {
  const controller = new AbortController();
  const deadline = Number.POSITIVE_INFINITY;
  return gate.run(operation, () => start(controller.signal), { deadline, signal, controller });
}

async function shutDown({ gate, storage, name, deadlines }: Guard): Promise<void> {
  gate.closed = true;
  try {
    const done = await withDeadline((async () => storage.shutdown())(), deadlines.close);
    if ('late' in done) throw new Error(`storage "${name}" did not shut down within ${deadlines.close} ms`);
  } finally {
    gate.end();
  }
}
