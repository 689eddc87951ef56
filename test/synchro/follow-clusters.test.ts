import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterInventory } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { type App, startApp } from '../../src/app.js';
import { resolveStorageSettings } from '../../src/config/storage-settings.js';
import { parseFeatureGates } from '../../src/query/feature-gates.js';
import { type ApiServer, apiServerAssets, apiServerNotRun, startApiServer } from '../support/api-server.js';

const describeReal = apiServerAssets === undefined ? describe.skip : describe;
const because = apiServerAssets === undefined ? ` (${apiServerNotRun})` : '';

/** Two cores and many servers: slow machines are no failures. */
const patience = 120_000;

const definition = (plural: string, kind: string, version = 'v1') => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.test.example` },
  spec: {
    group: 'test.example',
    names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List`, shortNames: [plural.slice(0, 3)] },
    scope: 'Namespaced',
    versions: [
      {
        name: version,
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        additionalPrinterColumns: [{ name: 'Color', type: 'string', jsonPath: '.spec.color' }],
      },
    ],
  },
});

describeReal(`clusters that are followed${because}`, () => {
  let server: ApiServer;
  let garbage: Server;
  let folder: string;
  let app: App;

  const kubeconfig = (contexts: readonly { name: string; server: string; token: string; authority?: string }[]) =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      contexts: contexts.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
      clusters: contexts.map(({ name, server: address, authority = server.authority }) => ({
        name,
        cluster: { server: address, 'certificate-authority-data': Buffer.from(authority).toString('base64') },
      })),
      users: contexts.map(({ name, token }) => ({ name, user: { token } })),
    });

  beforeAll(async () => {
    server = await startApiServer();
    garbage = createServer((_request, response) => response.end('<html>It works!</html>')).listen(0, '127.0.0.1');
    await new Promise((resolve) => garbage.once('listening', resolve));
    folder = mkdtempSync(join(tmpdir(), 'clusterdex-follow-'));
    const garbageUrl = `http://127.0.0.1:${(garbage.address() as AddressInfo).port}`;
    const other = await import('../../src/config/self-signed-certificate.js').then(({ createSelfSignedCertificate }) =>
      createSelfSignedCertificate(['127.0.0.1']),
    );
    const file = join(folder, 'kubeconfig');
    writeFileSync(
      file,
      kubeconfig([
        { name: 'Good_One', server: server.url, token: server.token },
        { name: 'wrong-token', server: server.url, token: 'nobody' },
        { name: 'powerless', server: server.url, token: server.powerlessToken },
        { name: 'wrong-authority', server: server.url, token: server.token, authority: other.cert },
        { name: 'garbage', server: garbageUrl, token: 'x' },
        { name: 'nobody-there', server: 'https://127.0.0.1:1', token: 'x' },
      ]),
    );
    app = await start({ kubeconfig: { file, contexts: [] } });
  }, patience);

  afterAll(async () => {
    await app?.stop(AbortSignal.timeout(5000));
    garbage?.close();
    await server?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }, patience);

  type Sources = NonNullable<Parameters<typeof startApp>[0]['synchro']>['sources'];

  function start(sources: Sources, dataDir = join(folder, 'data')): Promise<App> {
    return startApp({
      storage: resolveStorageSettings({ dataDir, storageName: 'sqlite' }, {}),
      address: { host: '127.0.0.1', port: 0 },
      gates: parseFeatureGates(''),
      logger: pino({ level: 'silent' }),
      synchro: { sources, steps: [{ name: 'prune' }, { name: 'redact' }], leaderElection: { isNeeded: false } },
    });
  }

  const inventoryOf = (name: string, of = app): ClusterInventory | undefined =>
    of.synchro?.inventories().find(({ cluster }) => cluster === name);
  const condition = (name: string, type: string, of = app) => {
    const found = inventoryOf(name, of)?.synchro?.conditions.find((candidate) => candidate.type === type);
    return found && `${found.status} ${found.reason}`;
  };
  const ask = async (path: string, of = app) => {
    const response = await fetch(`${of.url}/apis/clusterpedia.io/v1beta1/resources${path}`);
    return { status: response.status, warning: response.headers.get('warning'), body: await response.text() };
  };
  const names = async (path: string) => {
    const { body } = await ask(path);
    const { items = [] } = JSON.parse(body) as { items?: { metadata: { name: string } }[] };
    return items.map(({ metadata }) => metadata.name);
  };

  it(
    'are ready when everything is read once, whatever becomes of the others',
    async () => {
      await until(
        () =>
          condition('good-one', 'Ready') === 'True Ready' &&
          inventoryOf('good-one')?.synchro?.syncs.every(({ status }) => status === 'Syncing') === true,
      );
      expect(inventoryOf('good-one')?.version).toMatch(/^v1\./);
      // A server makes its namespaces when it has begun to serve.
      await until(async () => (await names('/clusters/good-one/api/v1/namespaces')).includes('kube-system'));
      expect((await ask('/clusters/good-one/api/v1/namespaces')).warning).toBeNull();
    },
    patience,
  );

  it.each([
    ['wrong-token', 'False Unhealthy', '401'],
    ['wrong-authority', 'False NotReachable', 'certificate'],
    ['nobody-there', 'False NotReachable', 'ECONNREFUSED'],
  ])(
    'say why they cannot be followed: %s',
    async (name, healthy, message) => {
      await until(() => condition(name, 'ClusterHealthy') === healthy);
      expect(condition(name, 'SynchroRunning')).toBe('False InitialFailed');
      expect(condition(name, 'Ready')).toBe('False NotReady');
      expect(inventoryOf(name)?.health.message).toContain(message);
    },
    patience,
  );

  it(
    'say what is wrong with a server that answers something else',
    async () => {
      await until(() => condition('garbage', 'SynchroRunning') === 'False InitialFailed');
      const running = inventoryOf('garbage')?.synchro?.conditions.find(({ type }) => type === 'SynchroRunning');
      expect(running?.message).toContain('<html>');
    },
    patience,
  );

  it(
    'say type by type what they may not read',
    async () => {
      await until(() => (inventoryOf('powerless')?.synchro?.syncs ?? []).some(({ status }) => status === 'Error'));
      const pods = inventoryOf('powerless')?.synchro?.syncs.find(({ resource }) => resource === 'pods');
      expect(pods?.reason).toBe('Forbidden');
      expect(pods?.message).toContain('pods is forbidden');
    },
    patience,
  );

  it(
    'follow definitions that come, change and go',
    async () => {
      const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
      await server.client.json(path, 'POST', definition('widgets', 'Widget'));
      const objects = '/apis/test.example/v1/namespaces/default/widgets';
      await eventually(() =>
        server.client.json(objects, 'POST', {
          apiVersion: 'test.example/v1',
          kind: 'Widget',
          metadata: { name: 'w' },
          spec: { color: 'red', size: 'L' },
        }),
      );
      await until(async () => (await names('/clusters/good-one/apis/test.example/v1/widgets')).includes('w'));
      const table = async () => {
        const accept = 'application/json;as=Table;g=meta.k8s.io;v=v1';
        const response = await fetch(`${app.url}/apis/clusterpedia.io/v1beta1/resources/clusters/good-one${objects}`, {
          headers: { accept },
        });
        return response.text();
      };
      expect(await table()).toContain('"red"');

      const columns = [{ name: 'Size', type: 'string', jsonPath: '.spec.size' }];
      const changed = definition('widgets', 'Widget').spec.versions.map((version) => ({
        ...version,
        additionalPrinterColumns: columns,
      }));
      await server.client.json(`${path}/widgets.test.example`, 'PATCH', { spec: { versions: changed } });
      await until(async () => (await table()).includes('"L"'));
      expect(await table()).not.toContain('"red"');

      await server.client.json(`${path}/widgets.test.example`, 'DELETE');
      await until(async () => (await ask('/clusters/good-one/apis/test.example/v1/widgets')).status === 404);
      const { body } = await ask('/clusters/good-one/apis');
      expect(body).not.toContain('test.example');
    },
    patience,
  );

  it(
    'can be read in older versions of built-in kinds',
    async () => {
      await server.client.json('/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', 'POST', {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'h' },
        spec: {
          maxReplicas: 3,
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' },
          metrics: [
            { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
          ],
        },
      });
      const path = '/clusters/good-one/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers';
      await until(async () => (await names(path)).includes('h'));
      const ours = JSON.parse((await ask(`${path}/h`)).body) as { apiVersion: string; spec: object };
      const theirs = await server.client.json<{ apiVersion: string; spec: object }>(
        `${path.slice('/clusters/good-one'.length)}/h`,
      );
      expect(ours.apiVersion).toBe('autoscaling/v1');
      expect(ours.spec).toEqual(theirs.spec);
      const selected = await ask(`${path}?fieldSelector=spec.maxReplicas=3`);
      expect(selected.status).toBe(422);
      const table = await fetch(`${app.url}/apis/clusterpedia.io/v1beta1/resources${path}`, {
        headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' },
      });
      expect(await table.text()).toContain('Deployment/d');
    },
    patience,
  );

  it(
    'warn of what they were while their server is away, and go on when it is back',
    async () => {
      await server.kill();
      await until(() => condition('good-one', 'ClusterHealthy') === 'False NotReachable');
      await until(
        async () => (await ask('/clusters/good-one/api/v1/namespaces')).warning?.includes('good-one') === true,
      );
      expect(await names('/clusters/good-one/api/v1/namespaces')).toContain('kube-system');
      await server.start();
      await until(() => condition('good-one', 'Ready') === 'True Ready');
      await server.client.json('/api/v1/namespaces', 'POST', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'later' },
      });
      await until(async () => (await names('/clusters/good-one/api/v1/namespaces')).includes('later'));
    },
    patience,
  );

  describe('in the files of a folder', () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const cluster = (name: string, resources: readonly string[]) =>
      JSON.stringify({
        apiVersion: 'cluster.clusterpedia.io/v1alpha2',
        kind: 'PediaCluster',
        metadata: { name },
        spec: {
          apiserver: server.url,
          authenticationFrom: { token: { name: 'credentials', key: 'token' } },
          caData: base64(server.authority),
          syncResources: [{ group: '', resources, eventsInvolvedResources: ['*'] }],
        },
      });
    let clusters: string;
    let second: App;

    beforeAll(async () => {
      clusters = mkdtempSync(join(folder, 'clusters-'));
      chmodSync(clusters, 0o700);
      writeFileSync(join(clusters, 'one.yaml'), cluster('one', ['configmaps']));
      writeFileSync(join(clusters, 'two.yaml'), cluster('two', ['namespaces']));
      writeFileSync(
        join(clusters, 'wrong.yaml'),
        JSON.stringify({ ...JSON.parse(cluster('wrong', [])), apiVersion: 'v2' }),
      );
      writeFileSync(join(clusters, 'broken.yaml'), 'kind: [unclosed');
      writeFileSync(
        join(clusters, 'secret.yaml'),
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'credentials' },
          stringData: { token: server.token },
        }),
      );
      second = await start({ clustersDirectory: clusters }, join(folder, 'second'));
    }, patience);

    afterAll(() => second?.stop(AbortSignal.timeout(5000)));

    it(
      'are followed, with what is wrong of the others in their conditions',
      async () => {
        await until(
          () =>
            condition('one', 'Ready', second) === 'True Ready' && condition('two', 'Ready', second) === 'True Ready',
        );
        expect(condition('wrong', 'Validated', second)).toBe('False InvalidConfig');
        const message =
          inventoryOf('wrong', second)?.synchro?.conditions.find(({ type }) => type === 'Validated')?.message ?? '';
        expect(message).toContain('/apiVersion: must be');
        expect(message).toContain('/spec/syncResources/0/resources: must NOT have fewer than 1 items');
      },
      patience,
    );

    it(
      'keep to what a file said before when it is broken, and say so',
      async () => {
        writeFileSync(join(clusters, 'one.yaml'), cluster('one', ['configmaps']).slice(0, 100));
        const validated = () =>
          inventoryOf('one', second)?.synchro?.conditions.find(({ type }) => type === 'Validated');
        await until(() => validated()?.message.includes('the file is broken') === true);
        expect(validated()?.status).toBe('True');
        expect(condition('one', 'Ready', second)).toBe('True Ready');
      },
      patience,
    );

    it(
      'follow what is declared otherwise, and delete what is stored of what is not declared any more',
      async () => {
        writeFileSync(join(clusters, 'one.yaml'), cluster('one', ['namespaces', 'podz']));
        await until(async () => (await ask('/clusters/one/api/v1/namespaces', second)).status === 200);
        await until(async () => (await ask('/clusters/one/api/v1/configmaps', second)).status === 404);
        const missing = inventoryOf('one', second)?.synchro?.syncs.find(({ resource }) => resource === 'podz');
        expect(missing).toMatchObject({ status: 'Unknown', reason: 'ResourceNotFound' });
        rmSync(join(clusters, 'two.yaml'));
        await until(async () => (await ask('/clusters/two/api/v1/namespaces', second)).status === 400);
        const left = JSON.parse((await ask('/api/v1/namespaces', second)).body) as {
          items: { metadata: { annotations: object } }[];
        };
        expect(left.items.length).toBeGreaterThan(0);
        expect(JSON.stringify(left)).not.toContain('"shadow.clusterpedia.io/cluster-name":"two"');
      },
      patience,
    );

    it(
      'attach events to the objects that they involve, and forget them when they expire',
      async () => {
        const { metadata } = await server.client.json<{ metadata: { uid: string } }>('/api/v1/namespaces/default');
        await server.client.json('/api/v1/namespaces/default/events', 'POST', {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name: 'happened' },
          involvedObject: { apiVersion: 'v1', kind: 'Namespace', name: 'default', uid: metadata.uid },
          reason: 'Happened',
          message: 'something',
          type: 'Normal',
        });
        await until(async () =>
          (await ask('/clusters/one/api/v1/namespaces/default?injectEvents=true', second)).body.includes('Happened'),
        );
        // As when its time has come.
        await server.client.json('/api/v1/namespaces/default/events/happened', 'DELETE');
        await until(
          async () =>
            !(await ask('/clusters/one/api/v1/namespaces/default?injectEvents=true', second)).body.includes('Happened'),
        );
      },
      patience,
    );
  });
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it did not come to that within a minute');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A server needs a moment to serve what was just defined. */
async function eventually<T>(act: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
