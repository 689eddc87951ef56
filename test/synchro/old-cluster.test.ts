import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
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
const patience = 120_000;

/** What stands between us and the real server: makes an older one of it, or one whose discovery fails. */
interface Disguise {
  isOld: boolean;
  failing: RegExp | undefined;
}

/**
 * In front of a real server: knows no aggregated discovery, has CronJobs in batch/v1beta1 alone, whose fields are those of batch/v1, Ingresses in extensions,
 * of which fields are asked for that are alike, and definitions in v1beta1, which differ in the spelling of JSONPath.
 */
function startProxy(server: ApiServer, disguise: Disguise): Server {
  return createServer((incoming: IncomingMessage, outgoing: ServerResponse) => {
    const path = incoming.url ?? '/';
    if (disguise.failing?.test(path)) return outgoing.writeHead(500).end('{"kind":"Status","message":"out of order"}');
    const isUnknown = /^\/apis\/(?:apiextensions\.k8s\.io|networking\.k8s\.io|batch)\/v1(?:[/?]|$)/.test(path);
    if (disguise.isOld && isUnknown) return outgoing.writeHead(404).end('{"kind":"Status","code":404}');
    const asked = disguise.isOld
      ? older.reduce((url, [from, to]) => url.replace(`/apis/${to}`, `/apis/${from}`), path)
      : path;
    const isDiscovery = /^\/apis?(\/[^/]+\/[^/]+)?$/.test(asked.split('?')[0] ?? '');
    const accept = disguise.isOld && isDiscovery ? 'application/json' : (incoming.headers.accept ?? '*/*');
    const headers = { authorization: `Bearer ${server.token}`, accept };
    const sent = request(
      new URL(asked, server.url),
      { headers, ca: server.authority, method: incoming.method },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, {
          'content-type': answer.headers['content-type'] ?? 'text/plain',
        });
        // A watch begins before anything happens.
        outgoing.flushHeaders();
        if (!disguise.isOld) return void answer.pipe(outgoing);
        answer.setEncoding('utf8');
        answer.on('data', (piece: string) =>
          outgoing.write(
            older
              .reduce((text, [from, to]) => text.replaceAll(`"${from}"`, `"${to}"`), piece)
              .replace(
                /("groupVersion":"(?:batch|extensions|apiextensions\.k8s\.io)\/v1beta1","version":)"v1"/g,
                '$1"v1beta1"',
              )
              .replaceAll('"name":"networking.k8s.io"', '"name":"extensions"')
              .replaceAll('"jsonPath":', '"JSONPath":'),
          ),
        );
        answer.on('end', () => outgoing.end());
      },
    );
    sent.on('error', () => outgoing.destroy());
    outgoing.on('close', () => sent.destroy());
    sent.end();
  });
}

/** What is served, and what is said that it were. */
const older = [
  ['batch/v1', 'batch/v1beta1'],
  ['networking.k8s.io/v1', 'extensions/v1beta1'],
  ['apiextensions.k8s.io/v1', 'apiextensions.k8s.io/v1beta1'],
] as const;

