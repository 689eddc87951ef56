import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2, constants } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { type ObjectBatch, type ObjectChange, prepareObject, type StorageFactory } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findBuiltinResource } from '../../src/kube/builtin-resources.js';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { askHttp1, askHttp2, openStream } from './support/http-clients.js';
import { loadObjects, type PlainObject } from './support/load-objects.js';
import { startTlsServer, type TlsServer } from './support/start-tls-server.js';

const resources = '/apis/clusterpedia.io/v1beta1/resources';
const pods = `${resources}/api/v1/pods`;
const configMaps = `${resources}/api/v1/configmaps`;
const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR } = constants;
const podCount = 20_000;

function* objects(): Generator<PlainObject & { readonly spec?: object }> {
  for (let index = 0; index < podCount; index++) {
    const metadata = { name: `pod-${index}`, namespace: `ns-${index % 10}`, uid: `uid-${index}` };
    yield { apiVersion: 'v1', kind: 'Pod', metadata, spec: { filler: 'x'.repeat(700) } };
  }
  yield { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'first', namespace: 'n', uid: 'first' } };
}

function putConfigMap(name: string, resourceVersion: string): ObjectChange {
  const metadata = { name, namespace: 'n', uid: name, resourceVersion };
  const json = Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'b' } }));
  return { type: 'upsert', object: prepareObject(json, { cluster: 'c' }) };
}

/** The events of a watch, one by one. */
function eventsOf(stream: ClientHttp2Stream): AsyncIterator<string> {
  return createInterface({ input: stream })[Symbol.asyncIterator]();
}

async function nextNames(events: AsyncIterator<string>, count: number): Promise<readonly string[]> {
  const names: string[] = [];
  while (names.length < count) {
    const { value } = await events.next();
    const { type, object } = JSON.parse(String(value));
    names.push(`${type} ${object.metadata.name}`);
  }
  return names;
}

