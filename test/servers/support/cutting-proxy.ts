import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

type Direction = 'requests' | 'answers';

/** Stands between a client and a server, and does to their connections what networks do. */
export interface CuttingProxy {
  readonly port: number;
  /** Bytes that came through since the last call. */
  count(direction: Direction): number;
  /** Cuts the connection that is the first to carry so many bytes from now on; once. */
  cutAfter(direction: Direction, bytes: number): void;
  /** Whether the last cut has been made. */
  wasCut(): boolean;
  /** Nothing comes through, and nobody is told. */
  freeze(): void;
  close(): Promise<void>;
}

export async function startCuttingProxy(target: {
  readonly host: string;
  readonly port: number;
}): Promise<CuttingProxy> {
  const counts = { requests: 0, answers: 0 };
  const sockets = new Set<Socket>();
  let cut: { readonly direction: Direction; left: number } | undefined;
  let frozen = false;

  const server = createServer((client) => {
    const upstream = connect(target);
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    const forward = (direction: Direction, from: Socket, to: Socket) => {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('error', end);
      from.on('close', () => {
        sockets.delete(from);
        end();
      });
      from.on('data', (bytes) => {
        if (frozen) return;
        counts[direction] += bytes.length;
        if (cut?.direction === direction && bytes.length > cut.left) {
          const rest = bytes.subarray(0, cut.left);
          cut = undefined;
          // What came before arrives, then comes the end.
          if (rest.length > 0) to.end(rest);
          if (direction === 'answers' || rest.length === 0) from.destroy();
          return;
        }
        if (cut?.direction === direction) cut.left -= bytes.length;
        to.write(bytes);
      });
    };
    forward('requests', client, upstream);
    forward('answers', upstream, client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    count(direction) {
      const bytes = counts[direction];
      counts[direction] = 0;
      return bytes;
    },
    cutAfter(direction, bytes) {
      cut = { direction, left: bytes };
    },
    wasCut: () => cut === undefined,
    freeze() {
      frozen = true;
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
