import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createStorageError } from '@clusterdex/storage-contract';

/** In milliseconds. */
const emptyLockPatience = 50;

/**
 * Claims a directory for this process: a file `lock` with the process id and the start time of the process (where the system tells it;
 * in containers every process has the same id). Returns the release. UNAVAILABLE, naming the process, when another one holds it; the
 * lock of a dead process is taken over.
 */
export async function lockDirectory(directory: string): Promise<() => void> {
  const path = join(directory, 'lock');
  const own = `${process.pid} ${startTime(process.pid)}`;
  for (let attempt = 0; attempt < 10; attempt++) {
    if (create(path, own)) return () => release(path, own);
    const holder = read(path);
    if (holder === undefined) continue;
    // Nothing in it: just made by another process, or by one that died at that moment.
    if (holder === '') await setTimeout(emptyLockPatience);
    const pid = Number(holder.split(' ')[0]);
    if (holder === `${pid} ${startTime(pid)}` && isAlive(pid)) {
      throw createStorageError(
        'UNAVAILABLE',
        `the data directory ${directory} is in use by process ${pid}; end that process, or give this one another data directory`,
      );
    }
    // Looked at once more because another process may have taken it over meanwhile.
    if (read(path) === holder) remove(path);
  }
  throw createStorageError(
    'UNAVAILABLE',
    `the data directory ${directory} could not be locked: ${path} changes all the time`,
  );
}

function release(path: string, own: string): void {
  if (read(path) === own) remove(path);
}

function create(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/** In clock ticks since boot, on Linux; elsewhere ''. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the command, is in parentheses and may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
