import { createStorageError } from '@clusterdex/storage-contract';
import { readSettingFile } from './read-setting-file.js';
import type { ServerConfig } from './server-config.js';

export interface TlsSettings {
  readonly rejectUnauthorized: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** What Node needs for TLS; undefined for none. Throws INVALID for what is contradictory and for files that cannot be read. */
export function tlsSettings(config: ServerConfig): TlsSettings | undefined {
  const { sslMode, sslRootCertFile, sslCertFile, sslKeyFile } = config;
  if ((sslCertFile === undefined) !== (sslKeyFile === undefined)) {
    throw createStorageError('INVALID', 'expected sslCertFile and sslKeyFile together, found one of them');
  }
  if (sslMode === 'disable') return undefined;
  return {
    rejectUnauthorized: sslMode === 'verify-ca' || sslMode === 'verify-full',
    ...(sslRootCertFile !== undefined && { ca: readSettingFile(sslRootCertFile, 'sslRootCertFile') }),
    ...(sslCertFile !== undefined && { cert: readSettingFile(sslCertFile, 'sslCertFile') }),
    ...(sslKeyFile !== undefined && { key: readSettingFile(sslKeyFile, 'sslKeyFile') }),
  };
}
