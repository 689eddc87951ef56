import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import pg from 'pg';

/** A storage that tests are run with; without `config` its server does not run, and `notRun` says how to start one. */
export interface TestedStorage {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>> | undefined;
  readonly notRun: string;
}

interface Backend {
  readonly name: string;
  readonly title: string;
  readonly variable: string;
  readonly start: string;
}

const table = join(resolve(import.meta.dirname, '../../..'), 'test/backends/backends.json');
const backends = JSON.parse(readFileSync(table, 'utf8')) as readonly Backend[];

/** Every storage that comes with the server, each with an empty store of its own that is removed after the tests of this file. */
export function testedStorages(): readonly TestedStorage[] {
  const embedded = ['memory', 'sqlite'].map((name) => ({ name, config: {}, notRun: '' }));
  const served = backends.map(({ name, title, variable, start }): TestedStorage => {
    const address = process.env[variable];
    const notRun = `not run: ${title} is not there; ${start}`;
    return { name, config: address === undefined ? undefined : emptyStore(name, address), notRun };
  });
  return [...embedded, ...served];
}

function emptyStore(name: string, dsn: string): Readonly<Record<string, unknown>> {
  const store = `test_${randomBytes(8).toString('hex')}`;
  afterAll(() => (name === 'postgres' ? dropSchema(dsn, store) : dropDatabase(dsn, store)));
  return { dsn, [name === 'postgres' ? 'schema' : 'database']: store };
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
