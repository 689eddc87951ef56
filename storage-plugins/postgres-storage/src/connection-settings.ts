import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createStorageError } from '@clusterdex/storage-contract';
import type { ClientConfig } from 'pg';
import type { PostgresConfig } from './config.js';
import { defaultUser } from './default-user.js';

/** What pg needs to connect. Throws INVALID for what is contradictory and for files that cannot be read. */
export function connectionSettings(config: PostgresConfig): ClientConfig {
  const parsed = config.dsn === undefined ? {} : parseDsn(config.dsn);
  const settings: ClientConfig = {
    ...parsed,
    ...(config.host !== undefined && { host: config.host }),
    ...(config.port !== undefined && { port: config.port }),
    ...(config.user !== undefined && { user: config.user }),
    ...(config.database !== undefined && { database: config.database }),
    application_name: 'clusterdex',
    keepAlive: true,
  };
  settings.user ??= defaultUser();
  const password = passwordOf(config, parsed.password);
  return { ...settings, ...(password !== undefined && { password }), ssl: tls(config) };
}

/** Whether a plain connection may stand in where the server does not speak TLS. */
export const mayBePlain = ({ sslMode }: PostgresConfig): boolean => sslMode === 'prefer';

function parseDsn(dsn: string): ClientConfig {
  let url: URL;
  try {
    url = new URL(dsn);
  } catch {
    throw createStorageError('INVALID', 'dsn is no URL; expected postgres://user@host:port/database');
  }
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') {
    throw createStorageError('INVALID', `dsn begins with ${url.protocol}//; expected postgres://`);
  }
  const [surplus] = url.searchParams.keys();
  if (surplus !== undefined && surplus !== 'host') {
    throw createStorageError('INVALID', `the parameter ${surplus} of the dsn has a key of its own in the config`);
  }
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname).replace(/^\[|\]$/g, '');
  const database = decodeURIComponent(url.pathname.slice(1));
  return {
    ...(host !== '' && { host }),
    ...(url.port !== '' && { port: Number(url.port) }),
    ...(url.username !== '' && { user: decodeURIComponent(url.username) }),
    ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
    ...(database !== '' && { database }),
  };
}

function passwordOf(config: PostgresConfig, ofDsn: ClientConfig['password']): ClientConfig['password'] {
  const { passwordFile } = config;
  if (passwordFile !== undefined) {
    read(passwordFile, 'passwordFile');
    return async () => (await readFile(passwordFile, 'utf8')).replace(/\r?\n$/, '');
  }
  return config.password ?? ofDsn ?? process.env.DB_PASSWORD;
}

function tls(config: PostgresConfig): NonNullable<ClientConfig['ssl']> {
  const { sslMode, sslRootCertFile, sslCertFile, sslKeyFile } = config;
  if ((sslCertFile === undefined) !== (sslKeyFile === undefined)) {
    throw createStorageError('INVALID', 'expected sslCertFile and sslKeyFile together, found one of them');
  }
  if (sslMode === 'disable') return false;
  const verifies = sslMode === 'verify-ca' || sslMode === 'verify-full';
  return {
    rejectUnauthorized: verifies,
    ...(sslMode === 'verify-ca' && { checkServerIdentity: () => undefined }),
    ...(sslRootCertFile !== undefined && { ca: read(sslRootCertFile, 'sslRootCertFile') }),
    ...(sslCertFile !== undefined && { cert: read(sslCertFile, 'sslCertFile') }),
    ...(sslKeyFile !== undefined && { key: read(sslKeyFile, 'sslKeyFile') }),
  };
}

function read(path: string, key: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'see the cause';
    throw createStorageError('INVALID', `${key} ${path} cannot be read: ${reason}`, { cause: error });
  }
}

/** `host:port/database` of what `connectionSettings` made, for messages: never the password. */
export function describeServer(settings: ClientConfig): string {
  const { host = process.env.PGHOST ?? 'localhost', port = process.env.PGPORT ?? 5432 } = settings;
  const database = settings.database ?? process.env.PGDATABASE ?? settings.user;
  return database === undefined ? `${host}:${port}` : `${host}:${port}/${database}`;
}
