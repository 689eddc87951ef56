import type { Child } from './child.js';
import type { LoadOptions, LoadResult } from './http-load.js';
import { processorSeconds } from './process-facts.js';
import type { Figure } from './report.js';
import { interleave, type Measurement } from './statistics.js';
import { createFigure } from './storage-bench.js';

export interface TableBenchOptions {
  readonly storage: string;
  readonly pods: number;
  readonly rounds: number;
  readonly milliseconds: number;
  readonly connections: number;
  readonly path: string;
  readonly client: Child;
  readonly server: { readonly port: number; readonly pid: number };
}

/** As kubectl asks. */
const asTable =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

/** A list as a Table beside the same list as JSON, both from the server. */
export async function benchTable(options: TableBenchOptions): Promise<Figure> {
  const { storage, pods, path, client, server, connections, milliseconds, rounds } = options;
  const load = async (accept: string, time = milliseconds): Promise<Measurement> => {
    const before = processorSeconds(server.pid);
    const asked: LoadOptions = { port: server.port, paths: [path], accept, connections, milliseconds: time };
    const result = await client.ask<LoadResult>(asked);
    const used = before === undefined ? undefined : (processorSeconds(server.pid) ?? Number.NaN) - before;
    return {
      perSecond: result.requestsPerSecond,
      processorMicroseconds: used === undefined ? undefined : (used * 1e6) / result.requests,
    };
  };
  for (const accept of [asTable, 'application/json']) await load(accept, milliseconds / 2);
  const pair = await interleave(rounds, { subject: () => load(asTable), limit: () => load('application/json') });
  const about = { storage, pods, limit: 'the list as JSON', what: 'http: Table, limit 500', unit: 'requests/s' };
  return createFigure(about, pair);
}
