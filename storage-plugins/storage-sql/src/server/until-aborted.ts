import { createStorageError } from '@clusterdex/storage-contract';

/** Others wait for the work as well: it goes on, unheard by this caller. */
export async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return work;
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(createStorageError('TIMEOUT', 'the list was aborted', { cause: signal.reason }));
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
