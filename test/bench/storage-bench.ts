import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, startChild } from './child.js';
import type { Check, Figure } from './report.js';
import { interleave } from './statistics.js';
import type { IngestAnswer, MemoryAnswer, ReadAnswer, StorageMessage } from './storage-process.js';

export interface StorageBenchOptions {
  readonly storage: string;
  readonly pods: number;
  readonly folder: string;
  readonly seed: number;
  readonly rounds: number;
  readonly milliseconds: number;
}

const limits: Readonly<Record<string, string>> = { sqlite: 'bare sqlite', memory: 'bare map' };
const segment = 2500;
const kilobyte = 1024;

/** A storage directly on its interface beside the bare thing, each in a process of its own, by turns. */
export async function benchStorage(options: StorageBenchOptions): Promise<{ figures: Figure[]; checks: Check[] }> {
  const { storage, pods } = options;
  const limit = limits[storage] ?? 'bare sqlite';
  const open = async (subject: string): Promise<Child> => {
    const dataDirectory = join(options.folder, `${subject.replace(' ', '-')}-${pods}`);
    mkdirSync(dataDirectory, { recursive: true });
    const child = startChild('storage-process.js', { execArgv: ['--expose-gc'] });
    await child.ask({ kind: 'open', subject, dataDirectory, seed: options.seed, pods } satisfies StorageMessage);
    return child;
  };
  const children = { subject: await open(storage), limit: await open(limit) };
  const ask = <Answer>(child: Child, message: StorageMessage): Promise<Answer> => child.ask<Answer>(message);
  const resident = async (): Promise<number> =>
    (await ask<MemoryAnswer>(children.subject, { kind: 'memory' })).resident;

  const before = await resident();
  const ingested = await ingest(children, pods);
  const after = await resident();
  const place = { storage, pods, limit };
  const figures: Figure[] = [
    {
      ...place,
      what: 'ingest (prepare, write)',
      unit: 'objects/s',
      subject: pods / ingested.subject,
      limitValue: pods / ingested.limit,
      ratio: ingested.limit / ingested.subject,
    },
  ];
  for (const operation of ['get', 'list', 'label'] as const) {
    const run = async (child: Child): Promise<number> =>
      (await ask<ReadAnswer>(child, { kind: 'read', operation, milliseconds: options.milliseconds })).perSecond;
    const what = { get: 'get one', list: 'list, limit 500', label: 'list by label, 10' }[operation];
    const pair = await interleave(options.rounds, {
      subject: () => run(children.subject),
      limit: () => run(children.limit),
    });
    figures.push({ ...place, what, unit: 'calls/s', subject: pair.subject, limitValue: pair.limit, ratio: pair.ratio });
  }
  for (const child of Object.values(children)) {
    await ask(child, { kind: 'close' });
    await child.stop();
  }
  const perByte = (after - before - kilobyte * pods) / ingested.bytes;
  const checks = storage === 'memory' ? [describeMemory(pods, perByte, (after - before) / ingested.bytes)] : [];
  return { figures, checks };
}

async function ingest(
  children: { readonly subject: Child; readonly limit: Child },
  pods: number,
): Promise<{ subject: number; limit: number; bytes: number }> {
  const total = { subject: 0, limit: 0, bytes: 0 };
  for (let done = 0; done < pods; done += segment) {
    const message: StorageMessage = { kind: 'ingest', pods: Math.min(segment, pods - done) };
    for (const side of ['subject', 'limit'] as const) {
      const answer = await children[side].ask<IngestAnswer>(message);
      total[side] += answer.seconds;
      if (side === 'subject') total.bytes += answer.bytes;
    }
  }
  return total;
}

function describeMemory(pods: number, perByte: number, plain: number): Check {
  return {
    what: `memory storage, ${pods} pods: at most 1.3 bytes resident for a byte of JSON, beyond 1 KB an object`,
    holds: perByte <= 1.3,
    found: `${perByte.toFixed(2)} (${plain.toFixed(2)} with the kilobyte)`,
  };
}
