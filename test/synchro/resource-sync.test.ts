import { join } from 'node:path';
import {
  createStorageError,
  type ObjectChange,
  prepareObject,
  type ResourceInventory,
  type StorageFactory,
} from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { findBuiltinResource } from '../../src/kube/builtin-resources.js';
import { openSteps, type StepSettings } from '../../src/plugin-host/open-steps.js';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import type { ClusterConnection } from '../../src/synchro/connection/cluster-connection.js';
import { createClusterConnection } from '../../src/synchro/connection/create-connection.js';
import { parseKubeconfig } from '../../src/synchro/connection/kubeconfig.js';
import { createPipeline } from '../../src/synchro/pipeline/create-pipeline.js';
import { createInitialEventsOffer } from '../../src/synchro/reflector/initial-events-offer.js';
import { createStoredVersions } from '../../src/synchro/reflector/stored-versions.js';
import { createResourceSync } from '../../src/synchro/resource-sync/create-resource-sync.js';
import type {
  ResourceSync,
  ResourceSyncOptions,
  ResourceSyncStatus,
} from '../../src/synchro/resource-sync/resource-sync.js';
import { createWriteBudget } from '../../src/synchro/writer/write-budget.js';
import { systemClock } from '../../src/timing/clock.js';
import { type ApiServer, apiServerAssets, apiServerNotRun, startApiServer } from '../support/api-server.js';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const suite = apiServerAssets === undefined ? describe.skip : describe;
const configMaps = findBuiltinResource('', 'v1', 'ConfigMap') as ResourceInventory;
const secrets = findBuiltinResource('', 'v1', 'Secret') as ResourceInventory;
const path = '/api/v1/namespaces/work/configmaps';
const gone = JSON.stringify({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  reason: 'Expired',
  code: 410,
  message: 'too old',
});

