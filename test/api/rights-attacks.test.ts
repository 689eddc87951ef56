import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { prepareObject } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { type OpenedAuth, openAuth } from '../../src/api/auth/open-auth.js';
import { resolveAuthSettings } from '../../src/config/auth-settings.js';
import { findBuiltinResource } from '../../src/kube/builtin-resources.js';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { type CertificateAuthority, createCertificateAuthority } from '../support/certificate-authority.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { askAs, type Caller } from './support/ask-as.js';
import { askHttp2, openStream } from './support/http-clients.js';
import { loadObjects, sampleObjects } from './support/load-objects.js';
import { createRuleHost, type RuleHost, type UserRule } from './support/rule-host.js';
import { startTlsServer, type TlsServer } from './support/start-tls-server.js';

const base = '/apis/clusterpedia.io/v1beta1';
const resources = `${base}/resources`;
const pods = '/api/v1/pods';
const way = ['resources', 'resources/v1', 'resources/apps', 'resources/prod-eu', 'resources/staging'];
const rules: readonly UserRule[] = [
  { user: 'all', resources: ['*'] },
  { user: 'eu', resources: [...way, '*/prod-eu', 'collectionresources'] },
  { user: 'shop', resources: [...way, 'collectionresources'] },
  { user: 'shop', resources: ['*'], namespace: 'shop' },
];

let folder: string;
let storage: OpenedStorage;
let host: RuleHost;
let auth: OpenedAuth;
let server: TlsServer;
let users: CertificateAuthority;
let proxies: CertificateAuthority;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clusterdex-attacks-'));
  storage = await openTestStorage('memory', { dataDirectory: folder });
  for (const cluster of ['prod-eu', 'staging'] as const)
    await loadObjects(storage.factory, cluster, { objects: sampleObjects(cluster) });
  users = await createCertificateAuthority('users');
  proxies = await createCertificateAuthority('proxies');
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const options = {
    clientCaFile: file('users.crt', users.pem),
    // One authority for both, and no name that tells the proxy's certificate from a user's.
    requestheaderClientCaFile: file('proxies.crt', proxies.pem + users.pem),
    tokenAuthFile: file('tokens.csv', ['all', 'eu', 'shop'].map((user) => `${user},${user},`).join('\n')),
    authorizationKubeconfig: 'host',
    authorizationAlwaysAllowPaths: '/*',
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
  host.asked.length = 0;
});

/** Whom the server takes a caller for, with the groups, as the host cluster is asked; undefined when nobody is. */
async function taken(caller: Caller): Promise<unknown> {
  host.asked.length = 0;
  await askAs(server, `${resources}/api/v1`, caller);
  const { user, groups } = host.asked[0]?.spec ?? {};
  return user === undefined ? undefined : { user, groups };
}

describe('a caller is nobody else', () => {
  it('whom a front proxy calls anonymous is not of the group of those who are known', async () => {
    const pair = await proxies.issue({ subject: 'CN=front-proxy-client' });
    const anonymous = { 'x-remote-user': 'system:anonymous', 'x-remote-group': 'system:unauthenticated' };
    expect(await taken({ pair, headers: anonymous })).toEqual({
      user: 'system:anonymous',
      groups: ['system:unauthenticated'],
    });
    expect(await taken({ pair, headers: { 'x-remote-user': 'system:anonymous' } })).toEqual({
      user: 'system:anonymous',
      groups: undefined,
    });
    expect(await taken({ pair, headers: { ...anonymous, 'x-remote-user': 'x' } })).toEqual({
      user: 'x',
      groups: ['system:unauthenticated'],
    });
  });

  it('with a certificate of the authority of users it is no front proxy, unless a name says so', async () => {
    const pair = await users.issue({ subject: 'CN=alice' });
    const headers = { 'x-remote-user': 'root', 'x-remote-group': 'system:masters' };
    expect(await taken({ pair, headers })).toEqual({ user: 'alice', groups: ['system:authenticated'] });
  });

  it('with several common names it is the last, as for a kube-apiserver', async () => {
    const pair = await users.issue({ subject: 'CN=root,CN=amy' });
    expect(await taken({ pair })).toMatchObject({ user: 'amy' });
  });

  it('several users of one connection of a front proxy keep apart', async () => {
    const pair = await proxies.issue({ subject: 'CN=front-proxy-client' });
    const session = connectHttp2(server.tlsUrl, { ca: server.ca, cert: pair.cert, key: pair.key });
    const statusOf = async (user: string, cluster: string) => {
      const headers = { 'x-remote-user': user };
      return (await askHttp2(session, `${resources}/clusters/${cluster}${pods}`, { headers })).status;
    };
    const asked = ['all', 'eu', 'nobody', 'all', 'eu'].map((user) => statusOf(user, 'staging'));
    expect(await Promise.all(asked)).toEqual([200, 403, 403, 200, 403]);
    session.destroy();
  });
});

