import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ObjectChange, prepareObject, type ResourceInventory } from '@clusterdex/storage-contract';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  CoreV1Api,
  type Informer,
  KubeConfig,
  makeInformer,
  type ObjectCache,
  type V1ConfigMap,
} from '@kubernetes/client-node';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { type ApiServer, createApiServer } from '../../src/api/api-server.js';
import { openCertificateSource } from '../../src/api/certificate-source.js';
import { resolveCertificateFiles } from '../../src/config/certificate-files.js';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { createContinueTokens } from '../../src/query/continue-tokens.js';
import { parseFeatureGates } from '../../src/query/feature-gates.js';
import { openTestStorage } from '../support/open-test-storage.js';

const configMaps: ResourceInventory = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
  singularName: 'configmap',
};
const resources = '/apis/clusterpedia.io/v1beta1/resources';
const logger = pino({ level: 'silent' });
let version = 1;

function put(cluster: string, name: string, value = 'first'): ObjectChange {
  const metadata = { name, namespace: 'n', uid: `${cluster}-${name}`, resourceVersion: String(version++) };
  const json = Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { value } }));
  return { type: 'upsert', object: prepareObject(json, { cluster }) };
}
const remove = (name: string): ObjectChange => ({ type: 'delete', namespace: 'n', name });

/** An informer as its documentation says: what breaks is begun anew a moment later. */
interface Informed {
  readonly informer: Informer<V1ConfigMap> & ObjectCache<V1ConfigMap>;
  readonly seen: string[];
  lists: number;
  stop(): Promise<void>;
}

async function inform(server: string, ca: string | undefined): Promise<Informed> {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [
      {
        name: 'c',
        server,
        ...(ca === undefined ? { skipTLSVerify: true } : { caData: Buffer.from(ca).toString('base64') }),
      },
    ],
    users: [{ name: 'u' }],
    contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
    currentContext: 'x',
  });
  const api = config.makeApiClient(CoreV1Api);
  let isStopped = false;
  const informed: Informed = {
    informer: makeInformer<V1ConfigMap>(config, '/api/v1/configmaps', () => {
      informed.lists++;
      return api.listConfigMapForAllNamespaces();
    }),
    seen: [],
    lists: 0,
    async stop() {
      isStopped = true;
      await informed.informer.stop();
    },
  };
  for (const verb of ['add', 'update', 'delete'] as const) {
    informed.informer.on(verb, ({ metadata, data }) => {
      informed.seen.push(`${verb} ${metadata?.name} ${data?.value}`);
    });
  }
  informed.informer.on('error', () => {
    void delay(20).then(() => (isStopped ? undefined : informed.informer.start()));
  });
  await informed.informer.start();
  return informed;
}

const viewOf = ({ informer }: Informed) =>
  informer
    .list()
    .map(({ metadata, data }) => `${metadata?.name} ${data?.value}`)
    .sort();

async function until(condition: () => boolean, what: () => unknown): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`it did not come: ${JSON.stringify(what())}`);
    await delay(10);
  }
}

