import type { ObjectBatch, StoredObject } from '@clusterdex/storage-contract';
import { createBufferPool } from './buffer-pool.js';
import { injectEvents } from './inject-events.js';
import type { ListItems } from './list-content.js';

/** Answers under way to as many clients as a machine has processors, and some more. */
const poolBytes = 32 * 1024 * 1024;
const pool = createBufferPool(poolBytes);
const none: ListItems = { bytes: Buffer.alloc(0) };

/** The objects of a batch as they are. */
export function joinItems(batch: ObjectBatch, withEvents: boolean): ListItems {
  if (batch.joined !== undefined && !withEvents) return { bytes: batch.joined };
  const items = batch.objects.map(withEvents ? injectEvents : bytesOf);
  const [only] = items;
  if (only === undefined) return none;
  if (items.length === 1) return { bytes: only };
  const length = items.reduce((sum, item) => sum + item.length + 1, -1);
  const joined = pool.take(length);
  let at = 0;
  for (const item of items) {
    if (at > 0) joined[at++] = 0x2c;
    joined.set(item, at);
    at += item.length;
  }
  const release = (error?: Error | null) => {
    // After an error nobody knows whether the bytes are still being read.
    if (!error) pool.give(joined);
  };
  return { bytes: joined.subarray(0, length), release };
}

function bytesOf(object: StoredObject): Uint8Array {
  return object.json;
}
