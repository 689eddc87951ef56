import {
  type Capabilities,
  type CapabilityName,
  capabilityQuestions,
  type ObjectBatch,
  type ResourceStorage,
  type ResourceType,
  type StorageFactory,
  type StoredObject,
} from '@clusterdex/storage-contract';
import { type Logger, pino } from 'pino';
import { Registry } from 'prom-client';
import { type Deadlines, defaultDeadlines } from '../../src/plugin-host/deadlines.js';
import { guardStorage } from '../../src/plugin-host/guard.js';

export const pods: ResourceType = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true };

export const object: StoredObject = { cluster: 'c', namespace: 'n', name: 'o', json: Buffer.from('{}') };

/** What it could do if the host would let it. */
export function capabilitiesWithout(...missing: readonly CapabilityName[]): Capabilities {
  const names = Object.keys(capabilityQuestions) as CapabilityName[];
  return Object.fromEntries(names.map((name) => [name, !missing.includes(name)])) as Capabilities;
}

export interface GuardedFixtureOptions {
  readonly resources?: Partial<ResourceStorage>;
  readonly factory?: Partial<StorageFactory>;
  readonly capabilities?: Capabilities;
  readonly deadlines?: Partial<Deadlines>;
  readonly logger?: Logger;
  readonly registry?: Registry;
}

/** A storage that answers as the overrides say, behind the guard. */
export function guardedFixture(options: GuardedFixtureOptions): StorageFactory {
  const resources: ResourceStorage = {
    get: async () => object,
    async *list() {
      yield batch(object);
    },
    write: async (_cluster, changes) => ({ written: changes.length, unchanged: 0 }),
    recordEvents: async () => {},
    ...options.resources,
  };
  const factory: StorageFactory = {
    prepareCluster: async () => {},
    async *resourceVersions() {},
    putClusterInventory: async () => {},
    clusterInventories: async () => [],
    collectionResources: () => [{ name: 'any', types: [] }],
    resourceStorage: () => resources,
    collectionResourceStorage: () => ({ list: resources.list }),
    cleanCluster: async () => {},
    cleanClusterResource: async () => {},
    health: async () => ({ healthy: true }),
    shutdown: async () => {},
    ...options.factory,
  };
  return guardStorage(factory, {
    name: 'fixture',
    capabilities: options.capabilities ?? capabilitiesWithout(),
    deadlines: { ...defaultDeadlines, ...options.deadlines },
    logger: options.logger ?? pino({ level: 'silent' }),
    registry: options.registry ?? new Registry(),
  });
}

export function batch(...objects: readonly StoredObject[]): ObjectBatch {
  return { objects, count: objects.length };
}

export function never<T>(): Promise<T> {
  return new Promise(() => {});
}

export async function read(batches: AsyncIterable<ObjectBatch>): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  for await (const { objects: some } of batches) objects.push(...some);
  return objects;
}
