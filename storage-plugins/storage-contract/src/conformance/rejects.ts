import assert from 'node:assert/strict';
import { isStorageError, type StorageErrorCode } from '../errors.js';
import type { ObjectBatch } from '../stored-object.js';

/** Fails unless the call rejects, or throws, with a StorageError of this code and a message. */
export async function rejects(call: () => unknown, code: StorageErrorCode, what: string): Promise<void> {
  const error = await failureOf(call);
  assert.notEqual(error, undefined, `${what}: expected ${code}, but it succeeded`);
  assert.ok(isStorageError(error), `${what}: expected a StorageError with code ${code}, got ${describe(error)}`);
  assert.equal(error.code, code, `${what}: ${error.message}`);
  assert.notEqual(error.message, '', `${what}: the error has a message`);
}

/** Reads a list to its end, for calls that are expected to fail. */
export async function drain(batches: AsyncIterable<ObjectBatch | readonly unknown[]>): Promise<void> {
  for await (const _ of batches);
}

export async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error ?? new Error('something empty was thrown');
  }
  return undefined;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
