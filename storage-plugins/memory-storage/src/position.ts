import { createStorageError } from '@clusterdex/storage-contract';
import { isOrderKey, type OrderKey } from '@clusterdex/storage-contract/selection';

/** The place behind which a page goes on: the order key of the last object before it. */
export function formatPosition(key: OrderKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** INVALID unless it is a position of an order with keys of this length. */
export function parsePosition(position: string, keyLength: number): OrderKey {
  const key = parseJson(Buffer.from(position, 'base64url').toString());
  if (isOrderKey(key, keyLength) && formatPosition(key) === position) return key;
  throw createStorageError('INVALID', 'start.after is no position that this storage issued for this order');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
