import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import pg from 'pg';

/** A storage that tests are run with; without `config` its server does not run, and `notRun` says how to start one. */
export interface TestedStorage {
  readonly name: string;
  /** The plugin, where several servers serve one. */
  readonly storage: string;
  readonly config: Readonly<Record<string, unknown>> | undefined;
  readonly notRun: string;
}

interface Backend {
  readonly name: string;
  readonly title: string;
  readonly variable: string;
  readonly start: string;
  /** The storage that is tested with it, if it has another name. */
  readonly storage?: string;
}

const table = join(resolve(import.meta.dirname, '../../..'), 'test/backends/backends.json');
const backends = JSON.parse(readFileSync(table, 'utf8')) as readonly Backend[];

/**
 * Every storage that comes with the server, each with an empty store of its own that is removed after the tests of this file. `everyServer`: one that
 * several servers can serve comes once for each.
 */
export function testedStorages({ everyServer = false } = {}): readonly TestedStorage[] {
  const embedded = ['memory', 'sqlite'].map((name) => ({ name, storage: name, config: {}, notRun: '' }));
  const chosen = backends.filter(({ name, storage = name }) => everyServer || storage === name);
  const served = chosen.map(({ name, storage = name, title, variable, start }): TestedStorage => {
    const address = process.env[variable];
    const notRun = `not run: ${title} is not there; ${start}`;
    return { name, storage, config: address === undefined ? undefined : emptyStore(storage, address), notRun };
  });
  return [...embedded, ...served];
}

/** Those on a database server, which a `dsn` names. */
export const testedDatabases = (): readonly TestedStorage[] =>
  testedStorages().filter(({ name }) => ['postgres', 'mysql'].includes(name));

function emptyStore(name: string, address: string): Readonly<Record<string, unknown>> {
  const store = `test_${randomBytes(8).toString('hex')}`;
  if (name === 'elasticsearch') {
    afterAll(() => deleteIndexes(address, store));
    return { addresses: [address], prefix: store, replicas: 0, indexTemplate: false };
  }
  afterAll(() => (name === 'postgres' ? dropSchema(address, store) : dropDatabase(address, store)));
  return { dsn: address, [name === 'postgres' ? 'schema' : 'database']: store };
}

async function deleteIndexes(address: string, prefix: string): Promise<void> {
  await fetch(new URL(`/${prefix}-*?expand_wildcards=all`, address), { method: 'DELETE' });
}

async function dropSchema(dsn: string, schema: string): Promise<void> {
  const client = new pg.Client({ connectionString: dsn });
  await client.connect();
  await client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
  await client.end();
}

async function dropDatabase(dsn: string, database: string): Promise<void> {
  const connection = await createConnection(dsn);
  await connection.query(`DROP DATABASE IF EXISTS \`${database}\``);
  await connection.end();
}
