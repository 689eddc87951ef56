import type { Capabilities, CollectionListOptions, WatchBatch } from '@clusterdex/storage-contract';
import type { CallGate } from './call-gate.js';
import { missingCapability, missingFilter } from './fallback-plan.js';
import { guardedBatches } from './guarded-batches.js';
import { notSupported } from './guarded-list.js';

export interface GuardedWatchOptions {
  readonly capabilities: Capabilities;
  readonly options: CollectionListOptions;
  readonly signal: AbortSignal;
  readonly watch: ((stop: AbortSignal) => AsyncIterable<WatchBatch> | undefined) | undefined;
}

/** A watch, which has no deadline: nothing may happen for hours. A filter that the storage does not have is NOT_SUPPORTED. */
export async function* guardedWatch(gate: CallGate, guarded: GuardedWatchOptions): AsyncGenerator<WatchBatch> {
  const { capabilities, options, signal, watch } = guarded;
  if (!capabilities.watch) throw gate.toStorageError('watch', notSupported(gate.name, 'watch'));
  const missing = missingCapability(options, capabilities) ?? missingFilter(options, capabilities);
  if (missing !== undefined) throw gate.toStorageError('watch', notSupported(gate.name, missing));
  yield* guardedBatches(gate, {
    operation: 'watch',
    deadline: Number.POSITIVE_INFINITY,
    signal,
    start: (stop) => {
      const batches = watch?.(stop);
      if (batches === undefined) throw gate.fault('watch', 'is declared as a capability but is no function');
      return batches;
    },
    check: ({ events, revision }) =>
      Array.isArray(events) && typeof revision === 'string' ? undefined : 'gave a batch without events or revision',
  });
}
