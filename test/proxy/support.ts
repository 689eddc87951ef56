import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createApiServer } from '../../src/api/api-server.js';
import type { AuditLog } from '../../src/api/audit/audit-log.js';
import type { Attributes } from '../../src/api/auth/attributes.js';
import { createGuard } from '../../src/api/auth/guard.js';
import type { CallerHeaders } from '../../src/api/auth/open-auth.js';
import { type ProxyOptions, resolveProxySettings } from '../../src/config/proxy-settings.js';
import { createContinueTokens } from '../../src/query/continue-tokens.js';
import { defaultFeatureGates } from '../../src/query/feature-gates.js';
import { openClusterDirectory } from '../../src/synchro/declare/cluster-directory.js';
import { loadObjects, sampleObjects } from '../api/support/load-objects.js';
import { openTestStorage } from '../support/open-test-storage.js';

/** What stands for a cluster: it answers as the test says. */
export interface StandIn {
  readonly url: string;
  readonly server: Server;
  stop(): void;
}

export async function startStandIn(listener: RequestListener): Promise<StandIn> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export interface ProxyingServer {
  readonly url: string;
  readonly logged: readonly string[];
  stop(): Promise<void>;
}

/** Knows `member`, which is at `url`, `gone`, where nobody answers, and `stored`, which nobody declares. */
export async function startProxyingServer(
  url: string,
  flags:
    | (ProxyOptions & {
        readonly audit?: AuditLog;
        readonly reviewInterval?: number;
        readonly user?: () => string;
        readonly callerHeaders?: () => CallerHeaders;
      })
    | undefined,
  allows?: (attributes: Attributes) => boolean,
): Promise<ProxyingServer> {
  const folder = mkdtempSync(join(tmpdir(), 'clusterdex-proxy-'));
  const file = join(folder, 'kubeconfig');
  const contexts = { member: url, gone: 'http://127.0.0.1:1' };
  writeFileSync(file, JSON.stringify(kubeconfig(contexts)));
  const storage = await openTestStorage('memory', { dataDirectory: folder });
  for (const name of ['member', 'stored'])
    await loadObjects(storage.factory, name, { objects: sampleObjects('staging') });
  const logged: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line) => logged.push(line) });
  const clusters = await openClusterDirectory({ kubeconfig: { file, contexts: [] } }, logger);
  const surroundings = { isAllowed: flags !== undefined, isReachable: false, isReviewed: false };
  const settings = resolveProxySettings(flags ?? {}, surroundings);
  const server = createApiServer({
    factory: storage.factory,
    storageName: 'memory',
    canWatch: true,
    gates: { ...defaultFeatureGates, AllowProxyRequestToClusters: flags !== undefined },
    continueTokens: createContinueTokens(Buffer.alloc(32)),
    logger,
    registry: new Registry(),
    proxy: settings && {
      settings,
      clusters,
      callerHeaders: flags?.callerHeaders,
      ...(flags?.reviewInterval === undefined ? {} : { reviewInterval: flags.reviewInterval }),
    },
    audit: flags?.audit,
    guard:
      allows &&
      createGuard({
        authenticate: () => Promise.resolve({ name: flags?.user?.() ?? 'alice', groups: [], extra: {} }),
        authorizer: {
          allowsAll: false,
          decide: (_user, attributes) => Promise.resolve({ allowed: allows(attributes), reason: '' }),
        },
        alwaysAllowPaths: [],
        factory: storage.factory,
      }),
  });
  return {
    url: await server.listen({ host: '127.0.0.1', port: 0 }),
    logged,
    async stop() {
      await server.stop(AbortSignal.timeout(5000));
      await clusters.close();
      await storage.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function kubeconfig(contexts: Readonly<Record<string, string>>): object {
  const names = Object.keys(contexts);
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: names.map((name) => ({ name, cluster: { server: contexts[name] } })),
    users: [{ name: 'declared', user: { token: 'declared-token' } }],
    contexts: names.map((name) => ({ name, context: { cluster: name, user: 'declared' } })),
  };
}
