import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Attributes } from '../../src/api/auth/attributes.js';
import { type ProxyingServer, type StandIn, startProxyingServer, startStandIn } from './support.js';

const clusters = '/apis/clusterpedia.io/v1beta1/resources/clusters';
const flags = {
  allowedProxySubresources: 'log,exec,proxy',
  enableProxyPathForForwardRequest: true,
  allowForwardUnsyncResourceRequest: true,
  allowPediaclusterConfigForProxyRequest: true,
};

describe('who may pass on some requests', () => {
  let member: StandIn;
  let server: ProxyingServer;
  const headers: string[] = [];
  const seen: { readonly line: string; readonly body: string }[] = [];
  /** As a Role for everything in the namespace shop, one for the verb proxy alone in the namespace logs, and the way there. */
  const allows = (asked: Attributes) => {
    if (!('resource' in asked)) return false;
    if (asked.verb === 'create') return asked.resource === 'resources' || asked.namespace === 'shop';
    return asked.verb !== 'proxy' || asked.namespace !== undefined || asked.name === 'plain';
  };

  beforeAll(async () => {
    member = await startStandIn(async (question, response) => {
      const { method, url } = question;
      headers.push(...Object.keys(question.headers));
      const body = String(await buffer(question));
      seen.push({ line: `${method} ${url}`, body });
      response.end('fine');
    });
    member.server.on('upgrade', (question, socket) => {
      seen.push({ line: `upgrade ${question.headers.upgrade}`, body: '' });
      socket.end(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${question.headers.upgrade}\r\n\r\n`,
      );
    });
    const callerHeaders = () => ({ names: ['x-auth-user', 'x-auth-group'], prefixes: ['x-auth-extra-'] });
    server = await startProxyingServer(member.url, { ...flags, callerHeaders }, allows);
  });
  afterEach(() => {
    seen.length = 0;
    headers.length = 0;
  });
  afterAll(async () => {
    await server?.stop();
    member?.stop();
  });

  const pod = 'member/api/v1/namespaces/shop/pods/web/proxy/';

  async function ask(path: string, method: string, headers: Record<string, string>, body?: string): Promise<number> {
    const { hostname, port } = new URL(server.url);
    const asked = request({ hostname, port, path: `${clusters}/${path}`, method, headers, agent: false });
    const answered = Promise.race([once(asked, 'response'), once(asked, 'upgrade')]);
    asked.end(body);
    const [response] = (await answered) as [IncomingMessage];
    response.resume();
    return response.statusCode ?? 0;
  }

  const hidden = 'DELETE /api/v1/namespaces/kube-system/secrets/all HTTP/1.1\r\nHost: member\r\n\r\n';

  it.each([
    ['GET', { 'transfer-encoding': 'chunked' }],
    ['DELETE', { 'transfer-encoding': 'chunked' }],
    ['OPTIONS', { 'transfer-encoding': 'chunked' }],
    ['DELETE', { 'content-length': String(hidden.length), connection: 'close, content-length' }],
    ['POST', { 'content-length': String(hidden.length), connection: 'close, content-length' }],
  ])('hide no other request in the body of a %s with %j', async (method, headers) => {
    expect(await ask(pod, method, headers as Record<string, string>, hidden)).toBe(200);
    // What follows on the same connection would come behind it.
    expect(await ask(pod, 'GET', {})).toBe(200);
    const path = '/api/v1/namespaces/shop/pods/web/proxy/';
    expect(seen).toEqual([
      { line: `${method} ${path}`, body: hidden },
      { line: `GET ${path}`, body: '' },
    ]);
  });

  it.each([
    'api/v1%2Fnamespaces%2Fkube-system%2Fpods%2Fvictim%2Fproxy/namespaces/shop/x',
    'apis/apps%2Fv1%2Fnamespaces%2Fkube-system%2Fdeployments/v1/namespaces/shop/x',
    'api/v1/namespaces/shop/pods%2Fweb',
  ])('do not come to another namespace by slashes that are encoded: %s', async (path) => {
    expect(await ask(`member/${path}`, 'GET', { 'x-clusterpedia-forward': 'true' })).toBe(400);
    expect(seen).toEqual([]);
  });

  it('open no way for requests that nobody looks at: other protocols than those of exec are none', async () => {
    const upgrade = { connection: 'upgrade, http2-settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAAP__' };
    expect(await ask(pod, 'GET', upgrade)).toBe(200);
    expect(seen).toEqual([{ line: 'GET /api/v1/namespaces/shop/pods/web/proxy/', body: '' }]);
    expect(await ask(pod, 'GET', { connection: 'upgrade', upgrade: 'websocket' })).toBe(101);
  });

  it.each([
    ['GET', 'web/exec?command=sh', {}],
    ['POST', 'web/exec?command=sh', {}],
    ['GET', 'web/exec?command=sh', { 'x-clusterpedia-forward': 'true' }],
    ['GET', 'web/proxy/', {}],
  ])('run nothing in a pod by the right to read its logs: %s %s %j', async (method, path, headers) => {
    const pods = 'member/api/v1/namespaces/logs/pods';
    const upgrade = { ...headers, connection: 'upgrade', upgrade: 'websocket' } as Record<string, string>;
    expect(await ask(`${pods}/${path}`, method, upgrade)).toBe(403);
    expect(await ask(`${pods}/web/log`, 'GET', {})).toBe(200);
    expect(seen).toEqual([{ line: 'GET /api/v1/namespaces/logs/pods/web/log', body: '' }]);
  });

  it.each(['TRACE', 'PROPFIND', 'SEARCH'])('have no other methods than those of Kubernetes: %s', async (method) => {
    for (const path of [pod, 'member/api/v1/namespaces/shop/pods/web/scale', 'member/proxy/api/v1/pods']) {
      expect(await ask(path, method, { 'x-clusterpedia-forward': 'true' })).toBe(405);
    }
    expect(seen).toEqual([]);
  });

  it('cannot have their method changed behind the review', async () => {
    const named = { 'x-http-method-override': 'DELETE', 'x-http-method': 'DELETE', 'x-method-override': 'DELETE' };
    expect(await ask(pod, 'GET', named)).toBe(200);
    expect(headers.filter((name) => name.includes('method'))).toEqual([]);
  });

  it('tell the cluster nothing of whom a front proxy named, whatever its headers are called', async () => {
    const named = { 'x-auth-user': 'root', 'X-Auth-Group': 'system:masters', 'X-AUTH-EXTRA-scopes': 'all' };
    expect(await ask(pod, 'GET', { ...named, 'x-other': '1' })).toBe(200);
    expect(headers.filter((name) => /^x-(?:auth|other)/.test(name))).toEqual(['x-other']);
  });

  it('do not wait for a body that cannot come', async () => {
    const headers = { connection: 'upgrade', upgrade: 'websocket', 'content-length': '5' };
    expect(await ask(pod, 'POST', headers, 'hello')).toBe(400);
    expect(seen).toEqual([]);
  });
});

describe('a cluster that does not keep to HTTP, or keeps everybody waiting', () => {
  let server: ProxyingServer;
  let cluster: Server;
  let user: string;
  const sockets = new Set<Socket>();
  let begun = 0;

  beforeAll(async () => {
    cluster = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (bytes: Buffer) => {
        const [, path = ''] = bytes.toString('latin1').split(' ');
        const status = /status-(\d+)/.exec(path)?.[1];
        if (path.includes('endless')) begun++;
        else if (status === '101')
          socket.write('HTTP/1.1 101 Odd\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nGET');
        else socket.end(`HTTP/1.1 ${status ?? 200} Odd\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok`);
      });
    }).listen(0, '127.0.0.1');
    await once(cluster, 'listening');
    const { port } = cluster.address() as AddressInfo;
    server = await startProxyingServer(`http://127.0.0.1:${port}`, { ...flags, user: () => user }, () => true);
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    cluster?.close();
    await server?.stop();
  });

  function send(path: string): { readonly sent: ClientRequest; readonly code: Promise<number> } {
    const { hostname, port } = new URL(server.url);
    const sent = request({ hostname, port, path: `${clusters}/member/proxy/${path}`, agent: false });
    const code = new Promise<number>((resolve) => {
      sent.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on('upgrade', () => resolve(101));
      sent.on('error', () => resolve(0));
    });
    sent.end();
    return { sent, code };
  }

  it.each(['101', '999', '600'])('cannot make this server answer %s', async (status) => {
    user = 'alice';
    const before = new Set(sockets);
    expect(await send(`status-${status}`).code).toBe(503);
    const added = [...sockets].filter((socket) => !before.has(socket));
    expect(added).toHaveLength(1);
    if (status === '101' && added[0]?.destroyed === false) await once(added[0], 'close');
  });

  it('keeps one who asks for very much waiting, and nobody else', async () => {
    user = 'greedy';
    begun = 0;
    const many = Array.from({ length: 300 }, (_, at) => send(`endless/${at}`));
    while (begun < 64) await new Promise((resolve) => setTimeout(resolve, 5));
    const follows = send('endless?follow=true');
    while (begun < 65) await new Promise((resolve) => setTimeout(resolve, 5));
    user = 'calm';
    expect(await send('status-200').code).toBe(200);
    expect(begun).toBe(65);
    for (const { sent } of [...many, follows]) sent.destroy();
  }, 20_000);
});
