import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { type OpenedAuth, openAuth } from '../../src/api/auth/open-auth.js';
import { type AuthOptions, resolveAuthSettings } from '../../src/config/auth-settings.js';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  type IssuedPair,
} from '../support/certificate-authority.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { askAs, type Caller } from './support/ask-as.js';
import { askHttp1, askHttp2 } from './support/http-clients.js';
import { createRuleHost, type RuleHost } from './support/rule-host.js';
import { startTlsServer, type TlsServer } from './support/start-tls-server.js';

const base = '/apis/clusterpedia.io/v1beta1';
/** What the server takes a caller for is seen in the words of its refusal. */
const path = `${base}/resources/api/v1`;
const unauthorized = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'Unauthorized',
  reason: 'Unauthorized',
  code: 401,
};
const warnings: string[] = [];
const logger = pino({ level: 'warn' }, { write: (line: string) => warnings.push(line) });
/** Milliseconds between two looks at what may change. */
const looks = 20;

let folder: string;
let storage: OpenedStorage;
let users: CertificateAuthority;
let proxies: CertificateAuthority;
let strangers: CertificateAuthority;
let proxy: IssuedPair;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clusterdex-auth-'));
  storage = await openTestStorage('memory', { dataDirectory: folder });
  users = await createCertificateAuthority('users');
  proxies = await createCertificateAuthority('proxies');
  strangers = await createCertificateAuthority('strangers');
  proxy = await proxies.issue({ subject: 'CN=front-proxy-client' });
  writeFileSync(join(folder, 'users.crt'), users.pem);
  writeFileSync(join(folder, 'proxies.crt'), proxies.pem);
  writeFileSync(join(folder, 'tokens.csv'), 'secret,tina,u-1,"team-a,team-b"\n');
});
afterAll(async () => {
  await storage.close();
  rmSync(folder, { recursive: true });
});

interface Serving {
  readonly server: TlsServer;
  readonly host: RuleHost;
  readonly auth: OpenedAuth;
  /** The words of the 403, or the whole answer when it is none. */
  caller(caller: Caller): Promise<unknown>;
  stop(): Promise<void>;
}

async function serve(options: AuthOptions, host: RuleHost = createRuleHost({ rules: [] })): Promise<Serving> {
  const settings = resolveAuthSettings(
    { authorizationKubeconfig: 'host', ...options },
    { isReachable: true, isInCluster: false },
  );
  if (settings === undefined) throw new Error('there is nothing to authenticate with');
  const auth = await openAuth(settings, { logger, openHost: async () => host, interval: looks });
  const server = await startTlsServer(storage.factory, auth);
  return {
    server,
    host,
    auth,
    async caller(caller) {
      const { status, text } = await askAs(server, path, caller);
      if (status !== 403) return { status, ...JSON.parse(text) };
      return /User "([^"]*)"/.exec(JSON.parse(text).message)?.[1];
    },
    async stop() {
      await server.stop(AbortSignal.timeout(2000));
      await auth.close();
    },
  };
}

const files = () => ({
  clientCaFile: join(folder, 'users.crt'),
  requestheaderClientCaFile: join(folder, 'proxies.crt'),
  requestheaderAllowedNames: 'front-proxy-client',
});

