import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** Servers that are none, each in its way. By name, the address of each. */
export interface HostileServers {
  readonly addresses: Readonly<Record<HostileName, string>>;
  close(): Promise<void>;
}

export type HostileName = 'page' | 'noise' | 'silent' | 'dripping' | 'endless';

/** All but `noise` and `silent` are well when they are asked for their health. */
export async function startHostileServers(): Promise<HostileServers> {
  const sockets = new Set<Socket>();
  const servers: Readonly<Record<HostileName, Server>> = {
    page: answering((response) => response.end('<html>It works!</html>')),
    noise: createServer((socket) => socket.on('error', () => {}).end(randomBytes(4096))),
    silent: createServer((socket) => void socket.on('error', () => {}).resume()),
    dripping: answering((response) => {
      const timer = setInterval(() => response.write(' '), 200);
      response.on('close', () => clearInterval(timer));
    }),
    endless: answering((response) => {
      const piece = Buffer.alloc(1 << 16, ' ');
      const pour = () => {
        while (response.writable && response.write(piece));
      };
      response.on('drain', pour);
      pour();
    }),
  };
  const addresses: Partial<Record<HostileName, string>> = {};
  for (const [name, server] of Object.entries(servers)) {
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    addresses[name as HostileName] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  return {
    addresses: addresses as Readonly<Record<HostileName, string>>,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(Object.values(servers).map((server) => once(server.close(), 'close')));
    },
  };
}

function answering(answer: (response: ServerResponse) => void): Server {
  return createHttpServer(({ url = '' }, response) => {
    response.on('error', () => {});
    if (url.startsWith('/readyz')) response.end('ok');
    else answer(response.writeHead(200, { 'content-type': 'application/json' }));
  });
}
