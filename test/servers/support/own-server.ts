import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(import.meta.dirname, '../../../..');

interface Backend {
  readonly name: string;
  readonly title: string;
  readonly start: string;
}

/** A server of a test's own, which it may kill. */
export interface OwnServer {
  readonly address: string;
  /** Holds its data, in `data`. */
  readonly folder: string;
  /** As whom it runs, where that is not who runs the test. */
  readonly user: { readonly uid?: number; readonly gid?: number };
  /** Without a signal: as one ends it in peace. Resolves when it has ended. */
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

/** Why there is no server of a test's own; undefined where it can be started. */
export function ownServerNotRun(name: string): string | undefined {
  const backend = backends.find((candidate) => candidate.name === name);
  if (backend !== undefined && findBinaries(backend) !== undefined) return undefined;
  return `not run: ${backend?.title ?? name} is not installed; ${backend?.start}`;
}

export function startOwnServer(name: string, settings: Readonly<Record<string, string>> = {}): Promise<OwnServer> {
  const backend = backends.find((candidate) => candidate.name === name);
  if (backend === undefined) throw new Error(`there is no backend ${name}`);
  return startBackend(backend, undefined, settings);
}
