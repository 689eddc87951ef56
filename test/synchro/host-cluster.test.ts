import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { parse } from 'yaml';
import { type ManagerApp, startManager } from '../../src/app.js';
import { resolveStorageSettings } from '../../src/config/storage-settings.js';
import { openHostConnection } from '../../src/synchro/connection/open-host-connection.js';
import { createKubernetesLeaseStore } from '../../src/synchro/lease/kubernetes-lease-store.js';
import { type ApiServer, apiServerAssets, apiServerNotRun, startApiServer } from '../support/api-server.js';
import { openTestStorage } from '../support/open-test-storage.js';

const describeReal = apiServerAssets === undefined ? describe.skip : describe;
const because = apiServerAssets === undefined ? ` (${apiServerNotRun})` : '';
const patience = 120_000;
const clusters = '/apis/cluster.clusterpedia.io/v1alpha2/pediaclusters';
const root = resolve(import.meta.dirname, '../../..');

interface PediaCluster {
  readonly metadata: { readonly name: string; readonly finalizers?: readonly string[] };
  readonly status?: {
    readonly version?: string;
    readonly apiserver?: string;
    readonly shardingName?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
    readonly syncResources?: readonly {
      readonly group: string;
      readonly resources: readonly {
        readonly name: string;
        readonly syncConditions: readonly { readonly status: string }[];
      }[];
    }[];
  };
}

