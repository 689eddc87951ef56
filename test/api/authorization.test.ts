import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { type OpenedAuth, openAuth } from '../../src/api/auth/open-auth.js';
import { resolveAuthSettings } from '../../src/config/auth-settings.js';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { askAs } from './support/ask-as.js';
import { openStream } from './support/http-clients.js';
import { loadObjects, sampleObjects } from './support/load-objects.js';
import { createRuleHost, type RuleHost, type UserRule } from './support/rule-host.js';
import { startTlsServer, type TlsServer } from './support/start-tls-server.js';

const base = '/apis/clusterpedia.io/v1beta1';
const resources = `${base}/resources`;
const pods = '/api/v1/pods';
const eu = '/clusters/prod-eu';
/** The way to all contents, and no contents. */
const way = ['resources', 'resources/v1', 'resources/apps', 'resources/prod-eu', 'resources/staging'];

const rules: readonly UserRule[] = [
  { user: 'all', resources: ['*'], paths: ['/version'] },
  { user: 'eu', resources: [...way, '*/prod-eu', 'collectionresources'] },
  { user: 'eu-pods', resources: [...way, 'pods/prod-eu'] },
  { user: 'pods', resources: [...way, 'pods', 'configmaps', 'collectionresources'] },
  { user: 'deployments', resources: [...way, 'pods', 'deployments.apps'] },
  { user: 'shop', resources: [...way, 'collectionresources'] },
  { user: 'shop', resources: ['*'], namespace: 'shop' },
  { user: 'shop', resources: ['pods'], namespace: 'ml' },
  { user: 'lister', resources: way },
  { user: 'lister', verbs: ['list'], resources: ['pods'] },
  {
    user: 'reviewer',
    verbs: ['get', 'create'],
    resources: ['resources', 'resources/prod-eu', 'resources/authorization.k8s.io'],
  },
  { user: 'reviewer', resources: ['pods/prod-eu'] },
  { user: 'visitor', resources: way },
];

let folder: string;
let storage: OpenedStorage;
let host: RuleHost;
let auth: OpenedAuth;
let server: TlsServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clusterdex-rights-'));
  storage = await openTestStorage('sqlite', { dataDirectory: folder });
  await loadObjects(storage.factory, 'prod-eu', { objects: sampleObjects('prod-eu') });
  await loadObjects(storage.factory, 'staging', { objects: sampleObjects('staging') });
  const tokenAuthFile = join(folder, 'tokens.csv');
  const users = [...new Set(rules.map(({ user }) => user)), 'nobody'];
  const lines = [...users.map((user) => `${user},${user},`), 'root,root,,system:masters'];
  writeFileSync(tokenAuthFile, lines.join('\n'));
  const options = {
    tokenAuthFile,
    authorizationKubeconfig: 'host',
    authorizationWebhookCacheAuthorizedTtl: '0',
    authorizationWebhookCacheUnauthorizedTtl: '0',
  };
  const settings = resolveAuthSettings(options, { isReachable: true, isInCluster: false });
  if (settings === undefined) throw new Error('there are no settings');
  host = createRuleHost({ rules });
  auth = await openAuth(settings, { logger: pino({ level: 'silent' }), openHost: async () => host });
  server = await startTlsServer(storage.factory, auth);
});
afterAll(async () => {
  await server.stop(AbortSignal.timeout(2000));
  await auth.close();
  await storage.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  host.isDown = false;
});

interface Found {
  readonly status: number;
  readonly message?: string;
  readonly warning?: unknown;
  /** How many objects of which cluster and namespace, or of which kind. */
  readonly items?: readonly {
    readonly kind?: string;
    readonly metadata: { readonly namespace?: string; readonly annotations?: Record<string, string> };
  }[];
  readonly metadata?: { readonly remainingItemCount?: number; readonly continue?: string };
}

async function ask(user: string, path: string, caller: { method?: string; body?: string } = {}): Promise<Found> {
  const { status, headers, text } = await askAs(server, path, { token: user, ...caller });
  return { ...JSON.parse(text), status, warning: headers.warning };
}

async function count(user: string, path: string): Promise<number> {
  const { status, items, message } = await ask(user, path);
  if (status !== 200) throw new Error(message);
  return items?.length ?? -1;
}

async function stored(cluster: 'prod-eu' | 'staging', kind: string, namespace?: string): Promise<number> {
  return sampleObjects(cluster).filter(
    (object) => object.kind === kind && (namespace === undefined || object.metadata.namespace === namespace),
  ).length;
}

