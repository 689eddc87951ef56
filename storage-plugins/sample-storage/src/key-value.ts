import { setImmediate } from 'node:timers/promises';
import type { StorageHost } from '@clusterdex/storage-contract';
import { compareText } from '@clusterdex/storage-contract/selection';

export interface KeyValueConfig {
  readonly scanBatch: number;
}

export type Entry = readonly [key: string, value: Uint8Array];

export interface Change {
  readonly key: string;
  /** Undefined removes the key. */
  readonly value: Uint8Array | undefined;
}

/** All that the storage needs of a database: ordered keys. Put your own in the place of the one below. */
export interface KeyValue {
  get(key: string): Promise<Uint8Array | undefined>;
  /** In their order; done, and durable where the storage says so, when it resolves. */
  write(changes: readonly Change[]): Promise<void>;
  /**
   * Batches of the entries whose keys begin with `prefix` and come after `after`, by code point, which is the order of their UTF-8
   * bytes. An entry that is there throughout comes exactly once, whatever is written meanwhile.
   */
  scan(prefix: string, after?: string): AsyncIterable<readonly Entry[]>;
  close(): Promise<void>;
}

/** Keys and values in memory, gone with the process. */
export async function openKeyValue({ scanBatch }: KeyValueConfig, _host: StorageHost): Promise<KeyValue> {
  const values = new Map<string, Uint8Array>();
  const keys: string[] = [];

  /** How many keys come before the first that is not smaller. */
  function placeOf(key: string): number {
    let low = 0;
    for (let high = keys.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if (compareText(keys[middle] ?? '', key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    get: async (key) => values.get(key),
    async write(changes) {
      for (const { key, value } of changes) {
        const isThere = values.has(key);
        if (value === undefined) {
          if (isThere) keys.splice(placeOf(key), 1);
          values.delete(key);
        } else {
          if (!isThere) keys.splice(placeOf(key), 0, key);
          values.set(key, value);
        }
      }
    },
    async *scan(prefix, after = '') {
      let last = after;
      for (let place = placeOf(compareText(after, prefix) < 0 ? prefix : after); ; place = placeOf(last)) {
        const batch = keys.slice(place, place + scanBatch + 1).filter((key) => key !== last && key.startsWith(prefix));
        if (batch.length === 0) return;
        yield batch.map((key): Entry => [key, values.get(key) ?? new Uint8Array()]);
        last = batch.at(-1) ?? last;
        await setImmediate();
      }
    },
    async close() {},
  };
}