describeReal(`PediaClusters of a host cluster${because}`, () => {
  let host: ApiServer;
  let folder: string;
  let dataDir: string;
  const managers: ManagerApp[] = [];
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  beforeAll(async () => {
    host = await startApiServer();
    folder = mkdtempSync(join(tmpdir(), 'clusterdex-host-'));
    dataDir = join(folder, 'data');
    writeFileSync(join(folder, 'kubeconfig'), host.kubeconfig());
    for (const name of ['pediaclusters', 'clustersyncresources']) {
      const crd = parse(readFileSync(join(root, `deploy/crds/cluster.clusterpedia.io_${name}.yaml`), 'utf8')) as object;
      await host.client.json('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', 'POST', crd);
    }
    await host.client.json('/api/v1/namespaces', 'POST', namespace('clusterpedia-system'));
    await until(() =>
      host.client.json(clusters).then(
        () => true,
        () => false,
      ),
    );
    managers.push(await start());
  }, patience);

  afterAll(async () => {
    await Promise.all(managers.map((manager) => manager.stop()));
    await host?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }, patience);

  function start(shardingName = ''): Promise<ManagerApp> {
    return startManager({
      storage: resolveStorageSettings({ dataDir, storageName: 'sqlite' }, {}),
      metrics: { host: '127.0.0.1', port: 0 },
      logger: pino({ level: 'silent' }),
      synchro: {
        steps: [{ name: 'prune' }, { name: 'redact' }],
        leaderElection: { durationSeconds: 2 },
        sources: {
          host: {
            kubeconfig: join(folder, 'kubeconfig'),
            namespace: 'clusterpedia-system',
            shardingName,
            leaseName: `manager${shardingName}`,
          },
        },
      },
    });
  }

  const create = (name: string, spec: object) =>
    host.client.json(clusters, 'POST', {
      apiVersion: 'cluster.clusterpedia.io/v1alpha2',
      kind: 'PediaCluster',
      metadata: { name },
      spec: {
        apiserver: host.url,
        caData: base64(host.authority),
        tokenData: base64(host.token),
        syncResources: [],
        ...spec,
      },
    });
  const read = (name: string) => host.client.json<PediaCluster>(`${clusters}/${name}`);
  const reasonOf = async (name: string, type: string) => {
    const found = (await read(name)).status?.conditions?.find((condition) => condition.type === type);
    return found && `${found.status} ${found.reason}`;
  };
  const syncsOf = async (name: string) =>
    ((await read(name)).status?.syncResources ?? []).flatMap(({ group, resources }) =>
      resources.map(
        (resource) => `${resource.name}.${group} ${resource.syncConditions.map(({ status }) => status).join()}`,
      ),
    );
  async function stored(cluster: string): Promise<number | undefined> {
    const storage = await openTestStorage('sqlite', { dataDirectory: dataDir });
    try {
      const inventories = await storage.factory.clusterInventories();
      if (!inventories.some((inventory) => inventory.cluster === cluster)) return undefined;
      let count = 0;
      for await (const batch of storage.factory.resourceVersions(cluster)) count += batch.length;
      return count;
    } finally {
      await storage.close();
    }
  }

  it(
    'are followed, and their status says how',
    async () => {
      await create('member', {
        syncResources: [{ group: '', resources: ['namespaces', 'configmaps'] }],
        syncResourcesRefName: 'shared',
      });
      await until(async () => (await reasonOf('member', 'Ready')) === 'True Ready');
      await until(async () => (await syncsOf('member')).join() === 'configmaps. Syncing,namespaces. Syncing');
      const { status, metadata } = await read('member');
      expect(status).toMatchObject({ apiserver: host.url, shardingName: '' });
      expect(status?.version).toMatch(/^v1\./);
      expect(metadata.finalizers).toEqual(['clusterpedia.io/cluster-synchro-controller']);
      const validated = status?.conditions?.find(({ type }) => type === 'Validated');
      expect(validated).toMatchObject({ status: 'True', message: 'there is no ClusterSyncResources "shared"' });
    },
    patience,
  );

  it(
    'follow what a ClusterSyncResources adds, and takes away',
    async () => {
      const path = '/apis/cluster.clusterpedia.io/v1alpha2/clustersyncresources';
      const object = {
        apiVersion: 'cluster.clusterpedia.io/v1alpha2',
        kind: 'ClusterSyncResources',
        metadata: { name: 'shared' },
        spec: { syncResources: [{ group: 'rbac.authorization.k8s.io', resources: ['*'] }] },
      };
      await host.client.json(path, 'POST', object);
      await until(async () => (await syncsOf('member')).includes('roles.rbac.authorization.k8s.io Syncing'));
      await until(async () => ((await stored('member')) ?? 0) > 50);
      await host.client.json(`${path}/shared`, 'PATCH', { spec: { syncResources: [] } });
      await until(async () => (await syncsOf('member')).length === 2);
      await until(async () => ((await stored('member')) ?? 99) < 50);
    },
    patience,
  );

  it(
    'take their credentials from Secrets, and follow these',
    async () => {
      const secrets = '/api/v1/namespaces/clusterpedia-system/secrets';
      const spec = {
        tokenData: undefined,
        authenticationFrom: { token: { name: 'credentials', key: 'token' } },
        syncResources: [{ group: '', resources: ['namespaces'] }],
      };
      await create('secretive', spec);
      await until(async () => (await reasonOf('secretive', 'Validated')) === 'False InvalidConfig');
      await host.client.json(secrets, 'POST', {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'credentials' },
        data: { token: base64('wrong') },
      });
      await until(async () => (await reasonOf('secretive', 'ClusterHealthy')) === 'False Unhealthy');
      await host.client.json(`${secrets}/credentials`, 'PATCH', { data: { token: base64(host.token) } });
      await until(async () => (await reasonOf('secretive', 'Ready')) === 'True Ready');
    },
    patience,
  );

  it(
    'with a kubeconfig that would run a program here are refused, with the reason',
    async () => {
      const kubeconfig = JSON.parse(host.kubeconfig()) as { users: { user: object }[] };
      kubeconfig.users = kubeconfig.users.map((user) => ({
        ...user,
        user: {
          exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'touch', args: [join(folder, 'owned')] },
        },
      }));
      await create('hostile', { kubeconfig: base64(JSON.stringify(kubeconfig)) });
      await until(async () => (await reasonOf('hostile', 'Validated')) === 'False InvalidConfig');
      const validated = (await read('hostile')).status?.conditions?.find(({ type }) => type === 'Validated');
      expect(validated?.message).toContain('an exec plugin');
    },
    patience,
  );

  it(
    'of another sharding name are left alone',
    async () => {
      await create('foreign', { shardingName: 'other', syncResources: [{ group: '', resources: ['namespaces'] }] });
      managers.push(await start('other'));
      await until(async () => (await reasonOf('foreign', 'Ready')) === 'True Ready');
      expect((await read('foreign')).status?.shardingName).toBe('other');
    },
    patience,
  );

  it(
    'are gone when nothing is stored of them any more',
    async () => {
      expect(await stored('member')).toBeGreaterThan(0);
      await host.client.json(`${clusters}/member`, 'DELETE');
      await until(() =>
        read('member').then(
          () => false,
          () => true,
        ),
      );
      expect(await stored('member')).toBeUndefined();
    },
    patience,
  );

  it(
    'are followed by a second manager when the first one ends',
    async () => {
      const second = await start();
      managers.push(second);
      const [first] = managers as [ManagerApp];
      await until(() => second.synchro.writer === first.synchro.identity);
      expect(second.synchro.isWriter).toBe(false);
      const metrics = await fetch(`${second.url}/metrics`).then((response) => response.text());
      expect(metrics).toContain('clusterdex_synchro_writer 0');
      await first.stop();
      await until(() => second.synchro.isWriter);
      await create('later', { syncResources: [{ group: '', resources: ['namespaces'] }] });
      await until(async () => (await reasonOf('later', 'Ready')) === 'True Ready');
    },
    patience,
  );

  it(
    'share a lease that says where its holder serves, in an annotation that others may lack',
    async () => {
      const connection = await openHostConnection({ kubeconfig: join(folder, 'kubeconfig'), otherwise: 'none' });
      try {
        const signal = AbortSignal.timeout(patience);
        const store = createKubernetesLeaseStore({ connection, namespace: 'clusterpedia-system', name: 'advertised' });
        const wish = { holder: 'a', url: 'https://10.0.0.7:8643', durationSeconds: 5 };
        const taken = await store.acquire(undefined, wish, signal);
        if (taken === undefined) throw new Error('nobody else is there');
        const renewed = await store.renew(taken, signal);
        expect(await store.read(signal)).toMatchObject({ holder: 'a', url: wish.url });
        const path = '/apis/coordination.k8s.io/v1/namespaces/clusterpedia-system/leases/advertised';
        expect(await host.client.json(path)).toMatchObject({
          metadata: { annotations: { 'clusterdex.io/advertise-url': wish.url } },
        });
        await store.release(renewed ?? taken, signal);
        const released = await store.read(signal);
        expect(released).not.toHaveProperty('url');
        await store.acquire(released, { holder: 'b', durationSeconds: 5 }, signal);
        expect(await store.read(signal)).toMatchObject({ holder: 'b' });
        expect(await store.read(signal)).not.toHaveProperty('url');
      } finally {
        await connection.close();
      }
    },
    patience,
  );

  it(
    'that are deleted while nobody follows go when somebody does again',
    async () => {
      await Promise.all(managers.splice(0).map((manager) => manager.stop()));
      await host.client.json(`${clusters}/later`, 'DELETE');
      await host.client.json(`${clusters}/secretive`, 'DELETE');
      expect((await read('later')).metadata.finalizers).toHaveLength(1);
      managers.push(await start());
      await until(() =>
        read('later').then(
          () => false,
          () => true,
        ),
      );
      await until(() =>
        read('secretive').then(
          () => false,
          () => true,
        ),
      );
      expect(await stored('secretive')).toBeUndefined();
    },
    patience,
  );
});

function namespace(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it did not come to that within a minute');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
