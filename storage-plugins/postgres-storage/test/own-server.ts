import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';

const root = resolve(import.meta.dirname, '../../../..');

interface Backend {
  readonly name: string;
  readonly title: string;
  readonly start: string;
}

/** A PostgreSQL of a test's own, which it may kill. */
export interface OwnServer {
  readonly address: string;
  /** Holds its data, in `data`. */
  readonly folder: string;
  /** As whom it runs, where that is not who runs the test. */
  readonly user: { readonly uid?: number; readonly gid?: number };
  /** SIGINT: fast; SIGQUIT: immediate; SIGKILL. Resolves when it has ended. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** On the same address, with the same data; with the same settings unless others are given. */
  restart(settings?: Readonly<Record<string, string>>): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

interface Backends {
  readonly backends: readonly Backend[];
  findBinaries(backend: Backend): string | undefined;
  startBackend(backend: Backend, port?: number, settings?: Readonly<Record<string, string>>): Promise<OwnServer>;
}

const { backends, findBinaries, startBackend } = (await import(
  pathToFileURL(join(root, 'hack/backends.mjs')).href
)) as Backends;
const backend = backends.find(({ name }) => name === 'postgres');

/** Why there is no server of a test's own; undefined where it can be started. */
export const ownServerNotRun =
  backend === undefined || findBinaries(backend) === undefined
    ? `not run: ${backend?.title} is not installed; ${backend?.start}`
    : undefined;

export function startOwnServer(settings: Readonly<Record<string, string>> = {}): Promise<OwnServer> {
  if (backend === undefined) throw new Error('there is no backend postgres');
  return startBackend(backend, undefined, settings);
}

/** Runs statements beside the storage. */
export async function runOn(address: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