describe.each([
  ['sqlite', 'http'],
  ['sqlite', 'https'],
  ['memory', 'http'],
])('a stock informer of a server on %s, over %s', (storageName, scheme) => {
  let dataDirectory: string;
  let storage: OpenedStorage;
  let server: ApiServer;
  let port = 0;
  let ca: string | undefined;
  const informers: Informed[] = [];

  async function open(): Promise<void> {
    const config = storageName === 'sqlite' ? { historyChanges: 100 } : {};
    storage = await openTestStorage(storageName, { dataDirectory, config });
  }
  async function serve(): Promise<void> {
    server = createApiServer({
      factory: storage.factory,
      storageName,
      canWatch: true,
      gates: parseFeatureGates(''),
      continueTokens: createContinueTokens(Buffer.alloc(32, 1)),
      logger,
      registry: new Registry(),
    });
    const files = resolveCertificateFiles({}, dataDirectory);
    const certificate = scheme === 'https' ? await openCertificateSource({ files, hosts: [], logger }) : undefined;
    certificate?.close();
    ca = certificate?.current.cert;
    const url = await server.listen({ host: '127.0.0.1', port, ...(certificate && { certificate }) });
    port = Number(new URL(url).port);
  }
  const write = (cluster: string, ...changes: ObjectChange[]) =>
    storage.factory.resourceStorage(configMaps).write(cluster, changes);
  const start = async (path: string) => {
    const informed = await inform(`${scheme}://127.0.0.1:${port}${resources}${path}`, ca);
    informers.push(informed);
    return informed;
  };

  beforeEach(async () => {
    dataDirectory = mkdtempSync(join(tmpdir(), 'clusterdex-informer-'));
    port = 0;
    await open();
    for (const cluster of ['c1', 'c2']) {
      await storage.factory.prepareCluster(cluster);
      const health = { status: 'healthy' } as const;
      await storage.factory.putClusterInventory({ cluster, health, resources: [configMaps], updatedAt: 1 });
      await write(cluster, put(cluster, `${cluster}-old`));
    }
    await serve();
  });
  afterEach(async () => {
    for (const informed of informers.splice(0)) await informed.stop();
    await server.stop(AbortSignal.timeout(1000));
    await storage.close();
    rmSync(dataDirectory, { recursive: true });
  });

  it('sees every change of all clusters, or of one', async () => {
    const all = await start('');
    const one = await start('/clusters/c2');
    await write('c1', put('c1', 'a'), put('c1', 'a', 'second'), remove('c1-old'));
    await write('c2', put('c2', 'b'), put('c2', 'c2-old', 'second'));
    await until(
      () => all.seen.length >= 7 && one.seen.length >= 3,
      () => [all.seen, one.seen],
    );
    expect(all.seen).toEqual([
      'add c1-old first',
      'add c2-old first',
      'add a first',
      'update a second',
      'delete c1-old first',
      'add b first',
      'update c2-old second',
    ]);
    expect(one.seen).toEqual(['add c2-old first', 'add b first', 'update c2-old second']);
    expect(viewOf(all)).toEqual(['a second', 'b first', 'c2-old second']);
    expect([all.lists, one.lists]).toEqual([1, 1]);
  });

  it('goes on where it was when the server restarts, or lists again when that is not kept', async () => {
    const all = await start('');
    await write('c1', put('c1', 'a'));
    await until(
      () => all.seen.length >= 3,
      () => all.seen,
    );
    await server.stop(AbortSignal.timeout(1000));
    await write('c1', put('c1', 'a', 'second'));
    await storage.close();
    await open();
    await write('c2', put('c2', 'b'), remove('c2-old'));
    await serve();
    await until(
      () => viewOf(all).join() === 'a second,b first,c1-old first',
      () => viewOf(all),
    );
    if (storageName === 'sqlite') {
      expect(all.lists).toBe(1);
      expect(all.seen.slice(3)).toEqual(['update a second', 'add b first', 'delete c2-old first']);
    } else {
      expect(all.lists).toBe(2);
    }
    await write('c1', put('c1', 'c'));
    await until(
      () => viewOf(all).includes('c first'),
      () => viewOf(all),
    );
  });

  it('lists again after 410, and misses nothing', async () => {
    const all = await start('');
    await server.stop(AbortSignal.timeout(1000));
    // More than is kept, on SQLite with what it lets gather, in memory because it is closed.
    for (let round = 0; round < 13; round++) {
      await write('c1', ...Array.from({ length: 100 }, () => put('c1', 'busy', `round ${round}`)));
    }
    await write('c2', remove('c2-old'));
    await storage.close();
    await open();
    await serve();
    await until(
      () => viewOf(all).join() === 'busy round 12,c1-old first',
      () => viewOf(all),
    );
    expect(all.lists).toBe(2);
    await write('c2', put('c2', 'b'));
    await until(
      () => viewOf(all).includes('b first'),
      () => viewOf(all),
    );
    expect(all.lists).toBe(2);
  });
});
