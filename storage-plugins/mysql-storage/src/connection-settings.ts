import { isIP } from 'node:net';
import { createStorageError } from '@clusterdex/storage-contract';
import { parseDsn, passwordIn, readSettingFile, tlsSettings } from '@clusterdex/storage-sql';
import type { ConnectionOptions } from 'mysql2/promise';
import type { MysqlConfig } from './config.js';

/** What mysql2 needs to connect. Throws INVALID for what is contradictory and for files that cannot be read. */
export function connectionSettings(config: MysqlConfig): ConnectionOptions {
  const parsed = config.dsn === undefined ? {} : parseDsn(config.dsn, { protocols: ['mysql:', 'mariadb:'] });
  const host = config.host ?? parsed.host ?? 'localhost';
  const database = config.database ?? parsed.database;
  if (database === undefined) throw createStorageError('INVALID', 'expected the name of a database, found none');
  const password = passwordOf(config) ?? parsed.password ?? process.env.DB_PASSWORD;
  const ssl = tlsSettings(config);
  // mysql2 compares the certificate with 'localhost' then.
  if (config.sslMode === 'verify-full' && isIP(host) !== 0) {
    throw createStorageError('INVALID', `sslMode verify-full needs the name of the host, found the address ${host}`);
  }
  return {
    ...(host.startsWith('/') ? { socketPath: host } : { host, port: config.port ?? parsed.port ?? 3306 }),
    user: config.user ?? parsed.user ?? 'root',
    database,
    ...(password !== undefined && { password }),
    ...(ssl && { ssl: { ...ssl, verifyIdentity: config.sslMode === 'verify-full' } }),
  };
}

function passwordOf({ password, passwordFile }: MysqlConfig): string | undefined {
  return passwordFile === undefined ? password : passwordIn(readSettingFile(passwordFile, 'passwordFile'));
}

/** `host:port/database`, for messages: never the password. */
export function describeServer({ socketPath, host, port, database }: ConnectionOptions): string {
  return `${socketPath ?? `${host}:${port}`}/${database}`;
}
