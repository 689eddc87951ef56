import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createConnection } from 'mysql2/promise';
import pg from 'pg';
import { repositoryRoot } from '../support/clusterdex.js';

/** A database server that a storage needs. */
export interface BenchBackend {
  /** The storage's configuration for a store of this name, which is empty the first time. */
  config(store: string): Readonly<Record<string, unknown>>;
  /** Removes the stores; ends the server if it was started for the bench. */
  stop(): Promise<void>;
}

interface Backend {
  readonly name: string;
  readonly variable: string;
  readonly start: string;
}

interface Backends {
  readonly backends: readonly Backend[];
  startBackend(backend: Backend): Promise<Server>;
}

const embedded: BenchBackend = { config: () => ({}), stop: async () => {} };

/** The server that the environment names, or one that is started; a text says why there is none. */
export async function openBenchBackend(storage: string): Promise<BenchBackend | string> {
  const file = pathToFileURL(join(repositoryRoot, 'hack/backends.mjs')).href;
  const { backends, startBackend } = (await import(file)) as Backends;
  const backend = backends.find(({ name }) => name === storage);
  if (backend === undefined) return embedded;
  const open = openers[storage];
  if (open === undefined) return `not run: the bench knows no bare driver for ${storage}`;
  const given = process.env[backend.variable];
  try {
    const server = given === undefined ? await startBackend(backend) : { address: given, stop: async () => {} };
    return open(server);
  } catch (error) {
    return `not run: ${error instanceof Error ? error.message : error}; ${backend.start}`;
  }
}

interface Server {
  readonly address: string;
  stop(): Promise<void>;
}

const openers: Readonly<Record<string, (server: Server) => BenchBackend>> = { postgres, mysql, elasticsearch };

function elasticsearch({ address, stop }: Server): BenchBackend {
  const run = `bench-${randomBytes(4).toString('hex')}`;
  return {
    config(store) {
      const prefix = `${run}-${store.toLowerCase().replaceAll(/\W/g, '-')}`;
      return { addresses: [address], prefix, replicas: 0, indexTemplate: false };
    },
    async stop() {
      await fetch(new URL(`/${run}-*?expand_wildcards=all`, address), { method: 'DELETE' });
      await stop();
    },
  };
}

function mysql({ address, stop }: Server): BenchBackend {
  const run = randomBytes(4).toString('hex');
  const databases = new Set<string>();
  return {
    config(store) {
      const database = `bench_${run}_${store}`.replaceAll(/\W/g, '_');
      databases.add(database);
      return { dsn: address, database };
    },
    async stop() {
      const connection = await createConnection(address);
      for (const database of databases) await connection.query(`DROP DATABASE IF EXISTS \`${database}\``);
      await connection.end();
      await stop();
    },
  };
}

function postgres({ address, stop }: Server): BenchBackend {
  const run = randomBytes(4).toString('hex');
  const schemas = new Set<string>();
  return {
    config(store) {
      const schema = `bench_${run}_${store}`.replaceAll(/\W/g, '_');
      schemas.add(schema);
      return { dsn: address, schema };
    },
    async stop() {
      const client = new pg.Client({ connectionString: address });
      await client.connect();
      for (const schema of schemas) await client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
      await client.end();
      await stop();
    },
  };
}
