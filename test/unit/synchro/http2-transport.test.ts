import { once } from 'node:events';
import { constants, createServer, type Http2Server } from 'node:http2';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHttp2Transport } from '../../../src/synchro/connection/http2-transport.js';

describe('an HTTP/2 transport that is closed', () => {
  let server: Http2Server;
  let port: number;

  beforeAll(async () => {
    server = createServer((_request, response) => response.end('answer')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });

  afterAll(() => {
    server.close();
  });

  async function openSocket(): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  }

  const get = { method: 'GET', path: '/', headers: {}, body: undefined, signal: new AbortController().signal };

  it('while it opens a connection opens no other one, and closes that one', async () => {
    const sockets: Socket[] = [];
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const transport = createHttp2Transport(`http://127.0.0.1:${port}`, async () => {
      await opened;
      const socket = await openSocket();
      sockets.push(socket);
      return socket;
    });
    const asked = transport.request(get).then(
      () => 'answered',
      (error: Error & { readonly code?: string }) => error.code,
    );
    await transport.close();
    open();
    expect(await asked).toBe('ECONNRESET');
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true]);
    expect(transport.connections).toBe(0);
  });

  it('in the moment in which a connection is there ends it, and nothing is thrown that nobody hears', async () => {
    const opened: Socket[] = [];
    const transport = createHttp2Transport(`http://127.0.0.1:${port}`, async () => {
      const socket = await openSocket();
      opened.push(socket);
      return socket;
    });
    const asked = transport.request(get).then(
      () => 'answered',
      () => 'refused',
    );
    // Not later: the session tells in the next tick that it is connected.
    while (transport.connections === 0) await (opened.length === 0 ? nextTurn() : undefined);
    await transport.close();
    await asked;
    expect(opened.map(({ destroyed }) => destroyed)).toEqual([true]);
  });
});

it('a request that is aborted within its answer is cancelled at the server, and the connection goes on', async () => {
  const cancelled: number[] = [];
  const server = createServer().listen(0, '127.0.0.1');
  server.on('stream', (stream) => {
    stream.on('error', () => {}).on('close', () => cancelled.push(stream.rstCode));
    stream.respond();
    stream.write('a watch');
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const transport = createHttp2Transport(`http://127.0.0.1:${port}`, async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  });
  for (let round = 1; round <= 2; round++) {
    const stopping = new AbortController();
    const request = { method: 'GET', path: '/', headers: {}, body: undefined, signal: stopping.signal };
    const { stream } = await transport.request(request);
    for await (const piece of stream) {
      expect(String(piece)).toBe('a watch');
      stopping.abort();
      break;
    }
    while (cancelled.length < round) await nextTurn();
    expect(transport.connections).toBe(1);
  }
  expect(cancelled).toEqual([constants.NGHTTP2_CANCEL, constants.NGHTTP2_CANCEL]);
  await transport.close();
  server.close();
});

/** Something is being sent that never arrives: also what would say that the connection ends. */
it('an HTTP/2 transport is closed within seconds when the network takes nothing any more', async () => {
  const settings = { initialWindowSize: 64 << 20 };
  const server = createServer({ settings }, (_request, response) => response.end('answer')).listen(0, '127.0.0.1');
  server.on('session', (session) => session.setLocalWindowSize(64 << 20));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const passed: Socket[] = [];
  const proxy = createTcpServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    passed.push(client, upstream);
    client
      .on('error', () => {})
      .pipe(upstream.on('error', () => {}))
      .pipe(client);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port: proxyPort } = proxy.address() as AddressInfo;
  const sockets: Socket[] = [];
  const transport = createHttp2Transport(`http://127.0.0.1:${proxyPort}`, async () => {
    const socket = connect(proxyPort, '127.0.0.1');
    await once(socket, 'connect');
    sockets.push(socket);
    return socket;
  });
  const stopping = new AbortController();
  const request = { method: 'GET', path: '/', headers: {}, body: undefined, signal: stopping.signal };
  // The settings of both are exchanged by then.
  const { stream } = await transport.request(request);
  await once(stream.resume(), 'end');
  for (const socket of passed) socket.unpipe().pause();
  const asked = transport.request({ ...request, method: 'POST', body: Buffer.alloc(32 << 20).toString() });
  const refused = asked.catch((error: Error) => error.name);
  // More than the buffers between them take.
  for (let turn = 0; turn < 50; turn++) await nextTurn();
  stopping.abort();
  expect(await refused).toBe('AbortError');
  await transport.close();
  expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true]);
  for (const socket of passed) socket.destroy();
  proxy.close();
  server.close();
}, 30_000);

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
