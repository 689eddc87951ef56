import type { ResourceInventory } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadObjects, sampleObjects } from './support/load-objects.js';
import { startTestApp, type TestApp } from './support/start-test-app.js';

const base = '/apis/clusterpedia.io/v1beta1';
const all = `${base}/resources`;
const prod = `${all}/clusters/prod-eu`;
const spreadsheet = 'application/json;as=Spreadsheet;v=v1;g=meta.k8s.io';

const rollouts: ResourceInventory = {
  group: 'delivery.acme.example',
  version: 'v1alpha1',
  resource: 'rollouts',
  kind: 'Rollout',
  namespaced: true,
  singularName: 'rollout',
  shortNames: ['ro'],
  categories: ['all', 'acme'],
};
const extraObjects = [
  { apiVersion: 'delivery.acme.example/v1alpha1', kind: 'Rollout', metadata: { name: 'web', namespace: 'shop' } },
  { apiVersion: 'delivery.acme.example/v1', kind: 'Rollout', metadata: { name: 'web', namespace: 'shop' } },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'system:what? ü' } },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'system:node' } },
];

const unknownResource = 'the server could not find the requested resource';
const podType = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true };
const eventful = firstPod();
const event = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e', namespace: 'shop' }, reason: 'Say "hi"' };

function firstPod() {
  const pod = sampleObjects('prod-eu').find(({ kind }) => kind === 'Pod');
  if (pod === undefined) throw new Error('the sample has no pod');
  return pod;
}

