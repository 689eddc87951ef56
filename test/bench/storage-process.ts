import { createBareElasticsearch } from './bare-elasticsearch.js';
import { createBareMysql } from './bare-mysql.js';
import { createBarePostgres } from './bare-postgres.js';
import { createBareMap, createBareSqlite } from './bare-subjects.js';
import { createPluginSubject } from './plugin-subject.js';
import { type PodSegment, readSegment } from './pod-file.js';
import type { Measurement } from './statistics.js';
import type { ObjectKey, Subject } from './subject.js';

/** Entry of a child process that holds one subject. */
export type StorageMessage =
  | {
      readonly kind: 'open';
      readonly subject: string;
      readonly dataDirectory: string;
      readonly config: Readonly<Record<string, unknown>>;
      readonly keys: readonly ObjectKey[];
      readonly buckets: number;
    }
  | { readonly kind: 'ingest'; readonly file: string; readonly segment: PodSegment }
  | { readonly kind: 'read'; readonly operation: 'get' | 'list' | 'label'; readonly milliseconds: number }
  | { readonly kind: 'close' };

export interface IngestAnswer {
  readonly seconds: number;
  readonly processorSeconds: number;
}

interface Opened {
  readonly subject: Subject;
  readonly keys: readonly ObjectKey[];
  readonly buckets: number;
}

let current: Opened | undefined;
const memory = Buffer.alloc(32 * 2 ** 20);

function opened(): Opened {
  if (current === undefined) throw new Error('not opened');
  return current;
}

type Opening = Extract<StorageMessage, { kind: 'open' }>;

function openSubject({ subject: name, dataDirectory, config }: Opening): Promise<Subject> | Subject {
  if (name === 'bare elasticsearch') return createBareElasticsearch(config);
  if (name === 'bare mysql2') return createBareMysql(config);
  if (name === 'bare pg') return createBarePostgres(config);
  if (name === 'bare sqlite') return createBareSqlite(dataDirectory);
  if (name === 'bare map') return createBareMap();
  return createPluginSubject(name, { dataDirectory, config });
}

/** Reads from the file outside the clock, ingests inside it. */
async function ingest(file: string, segment: PodSegment): Promise<IngestAnswer> {
  const pods = readSegment(file, segment, memory);
  const started = performance.now();
  const processor = process.cpuUsage();
  await opened().subject.ingest(segment.cluster, pods);
  return { seconds: (performance.now() - started) / 1000, processorSeconds: microseconds(processor) / 1e6 };
}

async function read(operation: 'get' | 'list' | 'label', milliseconds: number): Promise<Measurement> {
  const { subject, keys, buckets } = opened();
  let count = 0;
  const started = performance.now();
  const processor = process.cpuUsage();
  const deadline = started + milliseconds;
  while (performance.now() < deadline) {
    let bytes = 0;
    if (operation === 'get') bytes = await subject.get(keys[(count * 17) % keys.length] ?? ['', '', '']);
    else if (operation === 'list') bytes = await subject.list();
    else bytes = await subject.label(`b${(count * 7) % buckets}`);
    if (bytes === 0) throw new Error(`${operation} found nothing`);
    count += 1;
  }
  const seconds = (performance.now() - started) / 1000;
  return { perSecond: count / seconds, processorMicroseconds: microseconds(processor) / count };
}

/** Since `start`; all threads together. */
function microseconds(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

async function answer(message: StorageMessage): Promise<object> {
  switch (message.kind) {
    case 'open': {
      const subject = await openSubject(message);
      current = { subject, keys: message.keys, buckets: message.buckets };
      return {};
    }
    case 'ingest':
      return ingest(message.file, message.segment);
    case 'read':
      return read(message.operation, message.milliseconds);
    case 'close':
      await opened().subject.close();
      return {};
  }
}

process.on('message', (message: StorageMessage) => {
  answer(message).then(
    (result) => process.send?.({ result }),
    (error: unknown) =>
      process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
