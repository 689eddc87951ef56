import { readFile } from 'node:fs/promises';
import { parseDsn, passwordIn, readSettingFile, type ServerAddress, tlsSettings } from '@clusterdex/storage-sql';
import type { ClientConfig } from 'pg';
import type { PostgresConfig } from './config.js';
import { defaultUser } from './default-user.js';

/** What pg needs to connect. Throws INVALID for what is contradictory and for files that cannot be read. */
export function connectionSettings(config: PostgresConfig): ClientConfig {
  const form = { protocols: ['postgres:', 'postgresql:'], hostParameter: true };
  const { password: ofDsn, ...parsed }: ServerAddress = config.dsn === undefined ? {} : parseDsn(config.dsn, form);
  const password = passwordOf(config) ?? ofDsn ?? process.env.DB_PASSWORD;
  const { rejectUnauthorized, ...files } = tlsSettings(config) ?? {};
  const user = config.user ?? parsed.user ?? defaultUser();
  return {
    ...parsed,
    ...(config.host !== undefined && { host: config.host }),
    ...(config.port !== undefined && { port: config.port }),
    ...(user !== undefined && { user }),
    ...(config.database !== undefined && { database: config.database }),
    application_name: 'clusterdex',
    keepAlive: true,
    ...(password !== undefined && { password }),
    ssl: rejectUnauthorized !== undefined && {
      ...files,
      rejectUnauthorized,
      ...(config.sslMode === 'verify-ca' && { checkServerIdentity: () => undefined }),
    },
  };
}

/** Whether a plain connection may stand in where the server does not speak TLS. */
export const mayBePlain = ({ sslMode }: PostgresConfig): boolean => sslMode === 'prefer';

function passwordOf({ password, passwordFile }: PostgresConfig): ClientConfig['password'] {
  if (passwordFile === undefined) return password;
  readSettingFile(passwordFile, 'passwordFile');
  return async () => passwordIn(await readFile(passwordFile, 'utf8'));
}

/** `host:port/database` of what `connectionSettings` made, for messages: never the password. */
export function describeServer(settings: ClientConfig): string {
  const { host = process.env.PGHOST ?? 'localhost', port = process.env.PGPORT ?? 5432 } = settings;
  const database = settings.database ?? process.env.PGDATABASE ?? settings.user;
  return database === undefined ? `${host}:${port}` : `${host}:${port}/${database}`;
}
