import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { openAuditLog } from '../../src/api/audit/audit-log.js';
import type { Attributes } from '../../src/api/auth/attributes.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { type ProxyingServer, type StandIn, startProxyingServer, startStandIn } from './support.js';

const clusters = '/apis/clusterpedia.io/v1beta1/resources/clusters';
const everything = {
  allowedProxySubresources: 'log,exec,proxy',
  enableProxyPathForForwardRequest: true,
  allowPediaclusterConfigForProxyRequest: true,
};

interface Answer {
  readonly code: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

describe('requests that are passed on', () => {
  const temporary = temporaryFolder();
  let member: StandIn;
  let server: ProxyingServer;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const seen: IncomingMessage[] = [];
  const echo = (_request: IncomingMessage, response: ServerResponse) => response.end('fine');

  beforeAll(async () => {
    answer = echo;
    member = await startStandIn((question, response) => {
      seen.push(question);
      answer(question, response);
    });
    server = await startProxyingServer(member.url, everything);
  });
  afterEach(() => {
    answer = echo;
    seen.length = 0;
  });
  afterAll(async () => {
    await server?.stop();
    member?.stop();
  });

  function open(path: string, { method = 'GET', headers = {} }: Question = {}, to = server): ClientRequest {
    // As it stands: a URL would be tidied up.
    const { hostname, port } = new URL(to.url);
    return request({ hostname, port, path: `${clusters}/${path}`, method, headers, agent: false });
  }

  async function ask(path: string, question: Question = {}, to = server): Promise<Answer> {
    const asked = open(path, question, to);
    asked.end(question.body);
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return { code: response.statusCode ?? 0, headers: response.headers, text: String(await buffer(response)) };
  }

  it('lose what is about the connection and about who asks here, and nothing else', async () => {
    answer = (_question, response) => {
      response.writeHead(418, {
        connection: 'x-hop',
        'x-hop': '1',
        'keep-alive': 'timeout=5',
        'x-kept': ['a', 'b'],
        location: '/api/v1/elsewhere',
        'set-cookie': ['a=1', 'b=2'],
        'clear-site-data': '"*"',
        'access-control-allow-origin': '*',
        'service-worker-allowed': '/',
        'strict-transport-security': 'max-age=1',
        'www-authenticate': 'Basic realm="yours"',
        'x-accel-redirect': '/internal',
        'x-content-type-options': 'sniff',
        'content-security-policy': "default-src 'self'",
      });
      response.end('teapot');
    };
    const headers = {
      accept: 'application/json;as=Table',
      authorization: 'Bearer of-the-caller',
      cookie: 'session=1',
      referer: 'https://here.example/',
      'sec-websocket-protocol': 'v5.channel.k8s.io, base64url.bearer.authorization.k8s.io.bWluZQ, v4.channel.k8s.io',
      connection: 'close, X-Named',
      'x-named': '1',
      te: 'trailers',
      'proxy-authorization': 'Basic x',
      'x-remote-user': 'admin',
      'x-remote-group': 'system:masters',
      'x-remote-extra-scopes': 'all',
      'impersonate-user': 'admin',
      'x-forwarded-for': '1.2.3.4',
      'x-clusterpedia-forward': 'true',
      'x-own': 'kept',
      'user-agent': 'test',
    };
    const answered = await ask('member/proxy/api/v1/x%2Fy?a=%20&b', { headers });
    expect(answered).toMatchObject({ code: 418, text: 'teapot' });
    expect(answered.headers).toMatchObject({
      'x-kept': 'a, b',
      location: `${clusters}/member/proxy/api/v1/elsewhere`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox, default-src 'self'",
    });
    const lost = ['x-hop', 'set-cookie', 'clear-site-data', 'access-control-allow-origin', 'service-worker-allowed'];
    for (const name of [...lost, 'strict-transport-security', 'www-authenticate', 'x-accel-redirect']) {
      expect(answered.headers).not.toHaveProperty(name);
    }
    const [arrived] = seen;
    expect(arrived?.url).toBe('/api/v1/x%2Fy?a=%20&b');
    expect(arrived?.headers).toEqual({
      accept: 'application/json;as=Table',
      authorization: 'Bearer declared-token',
      connection: 'keep-alive',
      host: new URL(member.url).host,
      'sec-websocket-protocol': 'v5.channel.k8s.io, v4.channel.k8s.io',
      'user-agent': 'test',
      'x-forwarded-for': '127.0.0.1',
      'x-own': 'kept',
    });
  });

  it('stream both ways, at the pace of whoever takes them', async () => {
    const piece = Buffer.alloc(1 << 20, 'x');
    let sent = 0;
    let stalled: () => void = () => undefined;
    const isStalled = new Promise<void>((resolve) => {
      stalled = resolve;
    });
    answer = async (_question, response) => {
      for (; sent < 64; sent++) {
        if (response.write(piece)) continue;
        const drained = once(response, 'drain');
        const timer = setTimeout(stalled, 500);
        await drained;
        clearTimeout(timer);
      }
      response.end();
    };
    const asked = open('member/proxy/large');
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    await isStalled;
    // What is under way is what the buffers of three sockets hold.
    expect(sent).toBeLessThan(40);
    expect((await buffer(response)).length).toBe(64 << 20);

    answer = async (question, answered) => void answered.end(String((await buffer(question)).length));
    const uploaded = open('member/proxy/upload', { method: 'PUT' });
    for (let i = 0; i < 8; i++) uploaded.write(piece);
    uploaded.end();
    const [result] = (await once(uploaded, 'response')) as [IncomingMessage];
    expect(String(await buffer(result))).toBe(String(8 << 20));
  }, 30_000);

  it('end there when their client goes, and break off here when the cluster does', async () => {
    const gone = new Promise<void>((resolve) => {
      answer = (_question, response) => {
        response.write('begun');
        response.on('close', resolve);
      };
    });
    const asked = open('member/proxy/follow');
    asked.end();
    asked.on('error', () => undefined);
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.on('error', () => undefined);
    await once(response, 'data');
    asked.destroy();
    await gone;

    answer = (_question, answered) => {
      answered.write('half', () => answered.destroy());
    };
    await expect(ask('member/proxy/cut')).rejects.toThrow('aborted');
  });

  it('change the protocol, and then carry whatever both say', async () => {
    member.server.once('upgrade', (question: IncomingMessage, socket, head: Buffer) => {
      seen.push(question);
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream: v4\r\nSet-Cookie: a=1\r\n\r\nhello ',
      );
      socket.write(head);
      socket.pipe(socket);
    });
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST ${clusters}/member/api/v1/namespaces/shop/pods/web/exec?command=sh HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4\r\nAuthorization: Bearer mine\r\n\r\n`,
    );
    let text = '';
    socket.on('data', (part: Buffer) => {
      text += part.toString();
    });
    while (!text.includes('hello ')) await once(socket, 'data');
    expect(text).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(text.toLowerCase()).toContain('upgrade: spdy/3.1\r\n');
    expect(text).toContain('v4');
    expect(text.toLowerCase()).not.toContain('set-cookie');
    socket.write('and back');
    while (!text.includes('and back')) await once(socket, 'data');
    socket.destroy();
    expect(seen[0]?.url).toBe('/api/v1/namespaces/shop/pods/web/exec?command=sh');
    expect(seen[0]?.headers).toMatchObject({
      authorization: 'Bearer declared-token',
      upgrade: 'SPDY/3.1',
      'x-stream-protocol-version': 'v4',
    });
  });

  it('are recorded, and carry the name of their record', async () => {
    const path = join(temporary, 'audit.log');
    const settings = { path, maximumBytes: 0, maximumBackups: 0 };
    const audit = await openAuditLog({ ...settings, logger: pino({ level: 'silent' }), registry: new Registry() });
    const recording = await startProxyingServer(member.url, { ...everything, audit });
    member.server.once('upgrade', (_question: IncomingMessage, socket) => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    });
    const answered = await ask('member/proxy/version', { headers: { 'audit-id': 'mine' } }, recording);
    expect(answered.headers['audit-id']).toBe('mine');
    expect(seen[0]?.headers['audit-id']).toBe('mine');
    const headers = { connection: 'Upgrade', upgrade: 'websocket' };
    const upgraded = open('member/proxy/upgraded', { headers }, recording);
    upgraded.end();
    const [, socket] = await once(upgraded, 'upgrade');
    socket.resume();
    await once(socket, 'close');
    await recording.stop();
    await audit.close();
    const events = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(events.map((line) => JSON.parse(line))).toMatchObject([
      { auditID: 'mine', verb: 'get', annotations: { 'clusterpedia.io/cluster': 'member' } },
      { stage: 'ResponseStarted', responseStatus: { code: 101 } },
      { stage: 'ResponseComplete', responseStatus: { code: 101 } },
    ]);
    expect(events.join()).not.toContain('broken off');
  });

  it('that ask for another protocol where there is none are answered as if they did not', async () => {
    const headers = { connection: 'Upgrade', upgrade: 'websocket' };
    expect(await ask('member/api/v1/pods', { headers })).toMatchObject({ code: 200 });
    expect(await ask('member/nowhere', { headers })).toMatchObject({ code: 404 });
  });

  it.each([
    ['unknown/proxy/version', {}, 404, 'nobody declares it'],
    ['stored/proxy/version', {}, 503, 'has no connection to the cluster'],
    ['gone/proxy/version', {}, 503, 'cannot be reached'],
    ['member/proxy/a/../b', {}, 400, 'has no segments'],
    ['member/proxy/a/%2e%2E/b', {}, 400, 'has no segments'],
    ['member/proxy/a%5C..%5Cb', {}, 400, 'has no segments'],
    ['member/proxy/%zz', {}, 400, 'percent-encoded'],
    ['member/api/v1/namespaces/a/pods/b/exec', {}, 400, 'Upgrade request required'],
    ['member/api/v1/namespaces/a/pods/b/log', { method: 'POST' }, 405, 'expected GET'],
    ['member/api/v1/namespaces/a/pods/b/attach', {}, 404, 'is not stored here'],
    ['member/api/v1/namespaces/a/pods/b/log/more', {}, 404, 'is not stored here'],
    ['member/api/v1/namespaces/a/nothings', { headers: { 'x-clusterpedia-forward': 'true' } }, 404, 'could not find'],
    ['member/api/v1/pods', { method: 'POST' }, 405, 'read-only'],
    ['member/proxy/x', { headers: { origin: 'http://evil.example' } }, 403, 'of other origins'],
    ['member/proxy/x', { headers: { origin: 'null' } }, 403, 'of other origins'],
    ['member/proxy/x', { headers: { 'sec-fetch-site': 'cross-site' } }, 403, 'of other origins'],
    ['member/proxy/x', { headers: { 'sec-fetch-site': 'same-site' } }, 403, 'of other origins'],
    ['member/proxy/x', { headers: { 'service-worker': 'script' } }, 403, 'service workers'],
    ['member/proxy/x', { headers: { 'x-clusterpedia-proxy-ca': 'nonsense' } }, 400, 'expected PEM in base64'],
  ] as const)('are refused here: %s %j', async (path, question, code, message) => {
    const { text, ...rest } = await ask(path, question);
    expect(rest.code).toBe(code);
    expect(JSON.parse(text)).toMatchObject({ kind: 'Status', code, message: expect.stringContaining(message) });
    expect(text).not.toMatch(/127\.0\.0\.1|declared-token/);
    expect(seen).toHaveLength(0);
  });

  it('go out with what they bring for the cluster, or as nobody, unless the declaration may be used', async () => {
    const careful = await startProxyingServer(member.url, { enableProxyPathForForwardRequest: true });
    try {
      await ask('member/proxy/x', {}, careful);
      await ask('member/proxy/x', { headers: { 'X-Clusterpedia-Proxy-Token': 'brought' } }, careful);
      expect(seen.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer brought']);
    } finally {
      await careful.stop();
    }
  });

  it('are none while the gate is closed, whatever they ask for', async () => {
    const closed = await startProxyingServer(member.url, undefined);
    try {
      const headers = { 'x-clusterpedia-forward': 'true' };
      expect(await ask('member/proxy/version', { headers }, closed)).toMatchObject({ code: 404 });
      expect(await ask('member/api/v1/namespaces/a/pods/b/log', {}, closed)).toMatchObject({ code: 404 });
      expect(await ask('member/api/v1/pods', { headers }, closed)).toMatchObject({ code: 200 });
      expect(await ask('member/api/v1/pods', { headers, method: 'DELETE' }, closed)).toMatchObject({ code: 405 });
      expect(seen).toHaveLength(0);
    } finally {
      await closed.stop();
    }
  });

  it('take a right of their own, of the cluster or the type', async () => {
    const asked: Attributes[] = [];
    const granted = new Set<string | undefined>();
    const guarded = await startProxyingServer(member.url, everything, (attributes) => {
      asked.push(attributes);
      if (attributes.verb !== 'proxy' || !('resource' in attributes)) return true;
      return granted.has(`${attributes.resource}/${attributes.subresource}`);
    });
    try {
      const refused = await ask('member/proxy/version', {}, guarded);
      expect(refused.code).toBe(403);
      expect(JSON.parse(refused.text).message).toContain('User "alice" cannot proxy resource "*/member"');
      const log = 'member/api/v1/namespaces/shop/pods/web/log';
      expect(await ask(log, {}, guarded)).toMatchObject({ code: 403 });
      expect(seen).toHaveLength(0);
      granted.add('pods/member');
      expect(await ask(log, {}, guarded)).toMatchObject({ code: 200 });
      expect(asked).toContainEqual(
        expect.objectContaining({ verb: 'proxy', resource: 'pods', namespace: 'shop', name: 'web' }),
      );
      expect(await ask('member/proxy/version', {}, guarded)).toMatchObject({ code: 403 });
      granted.add('*/member');
      expect(await ask('member/proxy/version', {}, guarded)).toMatchObject({ code: 200 });
      const review = async (spec: object) => {
        const body = { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1' };
        const { text } = await ask(
          'member/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
          { method: 'POST', body: JSON.stringify({ ...body, spec }) },
          guarded,
        );
        return JSON.parse(text).status.allowed;
      };
      const canI = (verb: string, path: string) => review({ nonResourceAttributes: { verb, path } });
      const canRun = (verb: string, subresource: string, name?: string) =>
        review({ resourceAttributes: { verb, resource: 'pods', subresource, namespace: 'shop', name } });
      const sent = seen.length;
      expect(await canI('delete', '/proxy/x')).toBe(true);
      expect(await canI('get', '/api/v1/namespaces/shop/pods/web/log')).toBe(true);
      expect(await canI('delete', '/api/v1/namespaces/shop/pods/web')).toBe(false);
      expect([await canRun('get', 'log'), await canRun('create', 'exec', 'web')]).toEqual([true, true]);
      expect([await canRun('get', 'attach'), await canRun('delete', 'log', 'web')]).toEqual([false, false]);
      granted.clear();
      expect([await canRun('get', 'log'), await canRun('create', 'exec', 'web')]).toEqual([false, false]);
      expect(await canI('delete', '/proxy/x')).toBe(false);
      expect(await canI('get', '/api/v1/namespaces/shop/pods/web/log')).toBe(false);
      expect(seen).toHaveLength(sent);
      granted.add('*/member');
      // The way there is reviewed as well, with the verb of the method.
      await ask('member/proxy/x', { method: 'DELETE' }, guarded);
      expect(asked).toContainEqual(
        expect.objectContaining({ verb: 'delete', name: 'clusters', subresource: 'member' }),
      );
    } finally {
      await guarded.stop();
    }
  });
});
