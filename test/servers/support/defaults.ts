import type { ServerConfig } from '@clusterdex/storage-sql';

/** What the tests configure unless they are about it. */
export const defaults: ServerConfig = {
  sslMode: 'disable',
  connPool: { maxOpenConns: 4, maxWriteConns: 2, connMaxLifetimeSeconds: 0, waitMilliseconds: 20_000 },
  params: {},
  statementTimeoutMilliseconds: 60_000,
  slowQueryMilliseconds: 0,
  objectCacheMegabytes: 8,
  historyChanges: 1000,
};