describe.each(['sqlite', 'memory'])('the server on %s', (storageName) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp(storageName, async (factory) => {
      await loadObjects(factory, 'prod-eu', {
        objects: [
          ...sampleObjects('prod-eu'),
          ...extraObjects.filter(({ apiVersion }) => apiVersion !== 'delivery.acme.example/v1'),
        ],
        extraTypes: [rollouts],
      });
      await loadObjects(factory, 'staging', {
        objects: [
          ...sampleObjects('staging'),
          ...extraObjects.filter(({ apiVersion }) => apiVersion === 'delivery.acme.example/v1'),
        ],
        extraTypes: [{ ...rollouts, version: 'v1' }],
      });
      await factory.resourceStorage(podType).recordEvents('prod-eu', [
        {
          involvedUid: eventful.metadata.uid ?? '',
          eventUid: 'e-1',
          key: 'shop/e',
          resourceVersion: '1',
          json: Buffer.from(JSON.stringify(event)),
        },
      ]);
      await factory.putClusterInventory({
        cluster: 'sick',
        health: { status: 'unhealthy', reason: 'no "answer"\r\nX-Evil: 1 ü' },
        resources: [{ ...podType, singularName: 'pod' }],
        updatedAt: 1,
      });
    });
  });
  afterAll(() => app?.stop());

  async function json(path: string, headers: Record<string, string> = {}) {
    const { code, text } = await app.ask(path, { headers });
    expect({ path, code }).toEqual({ path, code: 200 });
    return JSON.parse(text);
  }

  async function status(path: string, options: Parameters<TestApp['ask']>[1] = {}) {
    const answer = await app.ask(path, options);
    const body = JSON.parse(answer.text);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(body).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: answer.code });
    return body;
  }

  describe('discovery', () => {
    it('describes the server itself', async () => {
      expect(await json('/api')).toEqual({ kind: 'APIVersions', versions: [], serverAddressByClientCIDRs: [] });
      expect((await json('/apis')).groups.map(({ name }: { name: string }) => name)).toEqual(['clusterpedia.io']);
      expect(await json('/apis/clusterpedia.io')).toMatchObject({
        kind: 'APIGroup',
        preferredVersion: { groupVersion: 'clusterpedia.io/v1beta1', version: 'v1beta1' },
      });
      const { resources } = await json(base);
      expect(
        resources.map(({ name, kind, verbs }: ResourceInventory & { name: string; verbs: string[] }) => [
          name,
          kind,
          verbs,
        ]),
      ).toEqual([
        ['collectionresources', 'CollectionResource', ['get', 'list']],
        ['resources', 'Resources', ['get']],
      ]);
      expect((await json('/')).paths).toContain(base);
      expect((await json('/version')).gitVersion).toMatch(/^v\d+\.\d+\.\d+/);
    });

    it('gives the core versions without apiVersion, as kube-apiservers do', async () => {
      expect(await json(`${all}/api`)).toEqual({
        kind: 'APIVersions',
        versions: ['v1'],
        serverAddressByClientCIDRs: [],
      });
      expect(await json(`${prod}/api/`)).toEqual(await json(`${all}/api`));
    });

    it('lists groups, what is built in before what is not, each with its versions, the newest stable one first', async () => {
      const { kind, apiVersion, groups } = await json(`${all}/apis`);
      expect({ kind, apiVersion }).toEqual({ kind: 'APIGroupList', apiVersion: 'v1' });
      expect(groups.map(({ name }: { name: string }) => name)).toEqual([
        'apps',
        'batch',
        'rbac.authorization.k8s.io',
        'delivery.acme.example',
      ]);
      const delivery = {
        name: 'delivery.acme.example',
        versions: [
          { groupVersion: 'delivery.acme.example/v1', version: 'v1' },
          { groupVersion: 'delivery.acme.example/v1alpha1', version: 'v1alpha1' },
        ],
        preferredVersion: { groupVersion: 'delivery.acme.example/v1', version: 'v1' },
      };
      expect(groups[3]).toEqual(delivery);
      expect(await json(`${all}/apis/delivery.acme.example`)).toEqual({
        kind: 'APIGroup',
        apiVersion: 'v1',
        ...delivery,
      });
      expect((await json(`${prod}/apis/delivery.acme.example`)).versions).toHaveLength(1);
    });

    it('lists resources by name with everything that kubectl wants to know', async () => {
      const list = await json(`${prod}/apis/delivery.acme.example/v1alpha1`);
      expect(list).toEqual({
        kind: 'APIResourceList',
        apiVersion: 'v1',
        groupVersion: 'delivery.acme.example/v1alpha1',
        resources: [
          {
            name: 'rollouts',
            singularName: 'rollout',
            namespaced: true,
            kind: 'Rollout',
            verbs: ['get', 'list', 'watch'],
            shortNames: ['ro'],
            categories: ['all', 'acme'],
          },
        ],
      });
      const core = await json(`${all}/api/v1`);
      expect(core).not.toHaveProperty('apiVersion');
      expect(core.groupVersion).toBe('v1');
      const names = core.resources.map(({ name }: { name: string }) => name);
      expect(names).toEqual([...names].sort());
      expect(core.resources).toContainEqual({
        name: 'pods',
        singularName: 'pod',
        namespaced: true,
        kind: 'Pod',
        verbs: ['get', 'list', 'watch'],
        shortNames: ['po'],
        categories: ['all'],
      });
      expect(core.resources).toContainEqual(
        expect.objectContaining({ name: 'nodes', namespaced: false, shortNames: ['no'] }),
      );
    });

    it('tells the version of the member, and one of its own where there is none', async () => {
      expect(await json(`${prod}/version`)).toMatchObject({
        major: '1',
        minor: '33',
        gitVersion: 'v1.33.4-eks-9f2c1a',
      });
      expect(await json(`${all}/version`)).toMatchObject({ major: '1', minor: '36', gitVersion: 'v1.36.0+clusterdex' });
      expect(await json(`${all}/clusters/sick/version`)).toMatchObject({ gitVersion: 'v1.36.0+clusterdex' });
    });

    it.each([`${all}/apis/nope`, `${all}/apis/apps/v9`, `${all}/api/v2`, `${prod}/apis/delivery.acme.example/v1`])(
      'does not know %s',
      async (path) => {
        expect(await status(path)).toMatchObject({ code: 404, reason: 'NotFound' });
      },
    );

    it('lists the clusters', async () => {
      const { items } = await json('/apis/cluster.clusterpedia.io/v1alpha2/pediaclusters');
      expect(items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toEqual([
        'prod-eu',
        'sick',
        'staging',
      ]);
    });
  });

  describe('a list', () => {
    it('holds the objects of all clusters, as kubectl reads it', async () => {
      const list = await json(`${all}/api/v1/nodes`);
      expect(Object.keys(list)).toEqual(['kind', 'apiVersion', 'metadata', 'items']);
      expect(list).toMatchObject({ kind: 'NodeList', apiVersion: 'v1' });
      expect(typeof list.metadata.resourceVersion).toBe('string');
      expect(list.items).toHaveLength(9);
      const [first] = list.items;
      expect(first).toMatchObject({ apiVersion: 'v1', kind: 'Node' });
      expect(first.metadata.annotations['shadow.clusterpedia.io/cluster-name']).toBe('prod-eu');
    });

    it('is restricted by cluster and namespace of the path', async () => {
      expect((await json(`${prod}/api/v1/nodes`)).items).toHaveLength(6);
      const { items } = await json(`${prod}/apis/apps/v1/namespaces/shop/deployments`);
      const expected = sampleObjects('prod-eu').filter(
        ({ kind, metadata }) => kind === 'Deployment' && metadata.namespace === 'shop',
      );
      expect(items.map(({ metadata }: { metadata: { name: string } }) => metadata.name).sort()).toEqual(
        expected.map(({ metadata }) => metadata.name).sort(),
      );
      expect((await json(`${all}/api/v1/namespaces/nowhere/pods`)).items).toEqual([]);
    });

    it('comes in pages that follow each other', async () => {
      const names: string[] = [];
      let path = `${all}/api/v1/pods?limit=40`;
      for (;;) {
        const { metadata, items } = await json(path);
        names.push(...items.map((item: { metadata: { uid: string } }) => item.metadata.uid));
        if (metadata.continue === undefined) break;
        expect(items).toHaveLength(40);
        path = `${all}/api/v1/pods?limit=40&continue=${encodeURIComponent(metadata.continue)}`;
      }
      expect(names).toHaveLength(149);
      expect(new Set(names).size).toBe(149);
    });

    it('counts what remains, when asked', async () => {
      const { metadata } = await json(`${all}/api/v1/pods?limit=40&withRemainingCount=true`);
      expect(metadata.remainingItemCount).toBe(109);
      expect(typeof metadata.continue).toBe('string');
    });

    it('reduces objects to their metadata, when asked', async () => {
      const { kind, items } = await json(`${all}/api/v1/pods?onlyMetadata=true&limit=3`);
      expect(kind).toBe('PodList');
      for (const item of items) expect(Object.keys(item)).toEqual(['apiVersion', 'kind', 'metadata']);
    });

    it('takes its conditions from search labels too', async () => {
      const labels = encodeURIComponent(
        'search.clusterpedia.io/clusters in (staging),search.clusterpedia.io/fuzzy-name=checkout',
      );
      const { items } = await json(`${all}/api/v1/pods?limit=500&labelSelector=${labels}`);
      expect(items).toHaveLength(2);
    });

    it('says nothing more when the client only asks for its head', async () => {
      const answer = await app.ask(`${all}/api/v1/nodes`, { method: 'HEAD' });
      expect(answer).toMatchObject({ code: 200, text: '' });
      expect(answer.headers['content-type']).toBe('application/json');
    });

    it('warns of a cluster that is not healthy, in printable characters', async () => {
      const answer = await app.ask(`${all}/clusters/sick/api/v1/pods`);
      expect(answer.code).toBe(200);
      expect(answer.headers.warning).toBe(
        '299 - "cluster sick is not healthy, its data may be out of date: no ?answer???X-Evil: 1 ?"',
      );
      expect((await app.ask(`${prod}/api/v1/pods?limit=1`)).headers).not.toHaveProperty('warning');
    });
  });

  describe('a get', () => {
    it('gives the stored object', async () => {
      const [pod] = sampleObjects('prod-eu').filter(({ kind }) => kind === 'Pod');
      const answer = await json(`${prod}/api/v1/namespaces/${pod?.metadata.namespace}/pods/${pod?.metadata.name}`);
      expect(answer.metadata.uid).toBe(pod?.metadata.uid);
      expect(answer.metadata.annotations['shadow.clusterpedia.io/cluster-name']).toBe('prod-eu');
    });

    it('finds cluster-scoped objects, namespaces, and names with odd characters', async () => {
      expect((await json(`${prod}/api/v1/namespaces/shop`)).kind).toBe('Namespace');
      const roles = `${prod}/apis/rbac.authorization.k8s.io/v1/clusterroles`;
      expect((await json(`${roles}/system:node`)).metadata.name).toBe('system:node');
      expect((await json(`${roles}/system%3Anode/`)).metadata.name).toBe('system:node');
      expect((await json(`${roles}/system:what%3F%20%C3%BC`)).metadata.name).toBe('system:what? ü');
    });

    it('is its status as well, if it has one', async () => {
      const path = `${prod}/api/v1/namespaces/shop`;
      expect(await json(`${path}/status`)).toEqual(await json(path));
    });

    it('has its length and no body for HEAD', async () => {
      const path = `${prod}/api/v1/namespaces/shop`;
      const { headers, text } = await app.ask(path, { method: 'HEAD' });
      expect(text).toBe('');
      expect(headers['content-length']).toBe(String(Buffer.byteLength((await app.ask(path)).text)));
    });

    it('carries its events, when asked, as lists do', async () => {
      const path = `${prod}/api/v1/namespaces/${eventful.metadata.namespace}/pods`;
      const [{ items }, pod] = await Promise.all([
        json(`${path}?injectEvents=true`),
        json(`${path}/${eventful.metadata.name}?injectEvents=true`),
      ]);
      const annotation = 'shadow.clusterpedia.io/events';
      expect(JSON.parse(pod.metadata.annotations[annotation])).toEqual([event]);
      for (const item of items) {
        expect(item.metadata.annotations[annotation]).toBe(
          item.metadata.uid === eventful.metadata.uid ? pod.metadata.annotations[annotation] : undefined,
        );
      }
      expect((await json(`${path}/${eventful.metadata.name}`)).metadata.annotations).not.toHaveProperty(annotation);
    });
  });

  describe('collection resources', () => {
    it('are listed with what they hold', async () => {
      const { kind, apiVersion, items } = await json(`${base}/collectionresources`);
      expect({ kind, apiVersion }).toEqual({ kind: 'CollectionResourceList', apiVersion: 'clusterpedia.io/v1beta1' });
      expect(items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toEqual([
        'any',
        'workloads',
        'kuberesources',
      ]);
      expect(items[1].resourceTypes[0]).toEqual({ group: 'apps', version: 'v1', resource: 'deployments' });
    });

    it('hold objects of several types, and say which', async () => {
      const collection = await json(`${base}/collectionresources/workloads`);
      expect(collection).toMatchObject({
        kind: 'CollectionResource',
        apiVersion: 'clusterpedia.io/v1beta1',
        metadata: { name: 'workloads', creationTimestamp: null },
      });
      expect(collection.items).toHaveLength(40 + 16 + 2 + 2);
      expect(collection.resourceTypes.map(({ kind }: { kind: string }) => kind).sort()).toEqual([
        'DaemonSet',
        'Deployment',
        'StatefulSet',
      ]);
      expect(collection.resourceTypes).toContainEqual({
        group: 'apps',
        version: 'v1',
        kind: 'Deployment',
        resource: 'deployments',
      });
    });

    it('choose their types by the query, in pages, continue and remaining count on top', async () => {
      const path = `${base}/collectionresources/any?groups=batch&resources=/nodes&limit=4&withRemainingCount=true`;
      const first = await json(path);
      expect(first.items).toHaveLength(4);
      expect(first.remainingItemCount).toBe(7);
      const second = await json(`${path}&continue=${encodeURIComponent(first.continue)}`);
      expect(second.remainingItemCount).toBe(3);
      const uids = [...first.items, ...second.items].map(({ metadata }: { metadata: { uid: string } }) => metadata.uid);
      expect(new Set(uids).size).toBe(8);
    });

    it.each([
      [404, `${base}/collectionresources/nope`],
      [400, `${base}/collectionresources/any`],
      [400, `${base}/collectionresources/any?groups=a/b/c`],
      [400, `${base}/collectionresources/any?resources=pods`],
      [400, `${base}/collectionresources/workloads?limit=x`],
    ])('answer %i to %s', async (code, path) => {
      expect(await status(path)).toMatchObject({ code });
    });
  });

  describe('refuses', () => {
    const shop = `${prod}/api/v1/namespaces/shop`;
    it.each<[number, string, string, string?]>([
      [404, 'NotFound', '/nope'],
      [404, 'NotFound', '/apis/apps'],
      [404, 'NotFound', all],
      [404, 'NotFound', `${all}/`],
      [404, 'NotFound', prod],
      [404, 'NotFound', `${prod}/`],
      [404, 'NotFound', `${all}/clusters`],
      [404, 'NotFound', `${prod}/nope`],
      [404, 'NotFound', `${all}/api/v1//pods`],
      [404, 'NotFound', `${all}/../resources/api/v1/pods`],
      [404, 'NotFound', `${all}/api/v1/pods/`.replace('pods', 'frobnicators')],
      [404, 'NotFound', `${all}/apis/apps/v1beta1/deployments`],
      [404, 'NotFound', `${prod}/apis/delivery.acme.example/v1/rollouts`],
      [404, 'NotFound', `${shop}/nodes`],
      [404, 'NotFound', `${shop}/pods/x/log`],
      [404, 'NotFound', `${shop}/pods/x/status`],
      [404, 'NotFound', `${shop}/finalize`],
      [404, 'NotFound', `${shop}/frob`],
      [
        404,
        'NotFound',
        `${shop}/pods/x/exec`,
        `${unknownResource}: pods/exec is not stored here, ask the cluster itself`,
      ],
      [404, 'NotFound', `${shop}/pods/x/frob`, unknownResource],
      [404, 'NotFound', `${prod}/api/v1/watch/namespaces/shop/status`],
      [404, 'NotFound', `${prod}/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node/status`],
      [404, 'NotFound', `${prod}/api/v1/pods/x`],
      [404, 'NotFound', `${shop}/pods/x`, 'pods "x" not found'],
      [404, 'NotFound', `${prod}/api/v1/namespaces/nope`, 'namespaces "nope" not found'],
      [404, 'NotFound', `${prod}/apis/apps/v1/namespaces/shop/deployments/x`, 'deployments.apps "x" not found'],
      [400, 'BadRequest', `${all}/clusters/ghost/api/v1/pods`],
      [400, 'BadRequest', `${all}/clusters/ghost/apis`],
      [400, 'BadRequest', `${all}/clusters/ghost/version`],
      [400, 'BadRequest', `${all}/clusters/%00/api/v1/pods`],
      [404, 'NotFound', `${all}/api/v1/namespaces/shop/pods/x`, 'pods "x" not found'],
      [404, 'NotFound', `${all}/api/v1/pods/x`, unknownResource],
      [
        400,
        'BadRequest',
        `${all}/api/v1/namespaces/shop`,
        'to get one object, name its cluster in the path: …/resources/clusters/<cluster>/…; namespaces "shop" is in prod-eu, staging',
      ],
      [400, 'BadRequest', `${all}/api/v1/pods/%zz`],
      [400, 'BadRequest', '/%'],
      [400, 'BadRequest', `${shop}/pods/a%2Fb`],
      [400, 'BadRequest', `${shop}/pods/%00`],
      [400, 'BadRequest', `${shop}/pods/..`],
      [400, 'BadRequest', `${all}/api/v1/pods?limit=abc`],
      [400, 'BadRequest', `${all}/api/v1/pods?labelSelector=a%20in%20(`],
      [400, 'BadRequest', `${all}/api/v1/pods?fieldSelector=%5B`],
      [400, 'BadRequest', `${all}/api/v1/pods?continue=garbage`],
      [400, 'BadRequest', `${all}/api/v1/pods?ownerName=x`],
      [400, 'BadRequest', `${all}/api/v1/pods?clutsers=x`],
      [400, 'BadRequest', `${shop}/pods/x?limit=1`],
      [422, 'Invalid', `${all}/api/v1/pods?whereSQL=1`],
    ])('with %i %s: %s', async (code, reason, path, ...[message]) => {
      expect(await status(path)).toMatchObject({ code, reason, ...(message === undefined ? {} : { message }) });
    });

    it('an unknown cluster with a warning that kubectl prints', async () => {
      const { headers } = await app.ask(`${all}/clusters/ghost/api`);
      expect(headers.warning).toBe('299 - "the cluster \'ghost\' is not known"');
    });

    it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'PURGE'])(
      '%s with 405',
      async (method) => {
        const paths = [
          `${all}/api/v1/pods`,
          `${shop}/pods/x`,
          `${all}/clusters/ghost/api/v1/pods`,
          '/apis',
          `${base}/collectionresources/any`,
        ];
        for (const path of paths) {
          const answer = await status(path, {
            method,
            body: '{"kind":"Pod"',
            headers: { 'content-type': 'no/such;;type' },
          });
          expect(answer).toMatchObject({ code: 405, reason: 'MethodNotAllowed' });
        }
        expect((await app.ask('/apis', { method })).headers.allow).toBe('GET, HEAD');
        expect((await app.ask('/nope', { method })).code).toBe(404);
      },
    );

    it.each([
      'application/xml',
      spreadsheet,
      'text/html',
      'application/vnd.kubernetes.protobuf',
      'application/json;q=0',
    ])('with 406: Accept: %s', async (accept) => {
      for (const path of [
        `${all}/api/v1/pods`,
        `${shop}`,
        `${all}/apis`,
        '/apis',
        `${base}/collectionresources/workloads`,
      ]) {
        expect(await status(path, { headers: { accept } })).toMatchObject({ code: 406, reason: 'NotAcceptable' });
      }
    });

    it('names of hosts that are not this machine', async () => {
      expect(await status('/apis', { headers: { host: 'evil.example' } })).toMatchObject({
        code: 403,
        reason: 'Forbidden',
      });
      expect(await status('/apis', { headers: { host: '127.0.0.1.evil.example' } })).toMatchObject({ code: 403 });
      for (const host of ['localhost', 'LOCALHOST:1', '127.0.0.1:80', '[::1]:8080', 'clusterdex.localhost:1']) {
        expect((await app.ask('/apis', { headers: { host } })).code).toBe(200);
      }
    });
  });

  it('answers JSON to clients that would like something else better', async () => {
    for (const accept of [
      `${spreadsheet},application/json`,
      '*/*',
      'application/vnd.kubernetes.protobuf,application/json',
    ]) {
      expect((await json(`${all}/api/v1/nodes?limit=1`, { accept })).kind).toBe('NodeList');
    }
  });

  it('serves what was stored after it started', async () => {
    // Another process of the same storage; only a storage that says so allows it.
    if (storageName === 'memory') return;
    const { openTestStorage } = await import('../support/open-test-storage.js');
    expect((await status(`${all}/clusters/late/api/v1/pods`)).code).toBe(400);
    const other = await openTestStorage(storageName, { dataDirectory: app.dataDirectory });
    await loadObjects(other.factory, 'late', { objects: sampleObjects('staging').slice(0, 12) });
    await other.close();
    expect((await json(`${all}/clusters/late/api/v1/namespaces`)).items).toHaveLength(10);
    expect((await json(`${all}/clusters/late/api/v1`)).resources).not.toHaveLength(0);
  });

  describe('health and metrics', () => {
    it('are plain text', async () => {
      for (const path of [
        '/healthz',
        '/livez',
        '/readyz',
        `${all}/readyz`,
        `${prod}/healthz`,
        '/readyz/storage',
        '/livez/ping',
      ]) {
        expect(await app.ask(path, { headers: { accept: 'application/xml' } })).toMatchObject({
          code: 200,
          text: 'ok',
        });
      }
      expect((await app.ask('/readyz?verbose&exclude=storage')).text).toBe(
        '[+]ping ok\n[+]shutdown ok\nreadyz check passed\n',
      );
      expect((await app.ask('/readyz/nope')).code).toBe(404);
    });

    it('count requests by verb, resource and code, and take no label from a client', async () => {
      await app.ask(`${all}/api/v1/secrets?limit=1`);
      await app.ask(`${all}/api/v1/surprise`);
      const { text } = await app.ask('/metrics');
      expect(text).toMatch(
        /clusterdex_request_duration_seconds_count\{verb="list",resource="secrets",code="200"\} 1\n/,
      );
      expect(text).toContain('clusterdex_requests_in_flight 1');
      expect(text).toContain('process_resident_memory_bytes');
      expect(text).not.toContain('surprise');
    });
  });
});
