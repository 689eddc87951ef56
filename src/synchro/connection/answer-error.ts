import { ConnectionError } from './connection-error.js';
import type { TransportAnswer } from './transport.js';

const mostBytes = 64 << 10;

/** What an answer of status 400 or more says: a Status, or text. */
export async function answerError(
  server: string,
  { status, headers, stream }: TransportAnswer,
): Promise<ConnectionError> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of stream) {
      pieces.push(piece as Buffer);
      bytes += (piece as Buffer).length;
      if (bytes > mostBytes) break;
    }
  } catch {
    // What came has to do.
  }
  const text = Buffer.concat(pieces).toString();
  const details = readStatus(text);
  const said = typeof details?.message === 'string' ? details.message : text.trim().slice(0, 300);
  const retryAfter = Number(headers['retry-after']);
  return new ConnectionError(
    status === 401 ? 'unauthorized' : 'refused',
    `${server} answers ${status}${said === '' ? '' : `: ${said}`}`,
    {
      status,
      ...(typeof details?.reason === 'string' ? { reason: details.reason } : {}),
      ...(retryAfter >= 0 && Number.isFinite(retryAfter) && headers['retry-after'] !== undefined ? { retryAfter } : {}),
      ...(details === undefined ? {} : { details }),
    },
  );
}

function readStatus(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status'
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
