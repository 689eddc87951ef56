import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StorageFactory } from '@clusterdex/storage-contract';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createApiServer } from '../../../src/api/api-server.js';
import { createGuard } from '../../../src/api/auth/guard.js';
import type { OpenedAuth } from '../../../src/api/auth/open-auth.js';
import { openCertificateSource } from '../../../src/api/certificate-source.js';
import type { ServedPlugin } from '../../../src/api/plugins/served-plugin.js';
import { resolveCertificateFiles } from '../../../src/config/certificate-files.js';
import { createContinueTokens } from '../../../src/query/continue-tokens.js';
import { parseFeatureGates } from '../../../src/query/feature-gates.js';

export interface TlsServer {
  readonly plainUrl: string;
  readonly tlsUrl: string;
  readonly tlsPort: number;
  readonly registry: Registry;
  /** What its clients trust, PEM. */
  readonly ca: string;
  stop(signal: AbortSignal): Promise<void>;
}

/** Serves a storage over TLS and over plain http, with a certificate of its own; to everybody unless `auth` says who may what. */
export async function startTlsServer(
  factory: StorageFactory,
  auth?: OpenedAuth,
  plugin?: ServedPlugin,
): Promise<TlsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'clusterdex-tls-'));
  const logger = pino({ level: 'silent' });
  const files = resolveCertificateFiles({ certDir: folder }, folder);
  const certificate = await openCertificateSource({ files, hosts: ['127.0.0.1'], logger });
  const registry = new Registry();
  const server = createApiServer({
    factory,
    storageName: 'test',
    canWatch: true,
    gates: parseFeatureGates(''),
    continueTokens: createContinueTokens(Buffer.alloc(32, 1)),
    logger,
    registry,
    ...(plugin && { plugin }),
    guard: auth && createGuard({ ...auth, factory }),
  });
  const tlsUrl = await server.listen({ host: '127.0.0.1', port: 0, certificate, clients: auth?.authorities });
  const plainUrl = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    plainUrl,
    tlsUrl,
    tlsPort: Number(new URL(tlsUrl).port),
    registry,
    ca: certificate.current.cert,
    async stop(signal) {
      await server.stop(signal);
      certificate.close();
      rmSync(folder, { recursive: true });
    },
  };
}
