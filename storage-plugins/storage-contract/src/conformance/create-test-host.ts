import { createStorageError } from '../errors.js';
import type { StorageHost } from '../storage-host.js';

/** A host for tests: says nothing, counts nothing, keeps settings in memory. */
export function createTestHost(dataDirectory: string): StorageHost {
  const settings = new Map<string, string>();
  return {
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    metrics: {
      counter: () => ({ increment() {} }),
      gauge: () => ({ set() {} }),
      histogram: () => ({ observe() {} }),
    },
    createError: createStorageError,
    keyValue: {
      get: (key) => settings.get(key),
      keys: () => [...settings.keys()],
      async set(key, value) {
        settings.set(key, value);
      },
      async delete(key) {
        settings.delete(key);
      },
    },
    now: () => Date.now(),
    dataDirectory,
    hostVersion: '0.0.0',
    signal: new AbortController().signal,
    state: {
      clusters: async () => [],
      resourceTypes: async () => [],
      objectCounts: async () => [],
      statistics: () => ({ startedAt: 0, hostVersion: '0.0.0', operations: [] }),
      counterNames: () => [],
      counter: () => [],
    },
    activeUri: () => undefined,
    sendCommand() {},
    setHealthChecks() {},
    runTransaction: () => Promise.reject(createStorageError('NOT_SUPPORTED', 'the kit runs no transactions')),
  };
}
