import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { runClusterdex, startServer } from '../support/clusterdex.js';
import { bucketLabel, type FleetObject, generateFleet } from '../support/fleet.js';
import { type Child, startChild } from './child.js';
import type { LoadOptions, LoadResult } from './http-load.js';
import { processorSeconds, residentBytes } from './process-facts.js';
import type { Check, Figure } from './report.js';
import { measureMemoryStorage } from './resident-memory.js';
import { interleave, type Measurement, median } from './statistics.js';
import { createFigure } from './storage-bench.js';
import { benchTable } from './table-bench.js';

export interface HttpBenchOptions {
  readonly storage: string;
  readonly pods: number;
  readonly dataDirectory: string;
  readonly config: (store: string) => Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly rounds: number;
  readonly milliseconds: number;
  readonly connections: number;
}

const api = '/apis/clusterpedia.io/v1beta1';
const allPods = `${api}/resources/api/v1/pods`;
const keptPaths = 500;
const residentLimit = 50 * 2 ** 20;

/** The real server with the real client's requests, beside a bare server that sends the same bytes. */
export async function benchHttp(options: HttpBenchOptions): Promise<{ figures: Figure[]; checks: Check[] }> {
  const { storage, pods, dataDirectory } = options;
  mkdirSync(dataDirectory, { recursive: true });
  const configFile = join(dataDirectory, 'storage-config.json');
  writeFileSync(configFile, JSON.stringify(options.config(`serve_${pods}`)), { mode: 0o600 });
  const common = ['--data-dir', dataDirectory, '--storage-name', storage, '--storage-config', configFile];
  const imported = await importFleet(options, common);
  const figures = [...imported.figures];
  const memory = storage === 'memory' ? [await measureMemoryStorage({ pods, dataDirectory, ...imported.count })] : [];
  const server = await startServer(common);
  const limit = startChild('limit-server.js');
  const client = startChild('load-process.js');
  try {
    for (const request of requestMix(options)) {
      const { port } = await limit.ask<{ port: number }>({ origin: server.origin, paths: request.paths });
      const busy: { subject: number[]; limit: number[] } = { subject: [], limit: [] };
      const load = async (side: 'subject' | 'limit', milliseconds = options.milliseconds): Promise<Measurement> => {
        const [to, pid] = side === 'subject' ? [server.port, server.pid] : [port, limit.pid];
        const processor = processorSeconds(pid);
        const { paths } = request;
        const result = await ask(client, { port: to, paths, connections: options.connections, milliseconds });
        busy[side].push(result.clientBusy);
        const used = processor === undefined ? undefined : (processorSeconds(pid) ?? Number.NaN) - processor;
        return {
          perSecond: result.requestsPerSecond,
          processorMicroseconds: used === undefined ? undefined : (used * 1e6) / result.requests,
        };
      };
      for (const side of ['subject', 'limit'] as const) await load(side, options.milliseconds / 2);
      const pair = await interleave(options.rounds, { subject: () => load('subject'), limit: () => load('limit') });
      const about = { storage, pods, limit: 'bare http', what: `http: ${request.what}`, unit: 'requests/s' };
      figures.push({ ...createFigure(about, pair), clientBusy: [median(busy.subject), median(busy.limit)] });
    }
    figures.push(await benchTable({ ...options, path: `${allPods}?limit=500`, client, server }));
    const checks = [await measureLongList(options, { client, server })];
    return { figures, checks: [...memory, ...checks] };
  } finally {
    await Promise.allSettled([client.stop(), limit.stop(), server.stop()]);
  }
}

function ask(client: Child, options: LoadOptions): Promise<LoadResult> {
  return client.ask<LoadResult>(options);
}

/** Imports cluster after cluster from standard input, as a user would pipe a dump. */
async function importFleet(
  options: HttpBenchOptions,
  common: readonly string[],
): Promise<{ figures: readonly Figure[]; count: ObjectCount }> {
  const total = { objects: 0, bytes: 0 };
  let seconds = 0;
  let writingSeconds = 0;
  for (const [cluster, items] of clustersOf(options)) {
    const count = { objects: 0, bytes: 0 };
    const started = performance.now();
    const result = await runClusterdex(['import', ...common, '--cluster', cluster, '-'], {
      stdin: Readable.from(dumpOf(items, count)),
    });
    seconds += (performance.now() - started) / 1000;
    total.objects += count.objects;
    total.bytes += count.bytes;
    if (result.status !== 0) throw new Error(`clusterdex import ended with ${result.status}: ${result.stderr}`);
    writingSeconds += count.objects / reportedRate(result.stdout);
  }
  const parse = parseSpeed(options);
  const figure = (what: string, perSecond: number): Figure => ({
    storage: options.storage,
    pods: options.pods,
    what,
    unit: 'objects/s',
    subject: perSecond,
    limit: 'bare JSON.parse',
    limitValue: parse,
    ratio: perSecond / parse,
  });
  const figures = [
    figure('clusterdex import, three starts included', total.objects / seconds),
    figure('clusterdex import, by its own clock', total.objects / writingSeconds),
  ];
  return { figures, count: total };
}