describe('the path is reviewed as a kube-apiserver in front of the server does it', () => {
  it.each([
    [
      `${resources}${pods}`,
      'resources "api" is forbidden: User "nobody" cannot get resource "resources/v1" in API group "clusterpedia.io" at the cluster scope',
      { name: 'api', group: 'clusterpedia.io', kind: 'resources' },
    ],
    [
      `${resources}${eu}${pods}`,
      'resources "clusters" is forbidden: User "nobody" cannot get resource "resources/prod-eu" in API group "clusterpedia.io" at the cluster scope',
      { name: 'clusters', group: 'clusterpedia.io', kind: 'resources' },
    ],
    [
      `${base}/collectionresources`,
      'collectionresources.clusterpedia.io is forbidden: User "nobody" cannot list resource "collectionresources" in API group "clusterpedia.io" at the cluster scope',
      { group: 'clusterpedia.io', kind: 'collectionresources' },
    ],
    ['/metrics', 'forbidden: User "nobody" cannot get path "/metrics"', {}],
  ])('%s', async (path, message, details) => {
    const { status, headers, text } = await askAs(server, path, { token: 'nobody' });
    const words = message.replace('resources "', 'resources.clusterpedia.io "');
    const type = [headers['content-type'], headers['x-content-type-options']];
    expect({ status, type, body: JSON.parse(text) }).toEqual({
      status: 403,
      type: ['application/json', 'nosniff'],
      body: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: words,
        reason: 'Forbidden',
        details,
        code: 403,
      },
    });
  });

  it('and who may only go there sees no contents', async () => {
    const { status, message } = await ask('visitor', `${resources}${eu}/api/v1/namespaces/shop/pods`);
    expect({ status, message }).toEqual({
      status: 403,
      message:
        'pods is forbidden: User "visitor" cannot list resource "pods" in API group "" in the namespace "shop": ' +
        'it takes the right to list pods/prod-eu in API group clusterpedia.io',
    });
    expect((await ask('visitor', `${resources}${eu}/api/v1`)).status).toBe(200);
  });
});