suite(`a resource sync${apiServerAssets === undefined ? ` (${apiServerNotRun})` : ''}`, () => {
  let server: ApiServer;
  let proxy: FaultProxy;
  let storage: OpenedStorage;
  const running: {
    readonly stop: AbortController;
    readonly ended: Promise<void>;
    readonly connection: ClusterConnection;
  }[] = [];
  let clusters = 0;

  beforeAll(async () => {
    server = await startApiServer();
    proxy = await startFaultProxy(server);
    storage = await openTestStorage('memory', { dataDirectory: join(folder, 'memory') });
    await server.client.json('/api/v1/namespaces', 'POST', { metadata: { name: 'work' } });
    for (let i = 0; i < 25; i++) await make(`c-${i}`, { color: i % 2 === 0 ? 'red' : 'blue' });
  }, 120_000);

  afterAll(async () => {
    await Promise.all(running.map(stopSync));
    await proxy.close();
    await storage.close();
    await server.stop();
  }, 30_000);

  const make = (name: string, labels = {}) =>
    server.client.json(path, 'POST', { metadata: { name, labels }, data: { x: name } });

  interface Begun {
    readonly cluster: string;
    readonly sync: ResourceSync;
    stop(): Promise<void>;
  }

  interface Change extends Partial<ResourceSyncOptions> {
    readonly steps?: readonly StepSettings[];
    readonly token?: string;
  }

  async function begin({ steps = [], token, ...change }: Change = {}): Promise<Begun> {
    const cluster = change.cluster ?? `c${clusters++}`;
    const kubeconfig = server.kubeconfig({ server: proxy.url, ...(token === undefined ? {} : { token }) });
    const connection = createClusterConnection(parseKubeconfig(kubeconfig).target('test'));
    const logger = pino({ level: 'silent' });
    const opened = await openSteps({
      steps,
      folders: [],
      dataDirectory: join(folder, 'steps'),
      logger,
      registry: new Registry(),
      signal: new AbortController().signal,
    });
    const factory = change.storage ?? storage.factory;
    const sync = createResourceSync({
      connection,
      cluster,
      source: change.resourceType ?? configMaps,
      resourceType: configMaps,
      storage: factory,
      pipeline: createPipeline({ steps: opened, storage: factory }),
      stored: createStoredVersions(factory, cluster),
      budget: createWriteBudget(),
      logger,
      clock: { ...systemClock, sleep: (_, signal) => systemClock.sleep(20, signal) },
      fieldSelector: 'metadata.namespace=work',
      pageSize: 10,
      ...change,
    });
    const stop = new AbortController();
    const entry = { stop, ended: sync.run(stop.signal), connection };
    running.push(entry);
    return { cluster, sync, stop: () => stopSync(entry) };
  }

  async function stopSync({ stop, ended, connection }: (typeof running)[number]): Promise<void> {
    stop.abort();
    await ended;
    await connection.close();
  }

  /** Names in the storage, sorted. */
  async function names(cluster: string, type = configMaps): Promise<readonly string[]> {
    const found: string[] = [];
    for await (const { objects } of storage.factory.resourceStorage(type).list({ clusters: { in: [cluster] } })) {
      found.push(...objects.map(({ name }) => name));
    }
    return found.sort();
  }

  const served = async () => (await server.client.items(path)).map(({ metadata }) => metadata.name).sort();

  async function until(sync: ResourceSync, isIt: (status: ResourceSyncStatus) => boolean): Promise<ResourceSyncStatus> {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const status = sync.status();
      if (isIt(status)) return status;
      if (Date.now() > deadline) throw new Error(`it did not come to that: ${JSON.stringify(status)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async function untilNames(cluster: string, areThey: (names: readonly string[]) => boolean): Promise<void> {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const stored = await names(cluster);
      if (areThey(stored)) return;
      if (Date.now() > deadline) throw new Error(`it did not come to that: ${stored.join()}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async function untilEqual(cluster: string): Promise<void> {
    const there = await served();
    await untilNames(cluster, (stored) => JSON.stringify(stored) === JSON.stringify(there));
  }

  const watching = ({ phase }: ResourceSyncStatus) => phase === 'watching';
  const isWatch = (url: URL) => url.searchParams.get('watch') === 'true';

  for (const initialEvents of [true, false]) {
    it(`stores what is there, then what changes, beginning with ${initialEvents ? 'initial events' : 'pages'}`, async () => {
      const { cluster, sync, stop } = await begin({ initialEvents });
      const status = await until(sync, watching);
      expect(await names(cluster)).toEqual(await served());
      expect(status).toMatchObject({ initialList: false, lagSeconds: 0, refused: 0, objects: (await served()).length });
      await make('later');
      await untilEqual(cluster);
      await server.client.json(`${path}/later`, 'DELETE');
      await untilEqual(cluster);
      await stop();
      expect(sync.status().phase).toBe('stopped');
    });
  }

  it('writes nothing when nothing has changed, and deletes what went meanwhile', async () => {
    const first = await begin();
    await until(first.sync, watching);
    await first.stop();
    await make('comes');
    await server.client.json(`${path}/c-3`, 'DELETE');
    const second = await begin({ cluster: first.cluster });
    const { counts } = await until(second.sync, watching);
    expect(counts).toMatchObject({ written: 2, deleted: 1 });
    expect(await names(first.cluster)).toEqual(await served());
    await second.stop();
    const third = await begin({ cluster: first.cluster });
    expect((await until(third.sync, watching)).counts).toMatchObject({
      written: 0,
      deleted: 0,
      unchanged: (await served()).length,
    });
    await third.stop();
    // Of a pipeline that does other things, everything is looked at again.
    const pruning = await begin({
      cluster: first.cluster,
      stored: createStoredVersions(storage.factory, first.cluster, { ignoreVersions: true }),
      steps: [{ name: 'prune' }],
    });
    expect((await until(pruning.sync, watching)).counts.written).toBe((await served()).length);
    await pruning.stop();
  });

  it('lists where initial events are not offered', async () => {
    const offered = '{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Invalid","code":422}';
    proxy.rule = (url) => (url.searchParams.has('sendInitialEvents') ? { status: 422, body: offered } : 'pass');
    const { cluster, sync, stop } = await begin();
    expect((await until(sync, watching)).counts.lists).toBe(1);
    expect(await names(cluster)).toEqual(await served());
    proxy.rule = () => 'pass';
    await stop();
  });

  it('lists again when a page comes too late, and without pages when that happens again', async () => {
    proxy.rule = (url) => (url.searchParams.has('continue') ? { status: 410, body: gone } : 'pass');
    const { cluster, sync, stop } = await begin({ initialEvents: false });
    const { counts } = await until(sync, watching);
    expect(counts.lists).toBeGreaterThanOrEqual(3);
    expect(await names(cluster)).toEqual(await served());
    proxy.rule = () => 'pass';
    await stop();
  });

  it('lists again when its revision is too old, and deletes what went unseen', async () => {
    const { cluster, sync, stop } = await begin();
    await until(sync, watching);
    let isOld = true;
    proxy.rule = (url) =>
      isWatch(url) && isOld && url.searchParams.has('resourceVersion')
        ? { status: 410, body: gone }
        : isOld
          ? { status: 503, body: '{}' }
          : 'pass';
    proxy.cut();
    await until(sync, ({ phase }) => phase === 'waiting');
    await server.client.json(`${path}/c-4`, 'DELETE');
    await make('unseen');
    isOld = false;
    await until(sync, watching);
    await untilEqual(cluster);
    proxy.rule = () => 'pass';
    await stop();
  });

  it('goes on with the watch, without a list, when a connection is cut', async () => {
    const { cluster, sync, stop } = await begin();
    const before = await until(sync, watching);
    for (let i = 0; i < 5; i++) {
      proxy.cut();
      await make(`cut-${i}`);
      await untilEqual(cluster);
    }
    expect(sync.status().counts.lists).toBe(before.counts.lists);
    expect(sync.status().counts.unchanged).toBe(before.counts.unchanged);
    await stop();
  });

  it('names and counts events that are none, takes an object of 5 MB, and goes on', async () => {
    const large = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'large', namespace: 'work', uid: 'u', resourceVersion: '9' },
      data: { x: 'y'.repeat(5 << 20) },
    };
    const lines = [
      'oops',
      '{"type":"ADDED","object":{"metadata":{"name":"half"',
      '{"type":"ADDED","object":{"kind":"ConfigMap"}}',
    ];
    const nameless = JSON.stringify({
      type: 'MODIFIED',
      object: { ...large, metadata: { namespace: 'work' }, data: {} },
    });
    const scopeless = JSON.stringify({
      type: 'ADDED',
      object: { ...large, metadata: { name: 'scopeless' }, data: {} },
    });
    const { cluster, sync, stop } = await begin();
    await until(sync, watching);
    let isFirst = true;
    proxy.rule = (url) => {
      if (!isWatch(url) || !isFirst) return 'pass';
      isFirst = false;
      const added = JSON.stringify({ type: 'ADDED', object: large });
      return { before: `${[...lines, nameless, scopeless, added].join('\n')}\n` };
    };
    proxy.cut();
    await make('behind');
    const status = await until(sync, ({ counts }) => counts.failed >= 5);
    expect(status.lastError?.message).toMatch(/scopeless.*expected a namespace/);
    await untilNames(cluster, (stored) => stored.includes('behind'));
    expect(await names(cluster)).toContain('large');
    expect(sync.status().phase).toBe('watching');
    proxy.rule = () => 'pass';
    await stop();
  });

  it('lists again behind something that is no event, for it may have been one', async () => {
    const { cluster, sync, stop } = await begin();
    await until(sync, watching);
    let isFirst = true;
    let lists = 0;
    proxy.rule = (url) => {
      if (url.searchParams.has('sendInitialEvents')) lists++;
      if (!isWatch(url) || !isFirst) return 'pass';
      isFirst = false;
      return { status: 200, body: 'oops\n' };
    };
    proxy.cut();
    await until(sync, ({ counts, phase }) => counts.failed > 0 && lists > 0 && phase === 'watching');
    await untilEqual(cluster);
    expect(lists).toBe(1);
    proxy.rule = () => 'pass';
    await stop();
  });

  it('notices that the server went back to a backup, by whose revisions nothing new would come for long', async () => {
    await server.backUp();
    const { cluster, sync, stop } = await begin();
    await until(sync, watching);
    for (let i = 0; i < 200; i++) await make(`lost-${i}`);
    await server.client.json(`${path}/c-5`, 'DELETE');
    await untilEqual(cluster);
    await server.restore();
    expect(await served()).toContain('c-5');
    await untilEqual(cluster);
    await make('after-backup');
    await untilEqual(cluster);
    await until(sync, watching);
    await stop();
  }, 60_000);

  it('lists where a server takes the request for initial events for a watch like others', async () => {
    // As servers of old do: what is there comes, and no word of its end.
    const events = (await server.client.items(path)).map((object) =>
      JSON.stringify({ type: 'ADDED', object: { apiVersion: 'v1', kind: 'ConfigMap', ...object } }),
    );
    proxy.rule = (url) =>
      url.searchParams.has('sendInitialEvents') ? { status: 200, body: `${events.join('\n')}\n`, hangs: true } : 'pass';
    const before = proxy.asked.length;
    const asked = () => proxy.asked.slice(before).filter((request) => request.includes('sendInitialEvents')).length;
    const offer = createInitialEventsOffer(() => 0);
    const { cluster, sync, stop } = await begin({ initialEventsOffer: offer, initialEventsTimeout: 300 });
    expect((await until(sync, watching)).counts.lists).toBe(1);
    await make('after-silence');
    await untilEqual(cluster);
    await stop();
    // It was asked once: the next sync of the cluster knows.
    const second = await begin({ cluster, initialEventsOffer: offer, initialEventsTimeout: 300 });
    expect((await until(second.sync, watching)).counts.lists).toBe(1);
    expect(asked()).toBe(1);
    proxy.rule = () => 'pass';
    await second.stop();
  });

  it('lists where initial events break off again and again', async () => {
    proxy.rule = (url) => (url.searchParams.has('sendInitialEvents') ? { status: 200, body: '' } : 'pass');
    const { cluster, sync, stop } = await begin();
    expect((await until(sync, watching)).counts.lists).toBe(1);
    await untilEqual(cluster);
    proxy.rule = () => 'pass';
    await stop();
  });

  it('says why it does not watch, and watches when it can', async () => {
    const cases: readonly (readonly [object, FaultProxy['rule'], object])[] = [
      [{}, () => ({ status: 200, body: '<html>' }), { reason: 'ListFailed', message: expect.stringMatching(/<html>/) }],
      [
        {},
        () => ({ status: 200, body: '{"kind":"ConfigMapList","apiVersion":"v1","metadata":{},"items":[{"a":' }),
        { reason: 'ListFailed' },
      ],
      [
        {},
        () => ({ status: 500, body: 'oh' }),
        { reason: 'ListFailed', message: expect.stringMatching(/answers 500: oh/) },
      ],
      [{ token: 'wrong' }, () => 'pass', { reason: 'Unauthorized' }],
      [
        { token: server.powerlessToken },
        () => 'pass',
        { reason: 'Forbidden', message: expect.stringMatching(/User "nobody" cannot list/) },
      ],
      [{ source: { ...configMaps, resource: 'nothings' } }, () => 'pass', { reason: 'NotServed' }],
    ];
    for (const [change, rule, expected] of cases) {
      proxy.rule = rule;
      const { sync, stop } = await begin({ initialEvents: false, ...change });
      expect(await until(sync, ({ phase }) => phase === 'waiting')).toMatchObject({
        ...expected,
        initialList: true,
        lagSeconds: undefined,
      });
      proxy.rule = () => 'pass';
      if (!('token' in change) && !('source' in change)) await until(sync, watching);
      await stop();
    }
  });

  it('waits longer and longer for a cluster that is dead, and each for another time', async () => {
    proxy.rule = () => ({ status: 503, body: '{}' });
    const waits: number[] = [];
    const stopped = new AbortController();
    const { sync, stop } = await begin({
      clock: {
        ...systemClock,
        async sleep(milliseconds) {
          waits.push(milliseconds);
          if (waits.length < 12) return;
          await new Promise<void>((resolve) => stopped.signal.addEventListener('abort', () => resolve()));
        },
      },
    });
    for (const deadline = Date.now() + 20_000; waits.length < 12 && Date.now() < deadline; ) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (const [index, wait] of waits.entries()) {
      const due = Math.min(30_000, 800 * 2 ** index);
      expect(wait).toBeGreaterThanOrEqual(due / 2);
      expect(wait).toBeLessThanOrEqual(due);
    }
    expect(new Set(waits.slice(6)).size).toBeGreaterThan(3);
    expect(sync.status().reason).toBe('ListFailed');
    stopped.abort();
    proxy.rule = () => 'pass';
    await stop();
  });

  it('waits for a storage that is away, and loses nothing', async () => {
    let failures = 4;
    const { cluster, sync, stop } = await begin({
      storage: withWrites(storage.factory, async (_, write) => {
        if (failures-- > 0) throw createStorageError('UNAVAILABLE', 'the database restarts');
        return write();
      }),
      onStatus: (status) => void seen.push(status.reason ?? status.phase),
    });
    const seen: string[] = [];
    await until(sync, watching);
    expect(seen).toContain('StorageUnavailable');
    expect(await names(cluster)).toEqual(await served());
    expect(sync.status()).not.toHaveProperty('reason');
    await stop();
  });

  it('stores all but what the storage refuses, names it, and tries it again with the next list', async () => {
    let refuses = true;
    const { cluster, sync, stop } = await begin({
      storage: withWrites(storage.factory, async (changes, write) => {
        const isRefused = changes.some((change) => change.type === 'upsert' && change.object.name === 'c-7');
        if (refuses && isRefused) throw createStorageError('INVALID', 'no sevens');
        return write();
      }),
    });
    const status = await until(sync, watching);
    expect(status).toMatchObject({
      refused: 1,
      lastError: { message: expect.stringMatching(/work\/c-7: INVALID: no sevens/) },
    });
    expect(await names(cluster)).toEqual((await served()).filter((name) => name !== 'c-7'));
    refuses = false;
    proxy.rule = (url) =>
      isWatch(url) && url.searchParams.has('resourceVersion') ? { status: 410, body: gone } : 'pass';
    proxy.cut();
    await until(sync, ({ refused }) => refused === 0);
    proxy.rule = () => 'pass';
    expect(await names(cluster)).toEqual(await served());
    await until(sync, ({ reason }) => reason === undefined);
    await stop();
  });

  for (const ignoreVersions of [false, true]) {
    const how = ignoreVersions ? ', also when all is written anew' : '';
    it(`deletes of a forgotten history no more than the version that it knows${how}`, async () => {
      // As a writer does that has the lease no more when its write arrives: the next one has written since.
      const cluster = `forgotten-${ignoreVersions}`;
      const objects = storage.factory.resourceStorage(configMaps);
      const put = (name: string, resourceVersion: string): ObjectChange => ({
        type: 'upsert',
        object: prepareObject(
          Buffer.from(
            JSON.stringify({
              apiVersion: 'v1',
              kind: 'ConfigMap',
              metadata: { name, namespace: 'work', resourceVersion },
            }),
          ),
          { cluster },
        ),
      });
      await storage.factory.prepareCluster(cluster);
      await objects.write(cluster, [put('ghost', '999999998'), put('c-1', '999999998')]);
      const deletes: ObjectChange[] = [];
      const watched: StorageFactory = {
        ...storage.factory,
        resourceStorage: (type) => ({
          ...storage.factory.resourceStorage(type),
          write(name, changes) {
            deletes.push(...changes.filter(({ type: kind }) => kind === 'delete'));
            return objects.write(name, changes);
          },
        }),
      };
      const stored = createStoredVersions(storage.factory, cluster, { ignoreVersions });
      const { sync, stop } = await begin({ cluster, storage: watched, stored });
      await until(sync, watching);
      await untilEqual(cluster);
      await stop();
      expect(deletes.map((change) => change.type === 'delete' && change.name).sort()).toEqual(['c-1', 'ghost']);
      await objects.write(cluster, [put('ghost', '999999999'), put('c-1', '999999999')]);
      await objects.write(cluster, deletes);
      expect(await names(cluster)).toEqual([...(await served()), 'ghost'].sort());
    });
  }

  it('replaces what is stored of a history that the cluster forgot', async () => {
    const first = await begin();
    await until(first.sync, watching);
    await first.stop();
    const [some] = await served();
    // As after the restore of a backup: what is stored is newer than anything there.
    const target = storage.factory.resourceStorage(configMaps);
    const stored = await target.get(first.cluster, 'work', some as string);
    const object = {
      namespace: 'work',
      name: some as string,
      uid: 'other',
      resourceVersion: '999999999999',
      createdAt: undefined,
      ownerUid: '',
      labels: {},
      json: Buffer.from(stored.json.toString().replace(/"resourceVersion":"\d+"/, '"resourceVersion":"999999999999"')),
      metadataEnd: 1,
    };
    const ghost = { ...object, name: 'ghost', json: Buffer.from(object.json) };
    await target.write(first.cluster, [{ type: 'upsert', object: ghost }]);
    const second = await begin({ cluster: first.cluster });
    await until(second.sync, watching);
    expect(await names(first.cluster)).toEqual(await served());
    await second.stop();
  });

  it('asks for no more than filters let through, and deletes what they do not let through any more', async () => {
    const steps = [{ name: 'label-selector', config: { selector: 'color=red' } }];
    const asked = proxy.asked.length;
    const { cluster, sync, stop } = await begin({ steps });
    await until(sync, watching);
    const red = async () =>
      (await server.client.items(`${path}?labelSelector=color%3Dred`)).map(({ metadata }) => metadata.name).sort();
    expect(await names(cluster)).toEqual(await red());
    expect(proxy.asked.slice(asked).every((url) => url.includes('labelSelector=color%3Dred'))).toBe(true);
    expect(sync.status().counts.filtered).toBe(0);
    await server.client.json(`${path}/c-2`, 'PATCH', { metadata: { labels: { color: 'green' } } });
    await untilNames(cluster, (stored) => !stored.includes('c-2'));
    await stop();
  });

  it('never stores the value of a Secret unless told', async () => {
    const value = Buffer.from('correct horse battery staple').toString('base64');
    await server.client.json('/api/v1/namespaces/work/secrets', 'POST', {
      metadata: { name: 's' },
      data: { password: value },
    });
    const { cluster, sync, stop } = await begin({
      resourceType: secrets,
      steps: [{ name: 'prune' }, { name: 'redact' }],
    });
    await until(sync, watching);
    expect(await names(cluster, secrets)).toContain('s');
    const { json } = await storage.factory.resourceStorage(secrets).get(cluster, 'work', 's');
    expect(Buffer.from(json).toString()).not.toContain(value);
    const { data } = JSON.parse(Buffer.from(json).toString()) as { data: { password: string } };
    expect(Buffer.from(data.password, 'base64').toString()).toMatch(/^redacted:/);
    await stop();
  });
});

/** The same storage, but that `act` stands before each write. */
function withWrites(
  factory: StorageFactory,
  act: (
    changes: readonly ObjectChange[],
    write: () => ReturnType<ReturnType<StorageFactory['resourceStorage']>['write']>,
  ) => ReturnType<ReturnType<StorageFactory['resourceStorage']>['write']>,
): StorageFactory {
  return {
    ...factory,
    resourceStorage(type) {
      const storage = factory.resourceStorage(type);
      return {
        ...storage,
        write: (cluster, changes, signal) => act(changes, () => storage.write(cluster, changes, signal)),
      };
    },
  };
}
