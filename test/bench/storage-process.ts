import { type FleetObject, generateFleet } from '../support/fleet.js';
import { createBareMap, createBareSqlite } from './bare-subjects.js';
import { createPluginSubject } from './plugin-subject.js';
import type { ObjectKey, Subject } from './subject.js';

/** Entry of a child process that holds one subject, so that its resident memory is its own. Started with --expose-gc. */
export type StorageMessage =
  | {
      readonly kind: 'open';
      readonly subject: string;
      readonly dataDirectory: string;
      readonly seed: number;
      readonly pods: number;
    }
  | { readonly kind: 'ingest'; readonly pods: number }
  | { readonly kind: 'memory' }
  | { readonly kind: 'read'; readonly operation: 'get' | 'list' | 'label'; readonly milliseconds: number }
  | { readonly kind: 'close' };

export interface IngestAnswer {
  readonly seconds: number;
  readonly bytes: number;
}

export interface MemoryAnswer {
  /** Bytes, after a garbage collection. */
  readonly resident: number;
}

export interface ReadAnswer {
  readonly perSecond: number;
  readonly bytes: number;
}

const keptKeys = 1000;
let subject: Subject | undefined;
let fleet: Iterator<FleetObject> = [][Symbol.iterator]();
const keys: ObjectKey[] = [];
let buckets = 1;
let podCount = 0;

function opened(): Subject {
  if (subject === undefined) throw new Error('not opened');
  return subject;
}

function openSubject(name: string, dataDirectory: string): Promise<Subject> | Subject {
  if (name === 'bare sqlite') return createBareSqlite(dataDirectory);
  if (name === 'bare map') return createBareMap();
  return createPluginSubject(name, dataDirectory);
}

/** Generates outside the clock, ingests inside it. */
async function ingest(pods: number): Promise<IngestAnswer> {
  const byCluster = new Map<string, Buffer[]>();
  let bytes = 0;
  for (let left = pods; left > 0; ) {
    const next = fleet.next();
    if (next.done === true) break;
    const { cluster, type, object } = next.value;
    if (type.resource !== 'pods') continue;
    const json = Buffer.from(JSON.stringify(object));
    bytes += json.length;
    const others = byCluster.get(cluster);
    if (others === undefined) byCluster.set(cluster, [json]);
    else others.push(json);
    // Keys all over the fleet: one in so many.
    if (podCount % Math.max(1, Math.floor((buckets * 10) / keptKeys)) === 0) {
      keys.push([cluster, object.metadata.namespace ?? '', object.metadata.name]);
    }
    podCount += 1;
    left -= 1;
  }
  collectGarbage();
  const started = performance.now();
  for (const [cluster, raw] of byCluster) await opened().ingest(cluster, raw);
  return { seconds: (performance.now() - started) / 1000, bytes };
}

async function read(operation: 'get' | 'list' | 'label', milliseconds: number): Promise<ReadAnswer> {
  const storage = opened();
  let count = 0;
  let bytes = 0;
  const started = performance.now();
  const deadline = started + milliseconds;
  while (performance.now() < deadline) {
    if (operation === 'get') bytes += await storage.get(keys[(count * 17) % keys.length] ?? ['', '', '']);
    else if (operation === 'list') bytes += await storage.list();
    else bytes += await storage.label(`b${(count * 7) % buckets}`);
    count += 1;
  }
  const seconds = (performance.now() - started) / 1000;
  return { perSecond: count / seconds, bytes: bytes / count };
}

function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error('start this with --expose-gc');
  globalThis.gc();
  globalThis.gc();
}

async function answer(message: StorageMessage): Promise<object> {
  switch (message.kind) {
    case 'open':
      subject = await openSubject(message.subject, message.dataDirectory);
      buckets = Math.max(1, Math.floor(message.pods / 10));
      fleet = generateFleet({ seed: message.seed, pods: message.pods, bucketSize: 10 });
      return {};
    case 'ingest':
      return ingest(message.pods);
    case 'memory': {
      collectGarbage();
      // What the garbage collector frees comes back to the system a little later.
      await new Promise((resolve) => setTimeout(resolve, 300));
      collectGarbage();
      return { resident: process.memoryUsage().rss } satisfies MemoryAnswer;
    }
    case 'read':
      return read(message.operation, message.milliseconds);
    case 'close':
      await opened().close();
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
