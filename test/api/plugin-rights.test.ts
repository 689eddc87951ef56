import { writeFileSync } from 'node:fs';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { type OpenedAuth, openAuth } from '../../src/api/auth/open-auth.js';
import { requireWriter } from '../../src/api/plugins/require-writer.js';
import { resolveAuthSettings } from '../../src/config/auth-settings.js';
import { type OpenedStorage, openStorage } from '../../src/plugin-host/open-storage.js';
import { fixtures, surroundings } from '../host/plugin-fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { askAs } from './support/ask-as.js';
import { createRuleHost } from './support/rule-host.js';
import { startTlsServer, type TlsServer } from './support/start-tls-server.js';

const folder = temporaryFolder();
const base = '/apis/plugins.clusterdex.io/v1/warehouse';
let storage: OpenedStorage;
let auth: OpenedAuth;
let server: TlsServer;

const rules = [
  { user: 'reader', resources: ['warehouse'] },
  { user: 'counter', verbs: ['create'], resources: ['warehouse/count'] },
  { user: 'keeper', verbs: ['get', 'create', 'delete'], resources: ['warehouse', 'warehouse/*', '*'] },
];

beforeAll(async () => {
  const tokenAuthFile = join(folder, 'tokens.csv');
  writeFileSync(
    tokenAuthFile,
    ['nobody', ...rules.map(({ user }) => user)].map((user) => `${user},${user},`).join('\n'),
  );
  const options = { tokenAuthFile, authorizationKubeconfig: 'host' };
  const settings = resolveAuthSettings(options, { isReachable: true, isInCluster: false });
  if (settings === undefined) throw new Error('there are no settings');
  auth = await openAuth(settings, {
    logger: pino({ level: 'silent' }),
    openHost: async () => createRuleHost({ rules }),
  });
  const opening = { ...surroundings(join(folder, 'data')), folders: [join(fixtures, 'extended')] };
  storage = await openStorage({ ...opening, name: 'warehouse' });
  server = await startTlsServer(storage.factory, auth, { ...storage.extensions, name: 'warehouse' });
});
afterAll(async () => {
  await server.stop(AbortSignal.timeout(2000));
  await auth.close();
  await storage.close();
});

async function ask(user: string, path: string, parameters?: object) {
  const posted = parameters && { method: 'POST', body: JSON.stringify({ parameters }) };
  const headers = { 'content-type': 'application/json' };
  const { status, text } = await askAs(server, base + path, { token: user, headers, ...posted });
  return { status, message: (JSON.parse(text) as { readonly message?: string }).message };
}

describe('who may ask a plugin', () => {
  it('is reviewed as a kube-apiserver in front of the server does it: the plugin is the resource', async () => {
    expect(await ask('nobody', '/health')).toEqual({
      status: 403,
      message: expect.stringContaining(
        'User "nobody" cannot get resource "warehouse" in API group "plugins.clusterdex.io" at the cluster scope',
      ),
    });
    expect(await ask('reader', '/health')).toMatchObject({ status: 200 });
    expect(await ask('reader', '/seen')).toMatchObject({ status: 200 });
  });

  it('runs the commands that the rights name, and no others', async () => {
    expect(await ask('reader', '/commands/count', { shelf: 1 })).toMatchObject({
      status: 403,
      message: expect.stringContaining('cannot create resource "warehouse/count"'),
    });
    expect(await ask('counter', '/commands/count', { shelf: 1 })).toMatchObject({ status: 200 });
    expect(await ask('counter', '/commands/flood', {})).toMatchObject({ status: 403 });
    expect(await ask('keeper', '/commands/flood', { dry: true })).toMatchObject({ status: 200 });
  });
});

describe('a request that writes from elsewhere', () => {
  const request = new IncomingMessage(new Socket());

  it('is refused where nobody reviews rights', () => {
    expect(() => requireWriter(request, { isReviewed: false })).toThrow(/for clients on the same machine/);
    expect(() => requireWriter(request, { isReviewed: true })).not.toThrow();
  });
});
