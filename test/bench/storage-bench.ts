import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, startChild } from './child.js';
import type { PodFile } from './pod-file.js';
import type { Figure } from './report.js';
import { interleave, type Measurement, type Pair } from './statistics.js';
import type { IngestAnswer, StorageMessage } from './storage-process.js';

export interface StorageBenchOptions {
  readonly storage: string;
  readonly pods: number;
  readonly podFile: PodFile;
  readonly folder: string;
  readonly config: (store: string) => Readonly<Record<string, unknown>>;
  readonly rounds: number;
  readonly milliseconds: number;
}

const limits: Readonly<Record<string, string>> = {
  sqlite: 'bare sqlite',
  memory: 'bare map',
  postgres: 'bare pg',
  mysql: 'bare mysql2',
  elasticsearch: 'bare elasticsearch',
};

/** A storage directly on its interface beside the bare thing, each in a process of its own, by turns. */
export async function benchStorage(options: StorageBenchOptions): Promise<Figure[]> {
  const { storage, pods, podFile } = options;
  const limit = limits[storage] ?? 'bare sqlite';
  const open = async (subject: string): Promise<Child> => {
    const dataDirectory = join(options.folder, `${subject.replace(' ', '-')}-${pods}`);
    mkdirSync(dataDirectory, { recursive: true });
    const child = startChild('storage-process.js');
    const config = options.config(`${subject}_${pods}`);
    await ask(child, {
      kind: 'open',
      subject,
      dataDirectory,
      config,
      keys: podFile.keys,
      buckets: Math.floor(pods / 10),
    });
    return child;
  };
  const children = { subject: await open(storage), limit: await open(limit) };
  const figures: Figure[] = [
    { storage, pods, limit, what: 'ingest (prepare, write)', unit: 'objects/s', ...(await ingest(children, podFile)) },
  ];
  for (const operation of ['get', 'list', 'label'] as const) {
    const run = (child: Child): Promise<Measurement> =>
      ask<Measurement>(child, { kind: 'read', operation, milliseconds: options.milliseconds });
    for (const child of Object.values(children)) await run(child);
    const what = { get: 'get one', list: 'list, limit 500', label: 'list by label, 10' }[operation];
    const pair = await interleave(options.rounds, {
      subject: () => run(children.subject),
      limit: () => run(children.limit),
    });
    figures.push(createFigure({ storage, pods, limit, what, unit: 'calls/s' }, pair));
  }
  for (const child of Object.values(children)) {
    await ask(child, { kind: 'close' });
    await child.stop();
  }
  return figures;
}

function ask<Answer>(child: Child, message: StorageMessage): Promise<Answer> {
  return child.ask<Answer>(message);
}

export function createFigure(about: Pick<Figure, 'storage' | 'pods' | 'limit' | 'what' | 'unit'>, pair: Pair): Figure {
  return {
    ...about,
    subject: pair.subject,
    limitValue: pair.limit,
    ratio: pair.ratio,
    ...(pair.processorRatio === undefined ? {} : { processorRatio: pair.processorRatio }),
  };
}

/** Over the whole file: segment by segment, first one and then the other. The first warms both up, as a round of reads does. */
async function ingest(
  children: { readonly subject: Child; readonly limit: Child },
  { file, segments }: PodFile,
): Promise<Pick<Figure, 'subject' | 'limitValue' | 'ratio' | 'processorRatio'>> {
  const total = { subject: { seconds: 0, processorSeconds: 0 }, limit: { seconds: 0, processorSeconds: 0 } };
  let pods = 0;
  for (const [turn, segment] of segments.entries()) {
    const isWarmUp = turn === 0 && segments.length > 1;
    if (!isWarmUp) pods += segment.pods;
    for (const side of ['subject', 'limit'] as const) {
      const answer = await ask<IngestAnswer>(children[side], { kind: 'ingest', file, segment });
      if (isWarmUp) continue;
      total[side].seconds += answer.seconds;
      total[side].processorSeconds += answer.processorSeconds;
    }
  }
  return {
    subject: pods / total.subject.seconds,
    limitValue: pods / total.limit.seconds,
    ratio: total.limit.seconds / total.subject.seconds,
    processorRatio: total.limit.processorSeconds / total.subject.processorSeconds,
  };
}
