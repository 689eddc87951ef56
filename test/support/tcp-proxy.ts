import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between a client and a server, and fails as networks do. */
export interface TcpProxy {
  readonly port: number;
  /** Ends every connection at once; new ones are let through. */
  cut(): void;
  /** As cut; new connections are refused until `restore`. */
  refuse(): void;
  restore(): void;
  /** Lets nothing through any more, and ends nothing. */
  stall(): void;
  /** Bytes that came from clients. */
  readonly received: number;
  close(): Promise<void>;
}

export async function startTcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let refusing = false;
  let received = 0;
  const server = createServer((client) => {
    const upstream = connect(target);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
    client.on('data', (piece) => {
      received += piece.length;
    });
    if (refusing) client.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    refuse() {
      refusing = true;
      cut();
    },
    restore() {
      refusing = false;
    },
    stall() {
      for (const socket of sockets) socket.unpipe();
    },
    get received() {
      return received;
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
