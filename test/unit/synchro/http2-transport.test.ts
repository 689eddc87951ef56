import { once } from 'node:events';
import { createServer, type Http2Server } from 'node:http2';
import { type AddressInfo, connect, type Socket } from 'node:net';
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

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