/** Of what an import says at its end: `… (7,026 objects/s)`. */
function reportedRate(output: string): number {
  const rate = /\(([\d,]+) objects\/s\)/.exec(output)?.[1];
  if (rate === undefined) throw new Error(`expected the rate of an import, found ${output.slice(-200)}`);
  return Number(rate.replaceAll(',', ''));
}

function clustersOf({ seed, pods }: HttpBenchOptions): [string, Iterable<FleetObject>][] {
  const clusters = ['prod-eu', 'prod-us', 'staging'];
  return clusters.map((cluster) => [
    cluster,
    {
      *[Symbol.iterator]() {
        const items: FleetObject[] = [];
        for (const item of generateFleet({ seed, pods, bucketSize: 10, clusters })) {
          if (item.cluster === cluster) items.push(item);
        }
        yield* items.sort(asListed);
      },
    },
  ]);
}

/** The order of a dump: a kube-apiserver lists by namespace and name. */
function asListed(a: FleetObject, b: FleetObject): number {
  const key = ({ type, object: { metadata } }: FleetObject) =>
    `${type.group}/${type.resource}\0${metadata.namespace ?? ''}\0${metadata.name}`;
  const [left, right] = [key(a), key(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

interface ObjectCount {
  objects: number;
  bytes: number;
}

function* dumpOf(items: Iterable<FleetObject>, count: ObjectCount): Generator<string> {
  let text = '{"apiVersion":"v1","kind":"List","metadata":{"resourceVersion":""},"items":[';
  for (const { object } of items) {
    const json = JSON.stringify(object);
    text += (count.objects === 0 ? '\n' : ',\n') + json;
    count.objects += 1;
    count.bytes += json.length;
    if (text.length > 65_536) {
      yield text;
      text = '';
    }
  }
  yield `${text}]}\n`;
}

function parseSpeed({ seed }: HttpBenchOptions): number {
  const texts = [...generateFleet({ seed, pods: 500 })].map(({ object }) => JSON.stringify(object));
  const started = performance.now();
  let parsed = 0;
  while (performance.now() - started < 500) {
    for (const text of texts) JSON.parse(text);
    parsed += texts.length;
  }
  return parsed / ((performance.now() - started) / 1000);
}

/** The request mix of the table in docs/bench.md, with paths spread over the whole fleet. */
function requestMix({ seed, pods }: HttpBenchOptions): { what: string; paths: string[] }[] {
  const buckets = Math.floor(pods / 10);
  const gets: string[] = [];
  let index = 0;
  for (const { cluster, type, object } of generateFleet({ seed, pods, bucketSize: 10 })) {
    if (type.resource !== 'pods') continue;
    const { namespace, name } = object.metadata;
    if (index % Math.floor(pods / keptPaths) === 0) {
      gets.push(`${api}/resources/clusters/${cluster}/api/v1/namespaces/${namespace}/pods/${name}`);
    }
    index += 1;
  }
  const labels = Array.from({ length: keptPaths }, (_, number) => {
    const selector = `${bucketLabel}=b${Math.floor((number * buckets) / keptPaths)}`;
    return `${allPods}?labelSelector=${encodeURIComponent(selector)}`;
  });
  return [
    { what: 'list, limit 500', paths: [`${allPods}?limit=500`] },
    { what: `list by label, 10 of ${pods.toLocaleString('en-US')}`, paths: labels },
    { what: 'get one', paths: gets },
    {
      what: 'namespace, limit 100, order by name',
      paths: [`${api}/resources/api/v1/namespaces/shop/pods?limit=100&orderby=name`],
    },
    { what: 'collection resource, limit 500', paths: [`${api}/collectionresources/kuberesources?limit=500`] },
  ];
}

/** Lists every pod at once, and follows the server's resident memory meanwhile. */
async function measureLongList(
  { storage, pods }: HttpBenchOptions,
  { client, server }: { readonly client: Child; readonly server: { readonly port: number; readonly pid: number } },
): Promise<Check> {
  const what = `${storage}, ${pods} pods: resident memory grows by less than 50 MB while all are listed`;
  const before = residentBytes(server.pid);
  if (before === undefined) return { what, holds: true, found: 'not run: this system has no /proc' };
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, residentBytes(server.pid) ?? 0);
  }, 10);
  const started = performance.now();
  // The deadline has passed when the first answer is complete: exactly one request is sent.
  const result = await ask(client, { port: server.port, paths: [allPods], connections: 1, milliseconds: 1 });
  clearInterval(timer);
  const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
  const seconds = (performance.now() - started) / 1000;
  const sent = result.bytesPerSecond / result.requestsPerSecond || 0;
  return {
    what,
    holds: peak - before < residentLimit,
    found: `${megabytes(peak - before)} MB on ${megabytes(before)} MB, for ${megabytes(sent)} MB of JSON in ${seconds.toFixed(1)} s`,
  };
}
