import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { type OpenedAuth, openAuth } from '../../src/api/auth/open-auth.js';
import { resolveAuthSettings } from '../../src/config/auth-settings.js';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { loadObjects, sampleObjects } from './support/load-objects.js';
import { createRuleHost, type UserRule } from './support/rule-host.js';
import { ask } from './support/start-test-app.js';
import { startTlsServer, type TlsServer } from './support/start-tls-server.js';

const base = '/apis/clusterpedia.io/v1beta1';
const below = `${base}/resources/clusters/prod-eu`;
const asks = { verbs: ['create'], resources: ['resources/prod-eu', 'resources/authorization.k8s.io'] };
const way = ['resources', 'resources/v1', 'resources/apps', 'resources/prod-eu', 'resources/staging'];
const discovery = ['/', '/api', '/apis', '/version', '/openapi/v3', `/apis/clusterpedia.io`, base];
const users = ['all', 'eu-pods', 'shop', 'visitor', 'blind'];
const rules: readonly UserRule[] = [
  { user: 'all', verbs: ['get', 'list', 'watch', 'head'], resources: ['*'], paths: [...discovery, '/metrics'] },
  { user: 'eu-pods', resources: [...way, 'pods/prod-eu', 'collectionresources'], paths: discovery },
  { user: 'shop', resources: way, paths: ['/metrics'] },
  { user: 'shop', resources: ['*'], namespace: 'shop' },
  { user: 'visitor', resources: [...way, 'collectionresources'], paths: discovery },
  ...users.map((user) => ({ user, ...asks })),
];

let folder: string;
let storage: OpenedStorage;
let auth: OpenedAuth;
let guarded: TlsServer;
let open: TlsServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clusterdex-paths-'));
  storage = await openTestStorage('memory', { dataDirectory: folder });
  await loadObjects(storage.factory, 'prod-eu', { objects: sampleObjects('prod-eu') });
  await loadObjects(storage.factory, 'staging', { objects: sampleObjects('staging') });
  const tokenAuthFile = join(folder, 'tokens.csv');
  writeFileSync(tokenAuthFile, users.map((user) => `${user},${user},`).join('\n'));
  const options = { tokenAuthFile, authorizationKubeconfig: 'host' };
  const settings = resolveAuthSettings(options, { isReachable: true, isInCluster: false });
  if (settings === undefined) throw new Error('there are no settings');
  const host = createRuleHost({ rules });
  auth = await openAuth(settings, { logger: pino({ level: 'silent' }), openHost: async () => host });
  guarded = await startTlsServer(storage.factory, auth);
  open = await startTlsServer(storage.factory);
});
afterAll(async () => {
  await guarded?.stop(AbortSignal.timeout(2000));
  await open?.stop(AbortSignal.timeout(2000));
  await auth?.close();
  await storage?.close();
  rmSync(folder, { recursive: true });
});

async function canI(verb: string, path: string, { token = '', server = guarded, at = below } = {}): Promise<unknown> {
  const review = { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1' };
  const { code, text } = await ask(server.plainUrl, `${at}/apis/authorization.k8s.io/v1/selfsubjectaccessreviews`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ ...review, spec: { nonResourceAttributes: { verb, path } } }),
  });
  expect(code).toBe(201);
  return JSON.parse(text).status;
}

const paths = [
  '/',
  '/api',
  '/apis',
  '/apis/apps',
  '/apis/apps/v1',
  '/apis/none.example/v1',
  '/api/v1',
  '/api/v1/pods',
  '/api/v1/nodes',
  '/api/v1/nothings',
  '/api/v1/watch/pods',
  '/api/v1/namespaces/shop/pods',
  '/api/v1/namespaces/shop/secrets',
  '/apis/apps/v1/deployments',
  '/api/v1/pods/web',
  '/version',
  '/openapi/v3',
  '/healthz',
  '/readyz/storage',
  '/readyz/nothing',
  '/metrics',
  '/nowhere',
  '/logs/x',
  '/api/v1/%2e%2e/pods',
  '/%zz',
  '//',
  '/*',
  '*',
  'metrics',
  '',
  `${base}/collectionresources`,
  `${base}/collectionresources/workloads`,
  `${base}/collectionresources/nothing`,
  `${base}/resources/api/v1/pods`,
  `${base}/resources/clusters/staging/api/v1/pods`,
  `${base}/resources/clusters/nowhere/api/v1/pods`,
  `${below}/api/v1/pods`,
  '/apis/cluster.clusterpedia.io/v1alpha2/pediaclusters',
];

/** Of the request itself, below the cluster and from the root: what a path is not served at does not count. */
async function mayRead(path: string, token: string, server: TlsServer): Promise<boolean> {
  const codes: number[] = [];
  for (const place of [path, below + path]) {
    // A watch has no end to wait for; its list tells as much. What is no path comes nowhere.
    if (!place.startsWith('/')) continue;
    const listed = place.replace('/watch/', '/');
    if ((await ask(open.plainUrl, listed, {})).code !== 200) continue;
    codes.push((await ask(server.plainUrl, listed, { headers: { authorization: `Bearer ${token}` } })).code);
  }
  return codes.length > 0 && codes.every((code) => code === 200);
}

describe('whether a path may be asked', () => {
  it.each(paths)('is answered as the request would be: %j', async (path) => {
    const expected: Record<string, boolean> = {};
    const found: Record<string, unknown> = {};
    await Promise.all(
      users.map(async (token) => {
        expected[token] = await mayRead(path, token, guarded);
        found[token] = ((await canI('get', path, { token })) as { readonly allowed: boolean }).allowed;
      }),
    );
    expect(found).toEqual(expected);
  });

  it('says no for what this server has nothing at, and for what it does not write, and why', async () => {
    const nothing = { allowed: false, reason: 'this server has nothing at this path' };
    const readOnly = { allowed: false, reason: expect.stringContaining('this server is read-only') };
    for (const server of [guarded, open]) {
      expect(await canI('get', '/nowhere', { token: 'all', server })).toEqual(nothing);
      expect(await canI('get', '/api/v1/nothings', { token: 'all', server })).toEqual(nothing);
      expect(await canI('get', '/metrics?x', { token: 'all', server })).toEqual(nothing);
      expect(await canI('head', '/version', { token: 'all', server })).toEqual({ allowed: true });
      expect(await canI('get', '/metrics', { token: 'all', server })).toEqual({ allowed: true });
      for (const verb of ['list', '*', '', 'GET']) {
        expect(await canI(verb, '/version', { token: 'all', server })).toEqual({ allowed: false });
      }
    }
    expect(await canI('post', '/version', { server: open })).toEqual(readOnly);
    expect(await canI('delete', '/api/v1/namespaces/shop/pods/web', { server: open })).toEqual(readOnly);
    const reviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    expect(await canI('post', reviews, { token: 'visitor' })).toEqual({ allowed: true });
  });
});
