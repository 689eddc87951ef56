import {
  type Capabilities,
  type CollectionListOptions,
  createStorageError,
  type ObjectBatch,
  type StorageError,
} from '@clusterdex/storage-contract';
import type { CallGate } from './call-gate.js';
import { createBatchCheck } from './check-answer.js';
import { missingCapability, planFallback, withoutRows } from './fallback-plan.js';
import { guardedBatches } from './guarded-batches.js';
import { listWithFallback } from './host-fallback.js';

export interface GuardedListOptions {
  readonly operation: string;
  readonly capabilities: Capabilities;
  /** Milliseconds for each batch. */
  readonly deadline: number;
  readonly options: CollectionListOptions;
  readonly signal: AbortSignal | undefined;
  readonly list: (options: CollectionListOptions, signal: AbortSignal) => AsyncIterable<ObjectBatch>;
}

/** A list of which the host does what the storage cannot; what nobody can do is NOT_SUPPORTED. */
export function guardedList(gate: CallGate, guarded: GuardedListOptions): AsyncIterable<ObjectBatch> {
  const { operation, capabilities, signal, deadline, list } = guarded;
  try {
    const options = withoutRows(guarded.options, capabilities);
    const missing = missingCapability(options, capabilities);
    if (missing !== undefined) throw notSupported(gate.name, missing);
    const plan = planFallback(options, capabilities);
    const inner = plan?.inner ?? options;
    const batches = guardedBatches(gate, {
      operation,
      deadline,
      signal,
      start: (stop) => list(inner, stop),
      check: createBatchCheck(inner),
      isLast: (batch) => batch.last === true,
      whenEmpty: 'gave no batch at all',
    });
    return plan === undefined ? batches : mapErrors(gate, operation, listWithFallback(plan, batches));
  } catch (error) {
    return refuse(gate.toStorageError(operation, error));
  }
}

export function notSupported(storage: string, capability: string): StorageError {
  const message = `storage "${storage}" does not have the capability "${capability}" that this needs`;
  return createStorageError('NOT_SUPPORTED', message);
}

/** The host's own work may fail on what the storage gave, on bytes that are no JSON say. */
async function* mapErrors(
  gate: CallGate,
  operation: string,
  batches: AsyncIterable<ObjectBatch>,
): AsyncGenerator<ObjectBatch> {
  try {
    yield* batches;
  } catch (error) {
    throw gate.toStorageError(operation, error);
  }
}

/** A list fails where it is read, not where it is asked for. */
async function* refuse(error: StorageError): AsyncGenerator<ObjectBatch> {
  yield* [];
  throw error;
}
