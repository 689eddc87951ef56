import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { type RunningServer, runClusterdex, startServer } from './clusterdex.js';
import type { KubernetesObject } from './kubernetes-object.js';
import { sampleFile, sampleNames } from './sample-clusters.js';
import { temporaryFolder } from './temporary-folder.js';

export interface SampleServer {
  readonly origin: string;
  /** GET, whatever the status. `path` is the whole path with its query. */
  get(path: string): Promise<HttpAnswer>;
}

/** What the tests look at in an answer; a list, a Status, an object or a discovery document has only some of it. */
export interface ParsedAnswer {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: {
    readonly name?: string;
    readonly namespace?: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly items: readonly KubernetesObject[];
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly code: number;
  readonly continue?: string;
  readonly remainingItemCount?: number;
  readonly resourceTypes: readonly Readonly<Record<string, string>>[];
  readonly [member: string]: unknown;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
  /** The body, parsed; undefined when it is no JSON. */
  readonly json: ParsedAnswer;
}

/** A storage by its name, and its config. */
export interface SampleStorage {
  readonly name: string;
  readonly config?: Readonly<Record<string, unknown>> | undefined;
}

/** For the tests of a file: the real command imports both samples into a storage and serves them. */
export function serveSamples({ name, config = {} }: SampleStorage, parameters: readonly string[] = []): SampleServer {
  const dataDirectory = join(temporaryFolder(), name);
  const settings = Object.entries(config).flatMap(([key, value]) => ['--storage-set', `${key}=${value}`]);
  const common = ['--data-dir', dataDirectory, '--storage-name', name, ...settings];
  let server: RunningServer | undefined;
  const origin = (): string => {
    if (server === undefined) throw new Error('the server is not started');
    return server.origin;
  };
  beforeAll(async () => {
    for (const cluster of sampleNames) {
      const result = await runClusterdex(['import', ...common, '--cluster', cluster, sampleFile(cluster)]);
      if (result.status !== 0) throw new Error(`import of ${cluster} ended with ${result.status}: ${result.stderr}`);
    }
    server = await startServer([...common, ...parameters]);
  }, 60_000);
  afterAll(() => server?.stop());
  return {
    get origin() {
      return origin();
    },
    get: (path) => get(`${origin()}${path}`),
  };
}

export async function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
  const response = await fetch(url, { headers: { accept: 'application/json', ...headers } });
  const body = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  return { status: response.status, body, headers: response.headers, json: isJson ? JSON.parse(body) : undefined };
}