it('paths that are always allowed are no resources, whatever stands for anything', async () => {
  for (const path of [
    `${resources}${pods}`,
    `${base}/collectionresources/any?groups=*`,
    `${base}/collectionresources`,
  ]) {
    expect((await askAs(server, path)).status).toBe(401);
  }
  expect((await askAs(server, '/version')).status).toBe(200);
});

describe('a caller with few rights cannot keep the server busy', () => {
  const names = (count: number, prefix: string) => Array.from({ length: count }, (_, at) => `${prefix}${at}`).join(',');

  it('with thousands of namespaces or clusters, which would be reviewed one by one', async () => {
    const { status } = await askAs(server, `${resources}${pods}?namespaces=shop,${names(5000, 'n')}`, {
      token: 'shop',
    });
    expect({ status, reviews: host.asked.length < 300 }).toEqual({ status: 200, reviews: true });
    host.asked.length = 0;
    const clusters = await askAs(server, `${resources}${pods}?clusters=prod-eu,${names(5000, 'c')}`, { token: 'eu' });
    expect({ status: clusters.status, reviews: host.asked.length < 300 }).toEqual({ status: 200, reviews: true });
    expect(JSON.parse(clusters.text).items.length).toBeGreaterThan(0);
  });

  it('with all pairs of thousands of namespaces and clusters', async () => {
    const query = `clusters=${names(15_000, 'c')}&namespaces=${names(15_000, 'n')}`;
    const before = process.memoryUsage().heapUsed;
    expect((await askAs(server, `${resources}${pods}?${query}`, { token: 'all' })).status).toBe(200);
    expect((await askAs(server, `${resources}${pods}?${query}&injectEvents=true`, { token: 'all' })).status).toBe(200);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(500 * 2 ** 20);
    expect(host.asked.length).toBeLessThan(300);
  });
});

it('a watch of a caller with one cluster tells nothing of another, not even that it goes', async () => {
  const session = connectHttp2(server.tlsUrl, { ca: server.ca });
  const headers = { authorization: 'Bearer eu' };
  const { resourceVersion } = JSON.parse((await askAs(server, `${resources}${pods}?limit=1`, { token: 'eu' })).text)
    .metadata as { readonly resourceVersion: string };
  const stream = openStream(session, `${resources}${pods}?watch=true&resourceVersion=${resourceVersion}`, { headers });
  const [pod] = sampleObjects('prod-eu').filter(({ kind }) => kind === 'Pod');
  if (pod === undefined) throw new Error('there is no pod');
  const object = { ...pod, metadata: { ...pod.metadata, name: 'news' } };
  await loadObjects(storage.factory, 'other', { objects: [object] });
  await storage.factory.cleanCluster('other');
  const type = findBuiltinResource('', 'v1', 'Pod');
  if (type === undefined) throw new Error('there are no pods');
  const changes = [
    { type: 'upsert' as const, object: prepareObject(Buffer.from(JSON.stringify(object)), { cluster: 'prod-eu' }) },
  ];
  await storage.factory.resourceStorage(type).write('prod-eu', changes);
  for await (const line of createInterface({ input: stream })) {
    const event = JSON.parse(line);
    expect({ type: event.type, annotations: event.object.metadata?.annotations }).toEqual({
      type: 'ADDED',
      annotations: expect.objectContaining({ 'shadow.clusterpedia.io/cluster-name': 'prod-eu' }),
    });
    break;
  }
  session.destroy();
});

it('a collection of everything shows who may see a namespace nothing that is in none', async () => {
  const { text } = await askAs(server, `${base}/collectionresources/any?groups=*`, { token: 'shop' });
  const { items, resourceTypes } = JSON.parse(text) as {
    readonly items: readonly { readonly metadata: { readonly namespace?: string } }[];
    readonly resourceTypes: readonly { readonly resource: string }[];
  };
  expect([...new Set(items.map(({ metadata }) => metadata.namespace))]).toEqual(['shop']);
  expect(resourceTypes.map(({ resource }) => resource)).not.toContain('nodes');
});
