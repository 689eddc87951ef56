import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createStorageError } from '@clusterdex/storage-contract';
import type { ConnectionOptions, SslOptions } from 'mysql2/promise';
import type { MysqlConfig } from './config.js';

/** What mysql2 needs to connect. Throws INVALID for what is contradictory and for files that cannot be read. */
export function connectionSettings(config: MysqlConfig): ConnectionOptions {
  const parsed = config.dsn === undefined ? {} : parseDsn(config.dsn);
  const host = config.host ?? parsed.host ?? 'localhost';
  const database = config.database ?? parsed.database;
  if (database === undefined) throw createStorageError('INVALID', 'expected the name of a database, found none');
  const password = passwordOf(config) ?? parsed.password ?? process.env.DB_PASSWORD;
  const ssl = tls(config);
  // mysql2 compares the certificate with 'localhost' then.
  if (config.sslMode === 'verify-full' && isIP(host) !== 0) {
    throw createStorageError('INVALID', `sslMode verify-full needs the name of the host, found the address ${host}`);
  }
  return {
    ...(host.startsWith('/') ? { socketPath: host } : { host, port: config.port ?? parsed.port ?? 3306 }),
    user: config.user ?? parsed.user ?? 'root',
    database,
    ...(password !== undefined && { password }),
    ...(ssl && { ssl }),
  };
}

function parseDsn(dsn: string): ConnectionOptions {
  let url: URL;
  try {
    url = new URL(dsn);
  } catch {
    throw createStorageError('INVALID', 'dsn is no URL; expected mysql://user@host:port/database');
  }
  if (url.protocol !== 'mysql:' && url.protocol !== 'mariadb:') {
    throw createStorageError('INVALID', `dsn begins with ${url.protocol}//; expected mysql://`);
  }
  const [surplus] = url.searchParams.keys();
  if (surplus !== undefined) {
    throw createStorageError('INVALID', `the parameter ${surplus} of the dsn has a key of its own in the config`);
  }
  const host = decodeURIComponent(url.hostname).replace(/^\[|\]$/g, '');
  const database = decodeURIComponent(url.pathname.slice(1));
  return {
    ...(host !== '' && { host }),
    ...(url.port !== '' && { port: Number(url.port) }),
    ...(url.username !== '' && { user: decodeURIComponent(url.username) }),
    ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
    ...(database !== '' && { database }),
  };
}

function passwordOf({ password, passwordFile }: MysqlConfig): string | undefined {
  return passwordFile === undefined ? password : read(passwordFile, 'passwordFile').replace(/\r?\n$/, '');
}

function tls(config: MysqlConfig): SslOptions | undefined {
  const { sslMode, sslRootCertFile, sslCertFile, sslKeyFile } = config;
  if ((sslCertFile === undefined) !== (sslKeyFile === undefined)) {
    throw createStorageError('INVALID', 'expected sslCertFile and sslKeyFile together, found one of them');
  }
  if (sslMode === 'disable') return undefined;
  return {
    rejectUnauthorized: sslMode === 'verify-ca' || sslMode === 'verify-full',
    verifyIdentity: sslMode === 'verify-full',
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

/** `host:port/database`, for messages: never the password. */
export function describeServer({ socketPath, host, port, database }: ConnectionOptions): string {
  return `${socketPath ?? `${host}:${port}`}/${database}`;
}
