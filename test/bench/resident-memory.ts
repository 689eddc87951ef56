import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startServer } from '../support/clusterdex.js';
import { residentBytes } from './process-facts.js';
import type { Check } from './report.js';

const kilobyte = 1024;
/** Milliseconds after which V8 has given back what starting needed: it does so when nothing happens for eight seconds. */
const rest = 15_000;

export interface StoredFleet {
  readonly pods: number;
  readonly dataDirectory: string;
  readonly objects: number;
  /** Of JSON, as it was imported. */
  readonly bytes: number;
}

/** What a server on the memory storage needs for its objects: beyond what one without objects needs. */
export async function measureMemoryStorage({ pods, dataDirectory, objects, bytes }: StoredFleet): Promise<Check> {
  const what = `memory storage, ${pods} pods: at most 1.3 bytes resident for a byte of JSON, beyond 1 KB an object`;
  const empty = mkdtempSync(join(tmpdir(), 'clusterdex-bench-empty-'));
  try {
    const [without, filled] = [await residentOf(empty), await residentOf(dataDirectory)];
    if (without === undefined || filled === undefined) {
      return { what, holds: true, found: 'not run: this system has no /proc' };
    }
    const resident = filled - without;
    const perByte = (resident - kilobyte * objects) / bytes;
    const megabytes = (count: number): string => (count / 2 ** 20).toFixed(0);
    return {
      what,
      holds: perByte <= 1.3,
      found: `${perByte.toFixed(2)} (${megabytes(resident)} MB for ${megabytes(bytes)} MB in ${objects} objects, on ${megabytes(without)} MB)`,
    };
  } finally {
    rmSync(empty, { recursive: true, force: true });
  }
}

async function residentOf(dataDirectory: string): Promise<number | undefined> {
  const server = await startServer(['--data-dir', dataDirectory, '--storage-name', 'memory']);
  try {
    await setTimeout(rest);
    return residentBytes(server.pid);
  } finally {
    await server.stop();
  }
}
