import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { type App, startApp } from '../../src/app.js';
import { resolveStorageSettings } from '../../src/config/storage-settings.js';
import { parseFeatureGates } from '../../src/query/feature-gates.js';
import { type ApiServer, apiServerAssets, apiServerNotRun, startApiServer } from '../support/api-server.js';

const describeReal = apiServerAssets === undefined ? describe.skip : describe;
const because = apiServerAssets === undefined ? ` (${apiServerNotRun})` : '';
const patience = 240_000;
const alive = 180;
const refusing = 10;
const silent = 10;

/** One server behind many names, and some that refuse or never answer. */
describeReal(`two hundred clusters, of which twenty are dead${because}`, () => {
  let server: ApiServer;
  let hole: Server;
  const sockets = new Set<Socket>();
  let folder: string;
  let app: App;

  beforeAll(async () => {
    server = await startApiServer();
    hole = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => hole.once('listening', resolve));
    const address = hole.address();
    const port = typeof address === 'object' ? address?.port : 0;
    folder = mkdtempSync(join(tmpdir(), 'clusterdex-many-'));
    const contexts = [
      ...Array.from({ length: alive }, (_, number) => ({ name: `alive-${number}`, url: server.url })),
      ...Array.from({ length: refusing }, (_, number) => ({ name: `refusing-${number}`, url: 'https://127.0.0.1:1' })),
      ...Array.from({ length: silent }, (_, number) => ({
        name: `silent-${number}`,
        url: `https://127.0.0.1:${port}`,
      })),
    ];
    const authority = Buffer.from(server.authority).toString('base64');
    const file = join(folder, 'kubeconfig');
    writeFileSync(
      file,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        contexts: contexts.map(({ name }) => ({ name, context: { cluster: name, user: 'admin' } })),
        clusters: contexts.map(({ name, url }) => ({
          name,
          cluster: { server: url, 'certificate-authority-data': authority },
        })),
        users: [{ name: 'admin', user: { token: server.token } }],
      }),
    );
    app = await startApp({
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
  }, patience);

  afterAll(async () => {
    await app?.stop(AbortSignal.timeout(5000));
    for (const socket of sockets) socket.destroy();
    hole?.close();
    await server?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }, patience);

  const ready = () =>
    (app.synchro?.inventories() ?? []).filter(({ synchro }) =>
      synchro?.conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
    ).length;
  const metric = async (name: string) => {
    const text = await fetch(`${app.url}/metrics`).then((response) => response.text());
    return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
  };

  it(
    'the living are all followed',
    async () => {
      await until(() => ready() === alive);
      await server.client.json('/api/v1/namespaces', 'POST', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'everywhere' },
      });
      const path = '/apis/clusterpedia.io/v1beta1/resources/api/v1/namespaces?names=everywhere';
      await until(async () => {
        const { items } = (await fetch(app.url + path).then((response) => response.json())) as {
          items: readonly object[];
        };
        return items.length === alive;
      });
    },
    patience,
  );

  it(
    'the dead are named, each with its reason',
    async () => {
      const dead = () => (app.synchro?.inventories() ?? []).filter(({ health }) => health.status === 'unhealthy');
      await until(() => dead().length === refusing + silent);
      for (const { health, synchro } of dead()) {
        expect(health.reason).toBe('NotReachable');
        expect(synchro?.syncs).toEqual([]);
      }
    },
    patience,
  );

  it(
    'there are few connections, and next to nothing to do while nothing happens',
    async () => {
      expect(await metric('clusterdex_cluster_connections')).toBeLessThanOrEqual(alive);
      expect(sockets.size).toBeLessThanOrEqual(2 * silent);
      const began = { cpu: process.cpuUsage(), at: performance.now() };
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      const { user, system } = process.cpuUsage(began.cpu);
      const share = (user + system) / 1000 / (performance.now() - began.at);
      expect(share).toBeLessThan(0.35);
      expect(ready()).toBe(alive);
    },
    patience,
  );
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 180_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it did not come to that within three minutes');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