describe.each(['http/1.1', 'h2'] as const)('over %s', (protocol) => {
  let serving: Serving;
  beforeAll(async () => {
    serving = await serve(files());
  });
  afterAll(() => serving.stop());
  const forged = { 'x-remote-user': 'root', 'x-remote-group': 'system:masters' };

  it('a caller who shows nothing gets the 401 of a kube-apiserver', async () => {
    expect(await serving.caller({ protocol })).toEqual(unauthorized);
  });

  it.each([
    ['without a certificate', async () => undefined],
    ['with one of an unknown authority', () => strangers.issue({ subject: 'CN=front-proxy-client' })],
    ['with one of the front proxies that names somebody else', () => proxies.issue({ subject: 'CN=other' })],
    ['with one that is for servers', () => proxies.issue({ subject: 'CN=front-proxy-client', usage: 'server' })],
    ['with one that has ended', () => proxies.issue({ subject: 'CN=front-proxy-client', notAfter: Date.now() - 1000 })],
  ])('forged headers of a front proxy get nowhere %s', async (_how, pair) => {
    expect(await serving.caller({ protocol, headers: forged, pair: await pair() })).toEqual(unauthorized);
  });

  it('forged headers do not make a user another one', async () => {
    const pair = await users.issue({ subject: 'CN=alice' });
    expect(await serving.caller({ protocol, headers: forged, pair })).toBe('alice');
  });

  it('a front proxy says for whom it asks, with groups, uid and more', async () => {
    const headers = {
      'X-Remote-User': 'zoë',
      'X-Remote-Group': ['team-a', 'team,b'],
      'X-Remote-Uid': 'u-7',
      'X-Remote-Extra-Example.com%2FScope': ['one', 'two'],
    };
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        typeof value === 'string' ? Buffer.from(value).toString('latin1') : value,
      ]),
    );
    expect(await serving.caller({ protocol, headers: sent, pair: proxy })).toBe('zoë');
    expect(serving.host.asked.at(-1)?.spec).toMatchObject({
      user: 'zoë',
      groups: ['team-a', 'team,b', 'system:authenticated'],
      uid: 'u-7',
      extra: { 'example.com/scope': ['one', 'two'] },
    });
  });

  it('a front proxy that names nobody is nobody', async () => {
    expect(await serving.caller({ protocol, pair: proxy })).toEqual(unauthorized);
  });

  it('a client certificate is its common name, and its organizations are groups', async () => {
    const pair = await users.issue({ subject: 'CN=alice,O=team-a,O=team-b' });
    expect(await serving.caller({ protocol, pair })).toBe('alice');
    expect(serving.host.asked.at(-1)?.spec).toMatchObject({ groups: ['team-a', 'team-b', 'system:authenticated'] });
  });

  it('a certificate of an authority below a known one counts on every connection, resumed or not', async () => {
    const pair = await (await users.intermediate('department')).issue({ subject: 'CN=bob' });
    const first = await askAs(serving.server, path, { protocol, pair });
    const again = await askAs(serving.server, path, { protocol, pair, session: first.session });
    for (const { status, text } of [first, again]) {
      expect({ status, text }).toEqual({ status: 403, text: expect.stringContaining('User \\"bob\\"') });
    }
  });

  it('who asks in the name of another is told to do so elsewhere', async () => {
    const pair = await users.issue({ subject: 'CN=alice' });
    const { status, text } = await askAs(serving.server, path, {
      protocol,
      pair,
      headers: { 'impersonate-user': 'x' },
    });
    expect({ status, message: JSON.parse(text).message }).toEqual({
      status: 403,
      message: expect.stringContaining('impersonate at the kube-apiserver'),
    });
    expect(serving.host.asked.some(({ spec }) => spec.user === 'x')).toBe(false);
  });

  it('probes need not say who they are; everything else has to, metrics and what is not there too', async () => {
    const status = async (asked: string) => (await askAs(serving.server, asked, { protocol })).status;
    expect(await Promise.all(['/livez', '/readyz?verbose', '/healthz'].map(status))).toEqual([200, 200, 200]);
    const closed = ['/metrics', '/version', '/', '/nowhere', '/livez/ping', `${base}/collectionresources`, '/livez/..'];
    expect(await Promise.all(closed.map(status))).toEqual(closed.map(() => 401));
  });
});

it('plain http on the loopback address asks as well, and no header passes for a proxy there', async () => {
  const { server, stop } = await serve({ ...files(), tokenAuthFile: join(folder, 'tokens.csv') });
  const ask = (headers: Record<string, string>) => askHttp1(server.plainUrl + path, { headers });
  expect((await ask({ 'x-remote-user': 'root' })).status).toBe(401);
  expect((await ask({ authorization: 'Bearer secret' })).body.toString()).toContain('User \\"tina\\"');
  await stop();
});

describe('bearer tokens', () => {
  it('are those of a file, and of no other', async () => {
    const { caller, host, stop } = await serve({ tokenAuthFile: join(folder, 'tokens.csv') });
    expect(await caller({ token: 'secret' })).toBe('tina');
    expect(host.asked.at(-1)?.spec).toMatchObject({ uid: 'u-1', groups: ['team-a', 'team-b', 'system:authenticated'] });
    for (const token of ['secre', 'secret2', 'x'.repeat(40_000)]) expect(await caller({ token })).toEqual(unauthorized);
    expect(await caller({ headers: { authorization: 'Basic c2VjcmV0' } })).toEqual(unauthorized);
    await stop();
  });

  it('are reviewed by the host cluster, once while the review holds', async () => {
    const host = createRuleHost({
      rules: [],
      users: { known: { username: 'system:serviceaccount:a:b', groups: ['g'] } },
    });
    const { caller, stop } = await serve(
      { authenticationKubeconfig: 'host', authenticationSkipLookup: true, authenticationTokenWebhookCacheTtl: '1h' },
      host,
    );
    const reviews = () => host.asked.filter(({ kind }) => kind === 'TokenReview').map(({ spec }) => spec.token);
    expect(await caller({ token: 'known' })).toBe('system:serviceaccount:a:b');
    expect(await caller({ token: 'known' })).toBe('system:serviceaccount:a:b');
    expect(await caller({ token: 'unknown' })).toEqual(unauthorized);
    expect(reviews()).toEqual(['known', 'unknown']);
    host.isDown = true;
    expect(await caller({ token: 'third' })).toMatchObject({
      status: 'Failure',
      code: 503,
      reason: 'ServiceUnavailable',
    });
    await stop();
  });
});

