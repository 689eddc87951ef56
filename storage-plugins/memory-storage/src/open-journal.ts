import { join } from 'node:path';
import { createStorageError, isStorageError, type StorageHost } from '@clusterdex/storage-contract';
import { lockDirectory } from './directory-lock.js';
import { Journal } from './journal.js';
import type { MemoryState } from './memory-state.js';
import { snapshotFrames } from './snapshot-frames.js';

/** A smaller journal is never worth a compaction. */
const smallestToCompact = 1024 * 1024;

export interface OpenJournal {
  readonly journal: Journal;
  close(): Promise<void>;
}

/**
 * Fills the state from the journal of the data directory, and keeps the directory for this process until `close`. A journal that is
 * mostly overwritten or deleted objects is written anew.
 */
export async function openJournal(state: MemoryState, host: StorageHost): Promise<OpenJournal> {
  const unlock = lockDirectory(host.dataDirectory);
  try {
    const journal = await Journal.open(join(host.dataDirectory, 'journal'), ({ operations, bytes }) => {
      const iterator = bytes[Symbol.iterator]();
      for (const operation of operations) state.apply(operation, iterator);
    });
    const close = async () => {
      await journal.close();
      unlock();
    };
    try {
      await compact(journal, state, host);
    } catch (error) {
      await close();
      throw error;
    }
    return { journal, close };
  } catch (cause) {
    unlock();
    if (isStorageError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw createStorageError('UNAVAILABLE', `the journal in ${host.dataDirectory} cannot be opened: ${reason}`, {
      cause,
    });
  }
}

async function compact(journal: Journal, state: MemoryState, host: StorageHost): Promise<void> {
  const before = journal.length;
  if (before < smallestToCompact || before < 2 * sizeOf(state)) return;
  await journal.replace(snapshotFrames(state));
  host.logger.info({ before, after: journal.length }, 'journal compacted');
}

/** In bytes, without what stands around the objects. */
function sizeOf(state: MemoryState): number {
  let size = 0;
  for (const { clusters } of state.types()) {
    for (const { records } of clusters.values()) for (const { json } of records.from('', '')) size += json.byteLength;
  }
  return size;
}
