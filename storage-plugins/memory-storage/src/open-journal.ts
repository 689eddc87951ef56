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
  let unlock: (() => void) | undefined;
  try {
    unlock = await lockDirectory(host.dataDirectory);
    const journal = await Journal.open(join(host.dataDirectory, 'journal'), ({ operations, bytes }) => {
      const iterator = bytes[Symbol.iterator]();
      for (const operation of operations) state.apply(operation, iterator);
    });
    await compact(journal, state, host);
    const release = unlock;
    const close = async () => {
      await journal.close();
      release();
    };
    return { journal, close };
  } catch (cause) {
    unlock?.();
    if (isStorageError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `the journal in ${host.dataDirectory} cannot be opened: ${reason}`;
    throw createStorageError('UNAVAILABLE', message, { cause });
  }
}

/** Without it everything works as well, so that a full disk does not hinder the start. */
async function compact(journal: Journal, state: MemoryState, host: StorageHost): Promise<void> {
  const before = journal.length;
  if (before < smallestToCompact || before < 2 * sizeOf(state)) return;
  try {
    await journal.replace(snapshotFrames(state));
    host.logger.info({ before, after: journal.length }, 'journal compacted');
  } catch (error) {
    host.logger.warn({ error, before }, 'journal not compacted');
  }
}

/** Of the journal that would be written, in bytes; the texts are nearly all ASCII. */
function sizeOf(state: MemoryState): number {
  let size = 0;
  for (const { operations, bytes } of snapshotFrames(state)) {
    size += bytes.reduce((sum, piece) => sum + piece.byteLength, operations.length);
  }
  return size;
}
