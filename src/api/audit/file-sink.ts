import { access, type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { ConfigError } from '../../config/config-error.js';
import { type AuditLosses, type AuditSink, mostWaitingBytes } from './audit-sink.js';

export interface FileSinkOptions extends AuditLosses {
  readonly path: string;
  /** 0 for never. */
  readonly maximumBytes: number;
  /** 0 for all. */
  readonly maximumBackups: number;
}

/** For its owner alone: it tells who asked for what. */
const mode = 0o600;

/**
 * Appends lines to a file, many at once when they come fast. When it is full it is renamed as a kube-apiserver's is
 * (`audit-2026-11-21T08-30-00.123.log`) and a new one begun. Rejects with a ConfigError when the file cannot be written at the start.
 */
export async function openFileSink(options: FileSinkOptions): Promise<AuditSink> {
  const { path, maximumBytes, maximumBackups } = options;
  let file: FileHandle | undefined;
  let size = 0;
  /** A write that failed may have left half a line. */
  let isTorn = false;
  let waiting: string[] = [];
  let waitingBytes = 0;
  let writing: Promise<void> | undefined;

  async function reopen(): Promise<FileHandle> {
    const opened = await open(path, 'a', mode);
    file = opened;
    size = (await opened.stat()).size;
    return opened;
  }

  async function rotate(): Promise<void> {
    await file?.close();
    file = undefined;
    await rename(path, await freeBackupPath(path));
    await removeOldest(path, maximumBackups);
  }

  async function append(lines: readonly string[]): Promise<void> {
    const bytes = Buffer.from((isTorn ? '\n' : '') + lines.join(''));
    if (maximumBytes > 0 && size > 0 && size + bytes.length > maximumBytes) await rotate();
    const opened = file ?? (await reopen());
    isTorn = true;
    await opened.appendFile(bytes);
    isTorn = false;
    size += bytes.length;
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const lines = waiting;
      waiting = [];
      waitingBytes = 0;
      try {
        await append(lines);
      } catch (error) {
        options.lost(lines.length, error);
        await file?.close().catch(() => undefined);
        file = undefined;
      }
    }
    writing = undefined;
  }

  try {
    await reopen();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`--audit-log-path ${path} cannot be written: ${reason}`, { cause: error });
  }
  return {
    write(line) {
      if (waitingBytes > mostWaitingBytes) {
        options.lost(1, new Error('the file takes lines too slowly'));
        return;
      }
      waiting.push(line);
      waitingBytes += line.length;
      writing ??= drain();
    },
    async close() {
      await writing;
      await file?.close().catch(() => undefined);
    },
  };
}

/** Of two in one millisecond neither may take the place of the other. */
async function freeBackupPath(path: string): Promise<string> {
  for (let time = Date.now(); ; time++) {
    const candidate = backupPath(path, new Date(time));
    const isTaken = await access(candidate).then(
      () => true,
      () => false,
    );
    if (!isTaken) return candidate;
  }
}

function backupPath(path: string, time: Date): string {
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  return `${stem}-${time.toISOString().replaceAll(':', '-').replace('Z', '')}${extension}`;
}

async function removeOldest(path: string, maximumBackups: number): Promise<void> {
  if (maximumBackups === 0) return;
  const folder = dirname(path);
  const extension = extname(path);
  const stem = basename(path, extension);
  const isBackup = (name: string) =>
    name.startsWith(`${stem}-`) &&
    name.endsWith(extension) &&
    /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}$/.test(name.slice(stem.length + 1, name.length - extension.length));
  const backups = (await readdir(folder)).filter(isBackup).sort();
  for (const name of backups.slice(0, Math.max(0, backups.length - maximumBackups))) await rm(join(folder, name));
}
