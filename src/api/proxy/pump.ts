import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { allowSilence, guardAgainstStall, waitForClient } from '../client-pace.js';
import type { UpgradeOffer } from './upgrades.js';

/** Hands an answer over as it comes, as fast as the client takes it. One that breaks off there breaks off here. */
export async function pump(message: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    for await (const piece of message) {
      if (response.destroyed) return;
      if (response.write(piece as Buffer)) continue;
      guardAgainstStall(response);
      await waitForClient(response);
      allowSilence(response);
    }
    if (!message.complete) throw new Error('the answer broke off');
    response.end();
  } catch {
    response.destroy();
  } finally {
    message.destroy();
  }
}

/** Joins both connections until one of them ends, or the signal aborts. */
export function join(
  { socket: client, head }: UpgradeOffer,
  member: { readonly socket: Duplex; readonly head: Buffer },
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      signal.removeEventListener('abort', end);
      client.destroy();
      member.socket.destroy();
      resolve();
    };
    for (const side of [client, member.socket]) {
      side.on('error', end);
      side.on('close', end);
    }
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    if (head.length > 0) member.socket.write(head);
    if (member.head.length > 0) client.write(member.head);
    client.pipe(member.socket);
    member.socket.pipe(client);
  });
}
