import { readFile } from 'node:fs/promises';
import type { KeyValueStore } from '@clusterdex/storage-contract';
import { replaceFile } from './replace-file.js';

/** Settings, of which those that other processes wrote can be read anew. */
export interface SettingsFile extends KeyValueStore {
  /** Rejects, and leaves everything as it is, when the file cannot be read. */
  reload(): Promise<void>;
}

/**
 * Settings in a JSON file, replaced as a whole (written beside it, synced, renamed), so that a crash leaves the old or the new one.
 * Sets that come while a write is under way share the next. Only the keys that changed are laid over what the file holds then: of
 * several processes each keeps its own keys, and sees those of others after its next write, or `reload`.
 */
export async function openKeyValueFile(path: string): Promise<SettingsFile> {
  let values = await readValues(path);
  let changes = new Map<string, string | undefined>();
  let writing: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;

  const flush = async (): Promise<void> => {
    next = undefined;
    const pending = changes;
    changes = new Map();
    try {
      const merged = await readValues(path);
      for (const [key, value] of pending) apply(merged, key, value);
      await replaceFile(path, `${JSON.stringify(Object.fromEntries(merged), undefined, 2)}\n`);
      for (const [key, value] of changes) apply(merged, key, value);
      values = merged;
    } catch (error) {
      for (const [key, value] of pending) if (!changes.has(key)) changes.set(key, value);
      throw error;
    }
  };
  const change = (key: string, value: string | undefined): Promise<void> => {
    apply(values, key, value);
    changes.set(key, value);
    if (next === undefined) {
      next = writing.then(flush);
      writing = next.catch(() => {});
    }
    return next;
  };
  const reload = (): Promise<void> => {
    const read = writing.then(async () => {
      const current = await readValues(path);
      for (const [key, value] of changes) apply(current, key, value);
      values = current;
    });
    writing = read.catch(() => {});
    return read;
  };
  return Object.freeze({
    get: (key: string) => values.get(key),
    keys: () => [...values.keys()].sort(),
    set: (key: string, value: string) => {
      if (typeof key !== 'string' || typeof value !== 'string')
        return Promise.reject(new TypeError('key and value must be strings'));
      return change(key, value);
    },
    delete: (key: string) => change(key, undefined),
    reload,
  });
}

function apply(values: Map<string, string>, key: string, value: string | undefined): void {
  if (value === undefined) values.delete(key);
  else values.set(key, value);
}

async function readValues(path: string): Promise<Map<string, string>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map();
    throw error;
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new Error(`the settings in ${path} are no JSON; restore or remove the file`, { cause: error });
  }
  const entries =
    typeof content === 'object' && content !== null && !Array.isArray(content) ? Object.entries(content) : undefined;
  if (entries?.every((entry): entry is [string, string] => typeof entry[1] === 'string')) return new Map(entries);
  throw new Error(`the settings in ${path} must be a JSON object of strings; restore or remove the file`);
}
