import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from './config-error.js';

const keyLength = 32;

/** The key that signs continue tokens, kept in the data directory: tokens outlive a restart, and servers on the same data share them. */
export function loadContinueKey(dataDirectory: string): Uint8Array {
  const path = join(dataDirectory, 'continue.key');
  const key = readKey(path) ?? createKey(path);
  if (key?.length !== keyLength)
    throw new ConfigError(`${path} has to hold ${keyLength} bytes; remove it to get a new one`);
  return key;
}

/** Another process may be as far: the file appears whole or not at all, and the first one stays. */
function createKey(path: string): Uint8Array | undefined {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(temporary, randomBytes(keyLength), { mode: 0o600, flag: 'wx' });
    linkSync(temporary, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw cannot('write', { path, error });
  } finally {
    rmSync(temporary, { force: true });
  }
  return readKey(path);
}

function readKey(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw cannot('read', { path, error });
  }
}

function cannot(what: string, { path, error }: { path: string; error: unknown }): ConfigError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ConfigError(`cannot ${what} ${path}: ${reason}`, { cause: error });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