describe.each(['sqlite', 'memory'])('TLS in front of %s', (storageName) => {
  let folder: string;
  let storage: OpenedStorage;
  let server: TlsServer;
  let session: ClientHttp2Session;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clusterdex-tls-data-'));
    storage = await openTestStorage(storageName, { dataDirectory: folder });
    await loadObjects(storage.factory, 'c', { objects: objects() });
    server = await startTlsServer(storage.factory);
    session = connectHttp2(server.tlsUrl, { ca: server.ca });
  }, 60_000);
  afterAll(async () => {
    session.destroy();
    await server.stop(AbortSignal.timeout(2000));
    await storage.close();
    rmSync(folder, { recursive: true });
  });

  const inFlight = async () => {
    const { values } = (await server.registry.getSingleMetric('clusterdex_requests_in_flight')?.get()) ?? {};
    return values?.[0]?.value;
  };
  const untilInFlight = async (count: number) => {
    const deadline = performance.now() + 10_000;
    while ((await inFlight()) !== count) {
      if (performance.now() > deadline) throw new Error(`${await inFlight()} requests are in flight, not ${count}`);
      await delay(5);
    }
  };
  const write = (...changes: ObjectChange[]) => {
    const type = findBuiltinResource('', 'v1', 'ConfigMap');
    if (type === undefined) throw new Error('there are no config maps');
    return storage.factory.resourceStorage(type).write('c', changes);
  };

  it('speaks HTTP/2 and HTTP/1.1 on one port, whichever the client prefers, and nothing older than TLS 1.2', async () => {
    for (const [ALPNProtocols, chosen] of [
      [['h2', 'http/1.1'], 'h2'],
      [['http/1.1'], 'http/1.1'],
      [undefined, false],
    ] as const) {
      const options = { host: '127.0.0.1', port: server.tlsPort, ca: server.ca };
      const socket = connectTls({ ...options, ...(ALPNProtocols && { ALPNProtocols: [...ALPNProtocols] }) });
      await once(socket, 'secureConnect');
      expect({ protocol: socket.alpnProtocol, authorized: socket.authorized }).toEqual({
        protocol: chosen,
        authorized: true,
      });
      socket.destroy();
    }
    const old = connectTls({
      host: '127.0.0.1',
      port: server.tlsPort,
      ca: server.ca,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
    });
    const [error] = (await once(old, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toContain('PROTOCOL_VERSION');
  });

  it.each([
    ['compressed', pods, { 'accept-encoding': 'gzip' }],
    [
      'as a Table',
      `${pods}?limit=1000`,
      { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io', 'accept-encoding': 'gzip' },
    ],
    ['as YAML', `${pods}?limit=10`, { accept: 'application/yaml' }],
    ['in a form that there is not', pods, { accept: 'text/html' }],
  ])('answers as plain http does: a list %s', async (_form, path, headers) => {
    const plain = await askHttp1(server.plainUrl + path, { headers });
    for (const answer of [
      await askHttp1(server.tlsUrl + path, { headers, ca: server.ca }),
      await askHttp2(session, path, { headers }),
    ]) {
      for (const name of ['content-type', 'content-encoding', 'vary']) {
        expect([name, answer.headers[name]]).toEqual([name, plain.headers[name]]);
      }
      expect({ status: answer.status, same: answer.body.equals(plain.body) }).toEqual({
        status: plain.status,
        same: true,
      });
    }
  });

  it.each([
    ['a list of one batch', `${pods}?limit=3`],
    ['a long list', `${pods}?namespaces=ns-1`],
    ['an object', `${resources}/clusters/c/api/v1/namespaces/ns-1/pods/pod-1`],
    ['an object that is not there', `${resources}/clusters/c/api/v1/namespaces/ns-1/pods/none`],
    ['what is no path', '/nonsense'],
    ['a wrong parameter', `${pods}?limit=many`],
    ['a path of bytes that are no UTF-8', `${pods}/%ff`],
    ['discovery', `${resources}/apis`],
    ['health', '/readyz?verbose'],
    ['a watch that ends at once', `${configMaps}?watch=true&resourceVersion=0&timeoutSeconds=1`],
  ])('answers as plain http does: %s', async (_what, path) => {
    for (const method of ['GET', 'HEAD', 'DELETE']) {
      if (path.includes('watch') && method === 'HEAD') continue;
      const plain = await askHttp1(server.plainUrl + path, { method });
      const answers = [
        await askHttp1(server.tlsUrl + path, { method, ca: server.ca }),
        await askHttp2(session, path, { method }),
      ];
      for (const { status, headers, body } of answers) {
        expect({ method, status }).toEqual({ method, status: plain.status });
        for (const name of ['content-type', 'content-length', 'cache-control', 'warning', 'allow']) {
          expect([name, headers[name]]).toEqual([name, plain.headers[name]]);
        }
        expect(body.equals(plain.body)).toBe(true);
      }
    }
  });

  it('does not ask for a Host header of loopback, which plain http does', async () => {
    const headers = { host: 'somewhere.example' };
    expect((await askHttp1(`${server.plainUrl}${pods}?limit=1`, { headers })).status).toBe(403);
    expect((await askHttp1(`${server.tlsUrl}${pods}?limit=1`, { headers, ca: server.ca })).status).toBe(200);
  });

  it('takes URLs of tens of thousands of bytes, and refuses those that are longer still', async () => {
    const path = (length: number) => `${pods}?limit=1&names=${'a'.repeat(length)}`;
    expect((await askHttp2(session, path(50_000))).status).toBe(200);
    expect((await askHttp1(server.tlsUrl + path(200_000), { ca: server.ca })).status).toBe(200);
    const refused = await askHttp1(server.tlsUrl + path(300_000), { ca: server.ca });
    expect(refused.status).toBe(431);
    expect(JSON.parse(refused.body.toString())).toMatchObject({ kind: 'Status', code: 431 });
    const other = connectHttp2(server.tlsUrl, { ca: server.ca, maxSendHeaderBlockLength: 1 << 20 });
    other.on('error', () => undefined);
    await expect(askHttp2(other, path(300_000))).rejects.toThrow();
    other.destroy();
    expect((await askHttp2(session, `${pods}?limit=1`)).status).toBe(200);
  });

  it('answers hundreds of requests on one connection at once', async () => {
    const paths = Array.from({ length: 600 }, (_, index) => `${pods}?names=pod-${index}`);
    const answers = await Promise.all(paths.map((path) => askHttp2(session, path)));
    const names = answers.map(({ body }) => JSON.parse(body.toString()).items[0].metadata.name);
    expect(names).toEqual(Array.from({ length: 600 }, (_, index) => `pod-${index}`));
  });

  it('sends long lists on one connection side by side', async () => {
    const whole = await askHttp1(server.plainUrl + pods);
    const answers = await Promise.all(Array.from({ length: 8 }, () => askHttp2(session, pods)));
    for (const { body } of answers) expect(body.equals(whole.body)).toBe(true);
  }, 60_000);

  it('sends long lists compressed, in whatever form, over HTTP/2 as over HTTP/1.1', async () => {
    for (const accept of ['application/json', 'application/json;as=Table;v=v1;g=meta.k8s.io']) {
      const whole = await askHttp1(server.plainUrl + pods, { headers: { accept } });
      const headers = { accept, 'accept-encoding': 'gzip' };
      for (const answer of [
        await askHttp2(session, pods, { headers }),
        await askHttp1(server.tlsUrl + pods, { headers, ca: server.ca }),
      ]) {
        expect(answer.headers['content-encoding']).toBe('gzip');
        expect(gunzipSync(answer.body).length).toBe(whole.body.length);
      }
    }
  }, 60_000);

  it('ends a list whose client goes, and nothing else on its connection', async () => {
    const watch = openStream(session, `${configMaps}?watch=true`);
    const events = eventsOf(watch);
    expect(await nextNames(events, 1)).toEqual(['ADDED first']);
    const before = await inFlight();
    const lists = Array.from({ length: 10 }, (_, index) =>
      openStream(session, pods, index < 5 ? {} : { headers: { 'accept-encoding': 'gzip' } }),
    );
    await Promise.all(lists.map((list) => once(list, 'data')));
    expect(await inFlight()).toBeGreaterThan(before ?? 0);
    for (const [index, list] of lists.entries()) list.close(index % 2 === 0 ? NGHTTP2_CANCEL : NGHTTP2_NO_ERROR);
    await untilInFlight(before ?? 0);
    await write(putConfigMap('second', '2'));
    expect(await nextNames(events, 1)).toEqual(['ADDED second']);
    watch.close();
    await untilInFlight((before ?? 0) - 1);
  });

  it('feeds a hundred watches on one connection', async () => {
    const watches = Array.from({ length: 100 }, () => openStream(session, `${configMaps}?watch=true&names=third`));
    const events = watches.map(eventsOf);
    await Promise.all(watches.map((watch) => once(watch, 'response')));
    await write(putConfigMap('third', '3'), putConfigMap('third', '4'));
    const seen = await Promise.all(events.map((one) => nextNames(one, 2)));
    for (const names of seen) expect(names).toEqual(['ADDED third', 'MODIFIED third']);
    for (const watch of watches) watch.close();
  });
});

describe('the end of a server', () => {
  let folder: string;
  let storage: OpenedStorage;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clusterdex-end-'));
    storage = await openTestStorage('memory', { dataDirectory: folder });
    await loadObjects(storage.factory, 'c', { objects: objects() });
  }, 60_000);
  afterAll(async () => {
    await storage.close();
    rmSync(folder, { recursive: true });
  });

  it('waits for no connection that asks nothing, however it was left', async () => {
    const server = await startTlsServer(storage.factory);
    const plainPort = Number(new URL(server.plainUrl).port);
    const tcp = (port: number) => connectTcp(port, '127.0.0.1').on('error', () => undefined);
    const tls = (...ALPNProtocols: string[]) =>
      connectTls({ host: '127.0.0.1', port: server.tlsPort, ca: server.ca, ALPNProtocols }).on(
        'error',
        () => undefined,
      );
    const neverUsed: Socket[] = [tcp(plainPort), tcp(server.tlsPort)];
    await Promise.all(neverUsed.map((socket) => once(socket, 'connect')));
    const shaken = [tls('http/1.1'), tls('h2')];
    await Promise.all(shaken.map((socket) => once(socket, 'secureConnect')));
    const idle = connectHttp2(server.tlsUrl, { ca: server.ca });
    await askHttp2(idle, `${pods}?limit=1`);

    const watchText = `GET ${configMaps}?watch=true HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    const halfClosed = connectTcp({ port: plainPort, host: '127.0.0.1', allowHalfOpen: true });
    const unread = tcp(plainPort);
    const unreadTls = tls('http/1.1');
    await once(unreadTls, 'secureConnect');
    for (const socket of [halfClosed, unread, unreadTls]) {
      socket.write(watchText);
      await once(socket, 'readable');
    }
    halfClosed.end();
    const watch = openStream(idle, `${configMaps}?watch=true`);
    await once(watch, 'response');
    const list = openStream(idle, `${pods}?limit=1`);
    list.on('error', () => undefined);
    await once(list, 'response');

    const began = performance.now();
    const cutOff = new AbortController();
    await server.stop(cutOff.signal);
    expect(performance.now() - began).toBeLessThan(5000);
    for (const socket of [...neverUsed, ...shaken, halfClosed, unread, unreadTls]) socket.destroy();
    idle.destroy();
  }, 30_000);

  it('lets a long list over HTTP/2 run to its end, and ends a watch cleanly', async () => {
    const server = await startTlsServer(storage.factory);
    const session = connectHttp2(server.tlsUrl, { ca: server.ca });
    const whole = await askHttp1(server.plainUrl + pods);
    const watch = openStream(session, `${configMaps}?watch=true`);
    const list = openStream(session, pods);
    await Promise.all([once(watch, 'response'), once(list, 'response')]);
    const stopped = server.stop(new AbortController().signal);
    const [watched, listed] = await Promise.all([buffer(watch), buffer(list)]);
    expect(watched.toString()).toContain('"name":"first"');
    expect(listed.equals(whole.body)).toBe(true);
    await stopped;
  }, 30_000);

  it('breaks off a long list over HTTP/2 when it cannot wait, and nobody can take it for whole', async () => {
    const server = await startTlsServer(storage.factory);
    const session = connectHttp2(server.tlsUrl, { ca: server.ca });
    session.on('error', () => undefined);
    const list = openStream(session, pods);
    await once(list, 'response');
    const failed = expect(buffer(list)).rejects.toThrow();
    await server.stop(AbortSignal.abort());
    await failed;
  });
});

it('a list over HTTP/2 that fails in the middle cannot be taken for whole, and leaves the connection as it is', async () => {
  const json = Buffer.from(JSON.stringify({ metadata: {}, filler: 'x'.repeat(200_000) }));
  const object = { cluster: 'c', namespace: 'n', name: 'a', json };
  const batch: ObjectBatch = { objects: [object], count: 1, revision: 'r' };
  const type = findBuiltinResource('', 'v1', 'Pod');
  const factory = {
    collectionResources: () => [],
    clusterInventories: async () => [{ cluster: 'c', health: { status: 'healthy' }, resources: [type], updatedAt: 0 }],
    resourceStorage: () => ({
      async *list() {
        yield batch;
        yield batch;
        yield batch;
        throw new Error('the backend went');
      },
    }),
  } as unknown as StorageFactory;
  const server = await startTlsServer(factory);
  const session = connectHttp2(server.tlsUrl, { ca: server.ca });
  for (const encoding of ['identity', 'gzip']) {
    const asked = askHttp2(session, pods, { headers: { 'accept-encoding': encoding } });
    await expect(asked).rejects.toThrow('NGHTTP2_INTERNAL_ERROR');
  }
  expect((await askHttp2(session, '/livez')).status).toBe(200);
  await server.stop(AbortSignal.timeout(2000));
});