it('who shows nothing is anonymous when that is allowed, and who shows something wrong is not', async () => {
  const { caller, host, stop } = await serve({ ...files(), anonymousAuth: 'true' });
  expect(await caller({})).toBe('system:anonymous');
  expect(host.asked.at(-1)?.spec).toMatchObject({ groups: ['system:unauthenticated'] });
  expect(await caller({ token: 'wrong' })).toEqual(unauthorized);
  await stop();
});

async function until(is: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await is())) {
    if (performance.now() > deadline) throw new Error('it did not come to that');
    await delay(looks);
  }
}

describe('authorities that change', () => {
  it('in a file: new ones are believed, old ones no more, on connections that are open too; a broken file changes nothing', async () => {
    const file = join(folder, 'changing.crt');
    writeFileSync(file, users.pem);
    const { server, caller, stop } = await serve({ clientCaFile: file });
    const old = await users.issue({ subject: 'CN=old' });
    const young = await strangers.issue({ subject: 'CN=young' });
    expect([await caller({ pair: old }), await caller({ pair: young })]).toEqual(['old', unauthorized]);
    const session = connectHttp2(server.tlsUrl, { ca: server.ca, cert: old.cert, key: old.key });
    const askOpen = async () => (await askHttp2(session, path)).status;
    expect(await askOpen()).toBe(403);
    writeFileSync(file, 'no certificate');
    await until(async () => warnings.some((line) => line.includes('keeping the last')));
    expect(await caller({ pair: old })).toBe('old');
    writeFileSync(file, strangers.pem);
    await until(async () => (await caller({ pair: young })) === 'young');
    expect(await caller({ pair: old })).toEqual(unauthorized);
    expect(await askOpen()).toBe(401);
    session.destroy();
    await stop();
  });

  it('in the host cluster: what no flag says is read from its ConfigMap, and again when it changes', async () => {
    const configMap = {
      'client-ca-file': users.pem,
      'requestheader-client-ca-file': proxies.pem,
      'requestheader-allowed-names': '["front-proxy-client"]',
      'requestheader-username-headers': '["X-Remote-User"]',
      'requestheader-group-headers': '["X-Remote-Group"]',
      'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
    };
    const host = createRuleHost({ rules: [], configMap });
    const { auth, caller, stop } = await serve({ authenticationKubeconfig: 'host' }, host);
    const told = { names: ['x-remote-user', 'x-remote-group'], prefixes: ['x-remote-extra-'] };
    expect(auth.callerHeaders()).toEqual(told);
    const alice = await users.issue({ subject: 'CN=alice' });
    const headers = { 'x-remote-user': 'zoe' };
    const other = await strangers.issue({ subject: 'CN=front-proxy-client' });
    expect(await caller({ pair: alice })).toBe('alice');
    expect(await caller({ pair: proxy, headers })).toBe('zoe');
    expect(await caller({ pair: other, headers })).toEqual(unauthorized);
    host.options = { rules: [], configMap: { ...configMap, 'requestheader-client-ca-file': strangers.pem } };
    await until(async () => (await caller({ pair: other, headers })) === 'zoe');
    expect(await caller({ pair: proxy, headers })).toEqual(unauthorized);
    // A list that is none must not pass for an empty one, which stands for any name.
    host.options = { rules: [], configMap: { ...configMap, 'requestheader-allowed-names': '"any"' } };
    await until(async () => warnings.some((line) => line.includes('authorities of the host cluster cannot be read')));
    expect(await caller({ pair: other, headers })).toBe('zoe');
    await stop();
  });

  it('that cannot be read at the start refuse it, with what to do', async () => {
    const host = createRuleHost({ rules: [] });
    host.isDown = true;
    await expect(serve({ authenticationKubeconfig: 'host' }, host)).rejects.toThrow(
      'extension-apiserver-authentication-reader',
    );
  });
});