describeReal(`a cluster behind a proxy${because}`, () => {
  let server: ApiServer;
  let proxy: Server;
  let folder: string;
  let app: App;
  const disguise: Disguise = { isOld: true, failing: undefined };

  beforeAll(async () => {
    server = await startApiServer();
    proxy = startProxy(server, disguise).listen(0, '127.0.0.1');
    await new Promise((resolve) => proxy.once('listening', resolve));
    folder = mkdtempSync(join(tmpdir(), 'clusterdex-old-'));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    writeFileSync(join(folder, 'kubeconfig'), server.kubeconfig({ server: url, context: 'old' }));
    await server.client.json('/apis/batch/v1/namespaces/default/cronjobs', 'POST', {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'nightly' },
      spec: {
        schedule: '0 3 * * *',
        jobTemplate: {
          spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
        },
      },
    });
    await server.client.json('/apis/networking.k8s.io/v1/namespaces/default/ingresses', 'POST', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'front' },
      spec: { rules: [{ host: 'a.example' }] },
    });
    await server.client.json('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', 'POST', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'wheels.test.example' },
      spec: {
        group: 'test.example',
        names: { plural: 'wheels', singular: 'wheel', kind: 'Wheel', listKind: 'WheelList' },
        scope: 'Namespaced',
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
            additionalPrinterColumns: [{ name: 'Spokes', type: 'integer', jsonPath: '.spokes' }],
          },
        ],
      },
    });
    app = await startApp({
      storage: resolveStorageSettings({ dataDir: join(folder, 'data'), storageName: 'memory' }, {}),
      address: { host: '127.0.0.1', port: 0 },
      gates: parseFeatureGates(''),
      logger: pino({ level: 'silent' }),
      synchro: {
        steps: [{ name: 'prune' }],
        sources: {
          kubeconfig: { file: join(folder, 'kubeconfig'), contexts: [] },
          syncResources: [
            { group: 'batch', resources: ['cronjobs'] },
            { group: '', resources: ['namespaces'] },
            { group: 'networking.k8s.io', resources: ['ingresses'] },
            { group: 'apiextensions.k8s.io', resources: ['customresourcedefinitions'] },
            { group: 'test.example', resources: ['wheels'] },
          ],
        },
      },
    });
  }, patience);

  afterAll(async () => {
    await app?.stop(AbortSignal.timeout(5000));
    proxy?.closeAllConnections();
    proxy?.close();
    await server?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }, patience);

  const read = async (path: string) => {
    const response = await fetch(`${app.url}/apis/clusterpedia.io/v1beta1/resources/clusters/old${path}`);
    return { status: response.status, body: (await response.json()) as { apiVersion: string; spec: object } };
  };
  const inventory = () => app.synchro?.inventories()[0];
  const syncOf = (resource: string) => inventory()?.synchro?.syncs.find((sync) => sync.resource === resource);

  it(
    'that is old has its objects stored in the version of today, and readable in both',
    async () => {
      await until(async () => (await read('/apis/batch/v1/namespaces/default/cronjobs/nightly')).status === 200);
      await until(() => syncOf('cronjobs')?.status === 'Syncing');
      expect(syncOf('cronjobs')).toMatchObject({ version: 'v1beta1', storageVersion: 'v1' });
      const path = '/namespaces/default/cronjobs/nightly';
      const theirs = await server.client.json<{ spec: object }>(`/apis/batch/v1${path}`);
      for (const version of ['v1', 'v1beta1']) {
        const { body } = await read(`/apis/batch/${version}${path}`);
        expect(body.apiVersion).toBe(`batch/${version}`);
        expect(body.spec).toEqual(theirs.spec);
      }
      await server.client.json(`/apis/batch/v1${path}`, 'PATCH', { spec: { schedule: '0 4 * * *' } });
      await until(async () => JSON.stringify((await read(`/apis/batch/v1${path}`)).body).includes('0 4 * * *'));
    },
    patience,
  );

  it(
    'that is old has its Ingresses of extensions and its definitions stored as those of today, and its columns known',
    async () => {
      await until(() => syncOf('ingresses')?.status === 'Syncing');
      expect(syncOf('ingresses')).toMatchObject({ group: 'extensions', version: 'v1beta1', storageVersion: 'v1' });
      const front = await read('/apis/networking.k8s.io/v1/namespaces/default/ingresses/front');
      expect(front.body).toMatchObject({
        apiVersion: 'networking.k8s.io/v1',
        spec: { rules: [{ host: 'a.example' }] },
      });
      const name = 'wheels.test.example';
      await until(() => syncOf('customresourcedefinitions')?.status === 'Syncing');
      const { body } = await read(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`);
      const theirs = await server.client.json<{ spec: object }>(
        `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`,
      );
      const { spec } = theirs as { spec: { conversion: object; versions: object[] } };
      expect(body).toMatchObject({ apiVersion: 'apiextensions.k8s.io/v1', spec: { versions: spec.versions } });
      const columns = () =>
        inventory()
          ?.resources.find(({ resource }) => resource === 'wheels')
          ?.printerColumns?.map((column) => column.name);
      await until(() => JSON.stringify(columns()) === '["Spokes"]');
    },
    patience,
  );

  it(
    'whose discovery fails keeps what is stored, goes on with what it can, and says so',
    async () => {
      disguise.failing = /^\/apis?(\?|$)/;
      // A definition that comes makes it ask at once.
      await server.client.json('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', 'POST', {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'gears.test.example' },
        spec: {
          group: 'test.example',
          names: { plural: 'gears', singular: 'gear', kind: 'Gear', listKind: 'GearList' },
          scope: 'Namespaced',
          versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
        },
      });
      await until(() => inventory()?.health.message?.includes('what the cluster serves is not known') === true);
      expect((await read('/apis/batch/v1/namespaces/default/cronjobs/nightly')).status).toBe(200);
      await server.client.json('/api/v1/namespaces', 'POST', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'meanwhile' },
      });
      await until(async () => (await read('/api/v1/namespaces/meanwhile')).status === 200);
      disguise.failing = undefined;
      await until(() => inventory()?.health.message === undefined);
    },
    patience,
  );
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 90_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it did not come to that in a minute and a half');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