describe('a list shows what the caller may see', () => {
  it.each(['all', 'root'])('everything, to %s, and no warning', async (user) => {
    const { items, warning } = await ask(user, `${resources}${pods}`);
    expect({ count: items?.length, warning }).toEqual({
      count: (await stored('prod-eu', 'Pod')) + (await stored('staging', 'Pod')),
      warning: undefined,
    });
  });

  it.each(['eu', 'eu-pods'])('the clusters, to %s, and says so', async (user) => {
    const { items, warning } = await ask(user, `${resources}${pods}`);
    expect({ count: items?.length, warning }).toEqual({
      count: await stored('prod-eu', 'Pod'),
      warning: '299 - "you may see no more than the clusters prod-eu"',
    });
    expect(await count(user, `${resources}${eu}${pods}`)).toBe(await stored('prod-eu', 'Pod'));
    expect((await ask(user, `${resources}${pods}?clusters=prod-eu`)).warning).toBeUndefined();
    for (const path of [`${resources}/clusters/staging${pods}`, `${resources}${pods}?clusters=staging`]) {
      expect((await ask(user, path)).status).toBe(403);
    }
  });

  it('one type and no other', async () => {
    expect((await ask('eu-pods', `${resources}${eu}/api/v1/secrets`)).status).toBe(403);
    expect((await ask('eu-pods', `${resources}/api/v1/secrets`)).status).toBe(403);
    expect((await ask('pods', `${resources}/apis/apps/v1/deployments`)).status).toBe(403);
  });

  it('the namespaces, of those that are stored or asked for', async () => {
    const { items, warning } = await ask('shop', `${resources}${pods}`);
    const seen = [...new Set(items?.map(({ metadata }) => metadata.namespace))].sort();
    expect({ seen, warning }).toEqual({
      seen: ['ml', 'shop'],
      warning: '299 - "you may see no more than the namespaces ml, shop"',
    });
    expect(await count('shop', `${resources}${eu}${pods}`)).toBe(
      (await stored('prod-eu', 'Pod', 'shop')) + (await stored('prod-eu', 'Pod', 'ml')),
    );
    expect(await count('shop', `${resources}${pods}?namespaces=shop,edge`)).toBe(
      (await stored('prod-eu', 'Pod', 'shop')) + (await stored('staging', 'Pod', 'shop')),
    );
    expect(await count('shop', `${resources}/api/v1/namespaces/shop/pods`)).toBeGreaterThan(0);
    expect((await ask('shop', `${resources}/api/v1/namespaces/edge/pods`)).status).toBe(403);
    expect((await ask('shop', `${resources}${pods}?namespaces=edge`)).status).toBe(403);
  });

  it('what is in no namespace takes a right that is in none', async () => {
    expect((await ask('shop', `${resources}/api/v1/nodes`)).status).toBe(403);
    expect((await ask('shop', `${resources}/api/v1/namespaces`)).status).toBe(403);
    expect((await ask('shop', `${resources}${eu}/api/v1/namespaces/shop`)).status).toBe(403);
  });

  it('no count, page or order shows anything of the rest', async () => {
    const all = await stored('prod-eu', 'Pod');
    const query = `limit=3&withRemainingCount=true&orderby=name desc`.replaceAll(' ', '%20');
    const first = await ask('eu', `${resources}${pods}?${query}`);
    expect(first.metadata?.remainingItemCount).toBe(all - 3);
    const next = `${resources}${pods}?${query}&continue=${encodeURIComponent(first.metadata?.continue ?? '')}`;
    expect((await ask('eu', next)).metadata?.remainingItemCount).toBe(all - 6);
    // A page that somebody else began goes on with what this one may see.
    const others = await ask('all', `${resources}${pods}?limit=1&clusters=prod-eu,staging`);
    const taken = `${resources}${pods}?clusters=prod-eu,staging&continue=${encodeURIComponent(others.metadata?.continue ?? '')}`;
    const { items } = await ask('eu', taken);
    expect(
      items?.every(({ metadata }) => metadata.annotations?.['shadow.clusterpedia.io/cluster-name'] === 'prod-eu'),
    ).toBe(true);
    expect(items?.length).toBeGreaterThan(0);
  });

  it('a watch too, and takes a right of its own', async () => {
    const session = connectHttp2(server.tlsUrl, { ca: server.ca });
    const headers = { authorization: 'Bearer eu-pods' };
    const stream = openStream(
      session,
      `${resources}${pods}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
      { headers },
    );
    let seen = 0;
    for await (const line of createInterface({ input: stream })) {
      const { type, object } = JSON.parse(line);
      if (type === 'BOOKMARK') break;
      expect(object.metadata.annotations['shadow.clusterpedia.io/cluster-name']).toBe('prod-eu');
      seen++;
    }
    session.destroy();
    expect(seen).toBe(await stored('prod-eu', 'Pod'));
    expect((await ask('lister', `${resources}${pods}?limit=1`)).status).toBe(200);
    const refused = await ask('lister', `${resources}${pods}?watch=true`);
    expect({ status: refused.status, message: refused.message }).toEqual({
      status: 403,
      message: expect.stringContaining('cannot watch resource "pods"'),
    });
  });
});

describe('one object', () => {
  const [pod] = sampleObjects('prod-eu').filter(
    ({ kind, metadata }) => kind === 'Pod' && metadata.namespace === 'shop',
  );
  const path = `/api/v1/namespaces/shop/pods/${pod?.metadata.name}`;

  it.each([
    ['all', eu, 200],
    ['eu', eu, 200],
    ['eu', '/clusters/staging', 403],
    ['shop', eu, 200],
    ['visitor', eu, 403],
    // Without its cluster the answer would tell which clusters have one.
    ['eu', '', 403],
    ['all', '', 400],
  ])('as %s, below %j: %i', async (user, prefix, status) => {
    expect((await ask(user, `${resources}${prefix}${path}`)).status).toBe(status);
  });

  it('tells nobody without the right whether it is there', async () => {
    const missing = await ask('visitor', `${resources}${eu}/api/v1/namespaces/shop/pods/missing`);
    const { message } = await ask('visitor', `${resources}${eu}${path}`);
    expect(missing.message).toBe(message?.replace(String(pod?.metadata.name), 'missing'));
  });

  it('its events take the right to list events', async () => {
    expect((await ask('eu', `${resources}${eu}${path}?injectEvents=true`)).status).toBe(200);
    expect((await ask('pods', `${resources}${eu}${path}`)).status).toBe(200);
    expect((await ask('pods', `${resources}${eu}${path}?injectEvents=true`)).message).toContain(
      'cannot list resource "events/prod-eu"',
    );
  });
});

describe('what looks at more than the objects of a list takes more than the right to list them', () => {
  it.each([
    ['events', 'pods', 'injectEvents=true', 'events'],
    ['an owner of any type', 'deployments', 'clusters=prod-eu&ownerName=web&ownerSeniority=1', '*/prod-eu'],
    [
      'an owner of a type',
      'pods',
      'clusters=prod-eu&ownerName=web&ownerGR=deployments.apps&ownerSeniority=1',
      'deployments.apps/prod-eu',
    ],
    ['an owner by its uid', 'deployments', 'clusters=prod-eu&ownerUID=1', '*/prod-eu'],
  ])('%s', async (_what, user, query, right) => {
    expect((await ask(user, `${resources}${pods}?limit=1`)).status).toBe(200);
    const { status, message } = await ask(user, `${resources}${pods}?${query}`);
    expect({ status, message }).toEqual({
      status: 403,
      message: expect.stringContaining(`cannot list resource "${right}" in API group "clusterpedia.io"`),
    });
    expect((await ask('eu', `${resources}${pods}?${query}`)).status).toBe(200);
  });

  it('asks the host cluster for few rights, however many places a request names', async () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `n-${index}`).join();
    const reviewsOf = async (user: string, query: string) => {
      const before = host.asked.length;
      const { status } = await ask(user, `${resources}${pods}?${query}`);
      return { status, reviews: host.asked.length - before };
    };
    const everybody = await reviewsOf('all', `namespaces=${names(900)}&injectEvents=true`);
    expect(everybody).toEqual({ status: 200, reviews: 3 });
    const some = await reviewsOf('pods', `namespaces=${names(2000)}&injectEvents=true`);
    expect(some.status).toBe(403);
    expect(some.reviews).toBeLessThan(10);
    const none = await reviewsOf('visitor', `clusters=${names(3000)}&namespaces=${names(3000)}`);
    expect(none.status).toBe(403);
    expect(none.reviews).toBeLessThan(500);
  });

  it('and with that right they are there', async () => {
    const query = 'clusters=prod-eu&ownerName=web&ownerGR=deployments.apps&ownerSeniority=1';
    expect((await ask('deployments', `${resources}${pods}?${query}`)).status).toBe(200);
    expect((await ask('shop', `${resources}/api/v1/namespaces/shop/pods?${query}`)).status).toBe(200);
  });
});

describe('a collection', () => {
  const kinds = (found: Found) => [...new Set(found.items?.map(({ kind }) => kind))].sort();

  it('shows the types that the caller may list, and says which', async () => {
    const found = await ask('pods', `${base}/collectionresources/any?groups=*`);
    expect({ kinds: kinds(found), warning: found.warning }).toEqual({
      kinds: ['ConfigMap', 'Pod'],
      warning: expect.stringContaining('you may see no more than the types '),
    });
    expect(kinds(await ask('pods', `${base}/collectionresources/any?resources=/v1/pods,/v1/secrets`))).toEqual(['Pod']);
  });

  it('or the clusters', async () => {
    const found = await ask('eu', `${base}/collectionresources/workloads`);
    expect({ kinds: kinds(found), warning: found.warning }).toEqual({
      kinds: ['DaemonSet', 'Deployment', 'StatefulSet'],
      warning: '299 - "you may see no more than the clusters prod-eu"',
    });
    const clusters = new Set(
      found.items?.map(({ metadata }) => metadata.annotations?.['shadow.clusterpedia.io/cluster-name']),
    );
    expect([...clusters]).toEqual(['prod-eu']);
  });

  it('or the namespaces', async () => {
    const found = await ask('shop', `${base}/collectionresources/workloads`);
    expect(new Set(found.items?.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['shop']));
  });

  it('one whose types may not all be listed shows the others', async () => {
    const workloads = [...rules, { user: 'pods', resources: ['deployments.apps'] }];
    host.options = { rules: workloads };
    const found = await ask('pods', `${base}/collectionresources/workloads`);
    host.options = { rules };
    expect({ kinds: kinds(found), warning: found.warning }).toEqual({
      kinds: ['Deployment'],
      warning: '299 - "you may see no more than the types deployments.apps"',
    });
  });

  it('is refused where that is nothing', async () => {
    expect((await ask('pods', `${base}/collectionresources/workloads`)).status).toBe(403);
    expect((await ask('visitor', `${base}/collectionresources/any?groups=*`)).status).toBe(403);
  });
});

it('a client that asks what it may gets the truth', async () => {
  const review = async (cluster: string, verb: string, resource: string) => {
    const spec = { resourceAttributes: { verb, resource, namespace: 'shop' } };
    const body = JSON.stringify({ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec });
    const path = `${resources}${cluster}/apis/authorization.k8s.io/v1/selfsubjectaccessreviews`;
    const { status, text } = await askAs(server, path, { token: 'reviewer', method: 'POST', body });
    return [status, JSON.parse(text).status.allowed];
  };
  expect(await review(eu, 'list', 'pods')).toEqual([201, true]);
  expect(await review(eu, 'list', 'secrets')).toEqual([201, false]);
  expect(await review(eu, 'delete', 'pods')).toEqual([201, false]);
  expect(await review('', 'list', 'pods')).toEqual([201, false]);
});

it('a host cluster that does not answer is a 503, never a yes', async () => {
  expect((await ask('all', `${resources}${pods}?limit=1`)).status).toBe(200);
  host.isDown = true;
  for (const path of [`${resources}${pods}`, '/version']) {
    const { status, message } = await ask('all', path);
    expect({ status, message }).toEqual({
      status: 503,
      message: 'rights cannot be reviewed: the host cluster does not answer',
    });
  }
  expect((await askAs(server, '/livez')).status).toBe(200);
});
