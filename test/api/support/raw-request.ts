import { connect } from 'node:net';

/** An answer as it came over the wire. */
export interface RawAnswer {
  /** 0 when not even a status line came. */
  readonly code: number;
  /** Lower-case names; of a repeated one the last. */
  readonly headers: ReadonlyMap<string, string>;
  /** Without the frames of chunks. */
  readonly body: Buffer;
  /** Whether it came to its end, by its length or its last chunk; otherwise the connection or the patience ended first. */
  readonly complete: boolean;
  /** Whether the patience ended. */
  readonly late: boolean;
}

export interface RawRequest {
  readonly bytes: Buffer;
  /** Says that no more will come, for bytes that may lack their end. A server need not answer to that. */
  readonly hangUp: boolean;
  /** In how many pieces the bytes are sent; one unless told. */
  readonly pieces?: number | undefined;
  /** The client goes when it has this many bytes of the answer. */
  readonly leaveAfter?: number | undefined;
}

/** Sends bytes as they stand, and takes what comes until the server ends the connection, or `patience` (milliseconds) is over. */
export function sendRaw(url: string, request: RawRequest, patience: number): Promise<RawAnswer> {
  const { bytes, hangUp, pieces = 1, leaveAfter = Number.POSITIVE_INFINITY } = request;
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let received = 0;
    let late = false;
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const timer = setTimeout(() => {
      late = true;
      socket.destroy();
    }, patience);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      received += chunk.length;
      if (received > leaveAfter) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve({ ...readAnswer(Buffer.concat(chunks)), late });
    });
    const size = Math.max(1, Math.ceil(bytes.length / pieces));
    const sendFrom = (at: number) => {
      if (at + size < bytes.length)
        socket.write(bytes.subarray(at, at + size), () => setImmediate(sendFrom, at + size));
      else if (hangUp) socket.end(bytes.subarray(at));
      else socket.write(bytes.subarray(at));
    };
    sendFrom(0);
  });
}

function readAnswer(bytes: Buffer): Omit<RawAnswer, 'late'> {
  const end = bytes.indexOf('\r\n\r\n');
  const head = bytes.subarray(0, Math.max(end, 0)).toString('latin1').split('\r\n');
  const code = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head[0] ?? '')?.[1] ?? 0);
  if (code === 100) return readAnswer(bytes.subarray(end + 4));
  const headers = new Map<string, string>();
  for (const line of head.slice(1)) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const rest = bytes.subarray(end + 4);
  if (end === -1) return { code, headers, body: Buffer.alloc(0), complete: false };
  if (headers.get('transfer-encoding') === 'chunked') return { code, headers, ...readChunks(rest) };
  const length = headers.get('content-length');
  return { code, headers, body: rest, complete: length === undefined || Number(length) === rest.length };
}

function readChunks(bytes: Buffer): Pick<RawAnswer, 'body' | 'complete'> {
  const pieces: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd === -1) return { body: Buffer.concat(pieces), complete: false };
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
    if (size === 0) return { body: Buffer.concat(pieces), complete: true };
    pieces.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
