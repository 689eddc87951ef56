import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type App, startApp } from '../../src/app.js';
import { resolveStorageSettings } from '../../src/config/storage-settings.js';
import { parseFeatureGates } from '../../src/query/feature-gates.js';
import { type ApiServer, startApiServer } from './api-server.js';

export interface ManyClusters {
  readonly app: App;
  /** The one that is behind the name of each living cluster. */
  readonly server: ApiServer;
  /** Resolves when all that are alive are followed and all that are dead are known to be; rejects after three minutes. */
  settle(): Promise<void>;
  /** Clusters that are followed. */
  ready(): number;
  /** Connections to clusters that never answer: made since the start, and open now. */
  silentConnections(): { readonly made: number; readonly open: number };
  stop(): Promise<void>;
}

export interface ManyClustersOptions {
  readonly alive: number;
  readonly refusing: number;
  readonly silent: number;
}

/** One real server behind many names, some clusters that refuse connections and some that never answer, followed in this process into SQLite. */
export async function startManyClusters({ alive, refusing, silent }: ManyClustersOptions): Promise<ManyClusters> {
  const server = await startApiServer();
  const sockets = new Set<Socket>();
  let made = 0;
  const hole = createServer((socket) => {
    made++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => hole.once('listening', resolve));
  const address = hole.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const named = (kind: string, count: number, url: string) =>
    Array.from({ length: count }, (_, number) => ({ name: `${kind}-${number}`, url }));
  const clusters = [
    ...named('alive', alive, server.url),
    ...named('refusing', refusing, 'https://127.0.0.1:1'),
    ...named('silent', silent, `https://127.0.0.1:${port}`),
  ];
  const folder = mkdtempSync(join(tmpdir(), 'clusterdex-many-'));
  const file = join(folder, 'kubeconfig');
  writeFileSync(file, JSON.stringify(kubeconfig(server, clusters)));
  const app = await startApp({
    storage: resolveStorageSettings({ dataDir: join(folder, 'data'), storageName: 'sqlite' }, {}),
    address: { host: '127.0.0.1', port: 0 },
    gates: parseFeatureGates(''),
    logger: pino({ level: 'silent' }),
    synchro: {
      steps: [{ name: 'prune' }, { name: 'redact' }],
      sources: {
        kubeconfig: { file, contexts: [] },
        syncResources: [{ group: '', resources: ['namespaces', 'pods', 'configmaps', 'services'] }],
      },
      leaderElection: { isNeeded: false },
    },
  });
  const inventories = () => app.synchro?.inventories() ?? [];
  const ready = () =>
    inventories().filter(({ synchro }) =>
      synchro?.conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
    ).length;
  const dead = () => inventories().filter(({ health }) => health.status === 'unhealthy').length;
  return {
    app,
    server,
    ready,
    settle: () => untilTrue(() => ready() === alive && dead() === refusing + silent),
    silentConnections: () => ({ made, open: sockets.size }),
    async stop() {
      await app.stop(AbortSignal.timeout(5000));
      for (const socket of sockets) socket.destroy();
      hole.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function kubeconfig(
  { authority, token }: ApiServer,
  clusters: readonly { readonly name: string; readonly url: string }[],
): object {
  const data = Buffer.from(authority).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Config',
    contexts: clusters.map(({ name }) => ({ name, context: { cluster: name, user: 'admin' } })),
    clusters: clusters.map(({ name, url }) => ({
      name,
      cluster: { server: url, 'certificate-authority-data': data },
    })),
    users: [{ name: 'admin', user: { token } }],
  };
}

/** Looks again and again; rejects after three minutes. */
export async function untilTrue(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 180_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it did not come to that within three minutes');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
