import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiServer, apiServerAssets, apiServerNotRun, startApiServer } from '../support/api-server.js';
import { type RunningServer, runClusterdex, startServer } from '../support/clusterdex.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const describeReal = apiServerAssets === undefined ? describe.skip : describe;
const because = apiServerAssets === undefined ? ` (${apiServerNotRun})` : '';
const patience = 120_000;
const cluster = '/apis/clusterpedia.io/v1beta1/resources/clusters/member';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function ask(url: string, { method = 'GET', headers = {}, body }: Question, ca?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const request = send(url, { method, headers, agent: false, ...(ca && { ca }) });
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

describeReal(`requests that are passed on to a real cluster${because}`, () => {
  const folder = temporaryFolder();
  let member: ApiServer;
  let server: RunningServer;
  const pod = '/api/v1/namespaces/default/pods/web';

  beforeAll(async () => {
    member = await startApiServer();
    writeFileSync(join(folder, 'kubeconfig'), member.kubeconfig({ context: 'member' }));
    await member.client.json('/api/v1/namespaces/default/pods', 'POST', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web' },
      spec: { containers: [{ name: 'web', image: 'web' }] },
    });
    server = await startServer([
      ...[
        '--data-dir',
        join(folder, 'data'),
        '--kubeconfig',
        join(folder, 'kubeconfig'),
        '--sync',
        'pods,namespaces,services,nodes',
      ],
      ...['--feature-gates', 'AllowProxyRequestToClusters=true', '--log-level', 'error'],
      ...['--allowed-proxy-subresources', 'log,pods/exec,proxy', '--enable-proxy-path-for-forward-request'],
      '--allow-pediacluster-config-for-proxy-request',
    ]);
    while ((await through(pod)).status !== 200) await delay(50);
  }, patience);

  afterAll(async () => {
    await server?.stop();
    await member?.stop();
  }, patience);

  const through = (path: string, question: Question = {}) => ask(`${server.origin}${cluster}${path}`, question);
  const direct = (path: string, { headers = {}, ...question }: Question = {}) =>
    ask(
      member.url + path,
      { ...question, headers: { authorization: `Bearer ${member.token}`, ...headers } },
      member.authority,
    );

  it.each([
    [`/api/v1/namespaces/default`],
    [`/api/v1/namespaces/default/pods/web?pretty=true`],
    ['/version'],
    ['/apis'],
    ['/nowhere/at%20all?x=%2F&y=1+1'],
    ['/api/v1/namespaces/default/pods?limit=x'],
    ['/api/v1/namespaces/default/pods?labelSelector=a%2Cb%3D1&fieldSelector=metadata.name%3Dweb'],
  ])('below proxy/ arrive unchanged, and so does the answer: %s', async (path) => {
    const [passed, expected] = [await through(`/proxy${path}`), await direct(path)];
    expect(passed.status).toBe(expected.status);
    expect(passed.body).toBe(expected.body);
    expect(passed.headers['content-type']).toBe(expected.headers['content-type']);
  });

  it('write, with their bodies', async () => {
    const path = '/api/v1/namespaces/default/configmaps';
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'sent' },
      data: { a: 'x'.repeat(200_000) },
    };
    const headers = { 'content-type': 'application/json' };
    const created = await through(`/proxy${path}`, { method: 'POST', headers, body: JSON.stringify(object) });
    expect(created.status).toBe(201);
    expect(JSON.parse((await direct(`${path}/sent`)).body)).toMatchObject({ data: object.data });
    const patched = await through(`/proxy${path}/sent`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: '{"data":{"a":null}}',
    });
    expect(patched.status).toBe(200);
    expect((await through(`/proxy${path}/sent`, { method: 'DELETE' })).status).toBe(200);
    expect((await direct(`${path}/sent`)).status).toBe(404);
  });

  it('for logs and exec get what the cluster says of them', async () => {
    for (const path of [`${pod}/log`, `${pod}/log?container=nope`, `${pod}/log?follow=true&tailLines=1`]) {
      const [passed, expected] = [await through(path), await direct(path)];
      expect({ status: passed.status, body: passed.body }).toEqual({ status: expected.status, body: expected.body });
    }
    expect((await through(`${pod}/log?container=nope`)).status).toBe(400);
    const upgrade = {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-protocol': 'v5.channel.k8s.io',
      },
    };
    const path = `${pod}/exec?command=ls&stdout=true`;
    const [passed, expected] = [await through(path, upgrade), await direct(path, upgrade)];
    expect({ status: passed.status, body: passed.body }).toEqual({ status: expected.status, body: expected.body });
    expect(await through(path)).toMatchObject({
      status: 400,
      body: expect.stringContaining('Upgrade request required'),
    });
  });

  /** A kube-apiserver passes nothing on to a loopback address. */
  const address = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  const itReachable = address === undefined ? it.skip : it;
  const unreachable = address === undefined ? ' (NOT RUN: this machine has no address but its loopback)' : '';

  itReachable(`for the page of a workload get no power over this server${unreachable}`, async () => {
    const asked: IncomingMessage[] = [];
    const workload = createServer((request, response) => {
      asked.push(request);
      const headers = {
        'content-type': 'text/html',
        'set-cookie': 'session=stolen',
        'access-control-allow-origin': '*',
      };
      if (request.url === '/redirect') response.writeHead(302, { ...headers, location: '/login' }).end();
      else response.writeHead(200, headers).end('<script>steal()</script><a href="/more">more</a>');
    }).listen(0, address);
    await once(workload, 'listening');
    const { port } = workload.address() as AddressInfo;
    const create = (path: string, object: object) => member.client.json(path, 'POST', object);
    const patch = (path: string, status: object) =>
      direct(`${path}/status`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/merge-patch+json' },
        body: JSON.stringify({ status }),
      });
    try {
      expect((await patch(pod, { podIP: address, podIPs: [{ ip: address }], phase: 'Running' })).status).toBe(200);
      await create('/api/v1/nodes', { metadata: { name: 'node' } });
      expect((await patch('/api/v1/nodes/node', { addresses: [{ type: 'InternalIP', address }] })).status).toBe(200);
      const places = [
        `${pod}:${port}/proxy`,

        `/api/v1/nodes/http:node:${port}/proxy`,
      ];
      for (const place of places) {
        const path = `${place}/page`;
        // What goes beyond the kube-apiserver, which lets the workload have its way.
        expect(await direct(path)).toMatchObject({ status: 200, headers: { 'set-cookie': ['session=stolen'] } });
        for (const passed of [await through(path), await through(`/proxy${path}`)]) {
          expect(passed).toMatchObject({
            status: 200,
            headers: {
              'content-type': 'text/html',
              'content-security-policy': 'sandbox',
              'x-content-type-options': 'nosniff',
            },
          });
          expect(passed.headers).not.toHaveProperty('set-cookie');
          expect(passed.headers).not.toHaveProperty('access-control-allow-origin');
        }
        const { headers } = await through(`${place}/redirect`);
        expect(headers.location).toBe(`${cluster}${place}/login`);
      }
      asked.length = 0;
      const own = {
        cookie: 'a=1',
        authorization: 'Bearer mine',
        'x-remote-user': 'x',
        connection: 'x-mine',
        'x-mine': '1',
      };
      await through(`${pod}:${port}/proxy/`, { headers: { ...own, 'x-kept': '1' } });
      expect(Object.keys(asked[0]?.headers ?? {})).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(?:cookie|authorization|x-remote-user|x-mine)$/)]),
      );
      expect(asked[0]?.headers['x-kept']).toBe('1');
    } finally {
      workload.closeAllConnections();
      workload.close();
    }
  });

  it('that are forwarded are answered by the cluster, as far as their resources are followed', async () => {
    const headers = { 'X-Clusterpedia-Forward': 'true' };
    const live = await through('/api/v1/namespaces/default/pods', { headers });
    expect(live.body).toBe((await direct('/api/v1/namespaces/default/pods')).body);
    expect(live.body).not.toContain('shadow.clusterpedia.io');
    const selector = encodeURIComponent('search.clusterpedia.io/forward,none=1');
    const labelled = await through(`/api/v1/namespaces/default/pods?labelSelector=${selector}`);
    expect(JSON.parse(labelled.body)).toMatchObject({ kind: 'PodList', items: [] });
    expect(await through('/api/v1/namespaces/default/secrets', { headers })).toMatchObject({ status: 404 });
  });

  it('are nobody but who they say they are there', async () => {
    const path = '/proxy/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const body = '{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}';
    const whoAmI = async (headers: Record<string, string>) => {
      const all = { 'content-type': 'application/json', ...headers };
      const answer = await through(path, { method: 'POST', headers: all, body });
      return JSON.parse(answer.body).status?.userInfo?.username ?? answer.status;
    };
    const admin = await whoAmI({});
    // What says who asks here means nothing there.
    const own = { authorization: `Bearer ${member.powerlessToken}`, 'impersonate-user': 'x', 'x-remote-user': 'y' };
    expect(await whoAmI(own)).toBe(admin);
    const token = await whoAmI({ 'X-Clusterpedia-Proxy-Token': member.powerlessToken });
    expect(token).not.toBe(admin);
    expect(token).toEqual(expect.any(String));
    expect(await whoAmI({ 'X-Clusterpedia-Proxy-Token': 'wrong' })).toBe(401);
  });

  it('are passed on by a process that follows nothing, when it is told of the cluster', async () => {
    const data = join(folder, 'data');
    const parameters = ['--data-dir', data, '--kubeconfig', join(folder, 'kubeconfig')];
    const flags = ['--enable-proxy-path-for-forward-request', '--allow-pediacluster-config-for-proxy-request'];
    const gate = ['--feature-gates', 'AllowProxyRequestToClusters=true'];
    const other = await startServer([...parameters, ...gate, ...flags], {}, 'apiserver');
    try {
      const answer = await ask(`${other.origin}${cluster}/proxy/version`, {});
      expect(answer.body).toBe((await direct('/version')).body);
    } finally {
      await other.stop();
    }
    const refused = await runClusterdex(['apiserver', ...parameters, '--insecure-port', '0']);
    expect(refused.stderr).toContain('--kubeconfig goes with --feature-gates AllowProxyRequestToClusters=true');
  }, 60_000);

  it('watch as long as their client stays', async () => {
    const name = `watched-${Date.now()}`;
    const events: string[] = [];
    const path = `${server.origin}${cluster}/proxy/api/v1/namespaces?watch=true&fieldSelector=metadata.name%3D${name}`;
    const request = httpRequest(path, { agent: false });
    const closed = new Promise<void>((resolve, reject) => {
      request.on('error', reject);
      request.on('response', (response) => {
        response.on('error', () => undefined);
        response.on('close', resolve);
        response.setEncoding('utf8').on('data', (text: string) => {
          events.push(text);
          request.destroy();
        });
        void direct('/api/v1/namespaces', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
        });
      });
      request.end();
    });
    await closed;
    expect(events.join('')).toMatch(/^\{"type":"ADDED"/);
  }, 30_000);
});
