import { createHash } from 'node:crypto';
import { link, mkdir, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile, syncFolder } from '../replace-file.js';
import type { ProcessIdentity } from './process-identity.js';

export interface JournalStep {
  readonly name: string;
  readonly state: 'begun' | 'done';
  readonly result?: unknown;
}

/** A transaction that is under way, or was when its process died: the steps that began, and are not undone. */
export interface JournalEntry {
  readonly transaction: string;
  readonly lock: string;
  readonly owner: ProcessIdentity;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly steps: readonly JournalStep[];
}

/** One file for each lock, which is also what locks it between processes. Everything is durable when it resolves. */
export interface Journal {
  /** False when there is an entry of this lock already. */
  create(entry: JournalEntry): Promise<boolean>;
  write(entry: JournalEntry): Promise<void>;
  remove(lock: string): Promise<void>;
  read(lock: string): Promise<JournalEntry | undefined>;
  all(): Promise<readonly JournalEntry[]>;
}

export function createJournal(folder: string): Journal {
  const pathOf = (lock: string): string =>
    join(folder, `${createHash('sha256').update(lock).digest('hex').slice(0, 32)}.json`);
  return {
    async create(entry) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const path = pathOf(entry.lock);
      const prepared = `${path}.${process.pid}.new`;
      await writeFile(prepared, JSON.stringify(entry), { mode: 0o600, flush: true });
      try {
        // Unlike a rename it fails when the file is there, and unlike an open the file is whole from the beginning.
        await link(prepared, path);
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return false;
        throw error;
      } finally {
        await rm(prepared, { force: true });
      }
      await syncFolder(folder);
      return true;
    },
    write: (entry) => replaceFile(pathOf(entry.lock), JSON.stringify(entry)),
    async remove(lock) {
      await unlink(pathOf(lock)).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw error;
      });
      await syncFolder(folder);
    },
    read: (lock) => readEntry(pathOf(lock)),
    async all() {
      const names = await readdir(folder).catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return [];
        throw error;
      });
      const files = names.filter((name) => name.endsWith('.json')).sort();
      const entries = await Promise.all(files.map((name) => readEntry(join(folder, name))));
      return entries.filter((entry) => entry !== undefined);
    },
  };
}

async function readEntry(path: string): Promise<JournalEntry | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as JournalEntry;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new Error(`the journal of transactions ${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
