import { isStorageError } from '@clusterdex/storage-contract';
import type { CallGate } from './call-gate.js';

export interface GuardedBatchesOptions<Batch> {
  readonly operation: string;
  /** Milliseconds for each batch, while somebody waits for it. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
  /** Begins to read; the signal aborts when the caller aborts, the deadline passes or the reader leaves before the end. */
  readonly start: (signal: AbortSignal) => AsyncIterable<Batch>;
  readonly check: (batch: Batch) => string | undefined;
  /** Whether the storage says that nothing comes behind it, and holds nothing open. */
  readonly isLast?: (batch: Batch) => boolean;
  /** What is wrong with an end without any batch, if anything. */
  readonly whenEmpty?: string;
}

/** Passes batches on as the storage gives them, each within the deadline. Measured is the time spent waiting, not the reader's. */
export async function* guardedBatches<Batch>(
  gate: CallGate,
  options: GuardedBatchesOptions<Batch>,
): AsyncGenerator<Batch> {
  const { operation, deadline, signal, check, isLast, whenEmpty } = options;
  const controller = gate.controllers.take();
  let empty = true;
  const checkStep = (result: IteratorResult<Batch>): string | undefined => {
    if (result.done === true) return empty ? whenEmpty : undefined;
    empty = false;
    return check(result.value);
  };
  const wait = { deadline, signal, controller, silent: true, check: checkStep };
  let iterator: AsyncIterator<Batch> | undefined;
  let waited = 0;
  let reading = true;
  const end = () => {
    reading = false;
    gate.record(operation, 'OK', waited);
    gate.controllers.giveBack(controller);
  };
  try {
    const opened = gate.runSync(operation, () => options.start(controller.signal)[Symbol.asyncIterator]());
    iterator = opened;
    const step = (): Promise<IteratorResult<Batch>> => opened.next();
    for (;;) {
      const started = performance.now();
      let result: IteratorResult<Batch>;
      try {
        result = await gate.run(operation, step, wait);
      } finally {
        waited += performance.now() - started;
      }
      if (result.done === true) {
        end();
        return;
      }
      if (isLast?.(result.value) === true) {
        // Who knows that too does not come back.
        end();
        yield result.value;
        return;
      }
      yield result.value;
    }
  } catch (error) {
    reading = false;
    gate.record(operation, isStorageError(error) ? error.code : 'INTERNAL', waited);
    // A step that was given up on may still be running, so nobody waits for the iterator to close.
    controller.abort();
    (async () => iterator?.return?.())().catch(() => {});
    throw error;
  } finally {
    if (reading) {
      gate.record(operation, 'OK', waited);
      await leave(gate, iterator, { operation, deadline, controller });
    }
  }
}

/** The reader left before the end: the storage closes what it holds open for it. */
async function leave(
  gate: CallGate,
  iterator: AsyncIterator<unknown> | undefined,
  options: { readonly operation: string; readonly deadline: number; readonly controller: AbortController },
): Promise<void> {
  const { operation, deadline, controller } = options;
  const leaving = iterator?.return?.bind(iterator);
  if (leaving !== undefined && !gate.closed) {
    await gate.run(operation, () => leaving(), { deadline, silent: true }).catch(() => {});
  }
  controller.abort();
}
