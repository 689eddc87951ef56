import { readFileSync } from 'node:fs';
import { createStorageError } from '@clusterdex/storage-contract';

/** The text of a file that the config names under `key`. Throws INVALID when it cannot be read. */
export function readSettingFile(path: string, key: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'see the cause';
    throw createStorageError('INVALID', `${key} ${path} cannot be read: ${reason}`, { cause: error });
  }
}

/** A password as it lies in a file: without the end of the line. */
export const passwordIn = (content: string): string => content.replace(/\r?\n$/, '');
