import { userInfo } from 'node:os';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { PostgresConfig } from '../src/config.js';
import { connectionSettings, describeServer } from '../src/connection-settings.js';

const variables = ['PGUSER', 'PGDATABASE', 'PGHOST', 'PGPORT', 'USER'] as const;
const before = variables.map((name) => [name, process.env[name]] as const);
const of = (config: Partial<PostgresConfig>) =>
  describeServer(connectionSettings({ sslMode: 'disable', ...config } as PostgresConfig));

function restore(): void {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

describe('what a message calls a server of which no database is named', () => {
  beforeEach(() => {
    for (const name of variables) delete process.env[name];
  });
  afterAll(restore);

  it('is the name of the user, as for PostgreSQL', () => {
    expect(of({ user: 'somebody' })).toBe('localhost:5432/somebody');
    expect(of({ dsn: 'postgres://else@db.example' })).toBe('db.example:5432/else');
  });

  it('is the name in the environment, or that of the process, where no user is named either', () => {
    expect(of({ host: 'db.example' })).toBe(`db.example:5432/${userInfo().username}`);
    process.env.PGUSER = 'named';
    expect(of({ host: 'db.example' })).toBe('db.example:5432/named');
    process.env.PGDATABASE = 'base';
    expect(of({ host: 'db.example' })).toBe('db.example:5432/base');
  });

  it('is what connects', () => {
    expect(connectionSettings({ sslMode: 'disable' } as PostgresConfig).user).toBe(userInfo().username);
  });
});
