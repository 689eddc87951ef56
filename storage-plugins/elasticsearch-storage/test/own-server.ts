import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Backend {
  readonly name: string;
  readonly title: string;
  readonly start: string;
}

/** A server of a test's own, which it may kill. */
export interface OwnServer {
  readonly address: string;
  /** The certificate that it shows over TLS. */
  readonly authority: string | undefined;
  /** Holds its data, in `data`. */
  readonly folder: string;
  /** SIGTERM, or SIGKILL. Resolves when it has ended. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** On the same address, with the same data; with the same settings unless others are given. */
  restart(settings?: Readonly<Record<string, unknown>>): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

interface Backends {
  readonly backends: readonly Backend[];
  findBinaries(backend: Backend): string | undefined;
  startBackend(backend: Backend, port?: number, settings?: Readonly<Record<string, unknown>>): Promise<OwnServer>;
}

const root = resolve(import.meta.dirname, '../../../..');
const { backends, findBinaries, startBackend } = (await import(
  pathToFileURL(join(root, 'hack/backends.mjs')).href
)) as Backends;
const backend = backends.find(({ name }) => name === 'elasticsearch');

/** Why there is no server of a test's own; undefined where it can be started. */
export const ownServerNotRun =
  backend !== undefined && findBinaries(backend) !== undefined
    ? undefined
    : `not run: no Elasticsearch to start and kill; ${backend?.start}`;

export function startOwnServer(settings: Readonly<Record<string, unknown>> = {}): Promise<OwnServer> {
  if (backend === undefined) throw new Error('there is no Elasticsearch');
  return startBackend(backend, undefined, settings);
}
