import { type ClientHttp2Session, connect } from 'node:http2';
import type { Http2Attack } from './attack.js';

/** Sends attacks over one HTTP/2 connection, and over a new one when that has ended. */
export interface Http2Client {
  /** The status of the answer; 0 when there was none, as after a reset. */
  send(attack: Http2Attack, patience: number): Promise<number>;
  close(): void;
}

/** Milliseconds. */
const afterGoaway = 1000;

export function createHttp2Client(origin: string): Http2Client {
  let session: ClientHttp2Session | undefined;

  function current(): ClientHttp2Session {
    if (session === undefined || session.closed || session.destroyed) {
      // The certificate is the server's own, and what is asked for no secret.
      const opened = connect(origin, { rejectUnauthorized: false });
      opened.on('error', () => undefined);
      // A server sends one away who resets too much, and Node's client may then wait for ever for what it will not get.
      opened.on('goaway', () => {
        if (session === opened) session = undefined;
        setTimeout(() => opened.destroy(), afterGoaway);
      });
      session = opened;
    }
    return session;
  }

  return {
    send(attack, patience) {
      return new Promise((resolve) => {
        let code = 0;
        const { headers, body, cancel } = attack;
        // Node's client refuses some of what is drawn itself.
        let stream: ReturnType<ClientHttp2Session['request']>;
        try {
          stream = current().request(headers, { endStream: body === undefined });
        } catch {
          return resolve(0);
        }
        const timer = setTimeout(() => {
          stream.destroy();
          stream.session?.destroy();
          resolve(code);
        }, patience);
        stream.on('error', () => undefined);
        stream.on('close', () => {
          clearTimeout(timer);
          resolve(code);
        });
        stream.on('response', ({ ':status': status }) => {
          code = Number(status);
          if (cancel === 'with the headers') stream.close(8);
        });
        stream.on('data', () => {
          if (cancel === 'with the first data') stream.close(8);
        });
        stream.on('end', () => stream.close());
        if (body !== undefined) stream.end(body);
        if (cancel === 'at once') stream.close(8);
      });
    },
    close() {
      session?.destroy();
    },
  };
}
