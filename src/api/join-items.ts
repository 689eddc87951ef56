import type { ObjectBatch, StoredObject } from '@clusterdex/storage-contract';
import { answerMemory, releaseAnswer } from './answer-memory.js';
import { injectEvents } from './inject-events.js';
import type { ListItems } from './list-content.js';

const none: ListItems = { bytes: Buffer.alloc(0) };

/** The objects of a batch as they are. */
export function joinItems(batch: ObjectBatch, withEvents: boolean): ListItems {
  if (batch.joined !== undefined && !withEvents) return { bytes: batch.joined };
  const items = batch.objects.map(withEvents ? injectEvents : bytesOf);
  const [only] = items;
  if (only === undefined) return none;
  if (items.length === 1) return { bytes: only };
  const length = items.reduce((sum, item) => sum + item.length + 1, -1);
  const joined = answerMemory.take(length);
  let at = 0;
  for (const item of items) {
    if (at > 0) joined[at++] = 0x2c;
    joined.set(item, at);
    at += item.length;
  }
  return { bytes: joined.subarray(0, length), release: releaseAnswer(joined) };
}

function bytesOf(object: StoredObject): Uint8Array {
  return object.json;
}
