import { connect, type Socket } from 'node:net';

export interface LoadOptions {
  readonly port: number;
  /** Asked for in turn; each connection starts somewhere else. */
  readonly paths: readonly string[];
  /** The form that is asked for. */
  readonly accept?: string;
  readonly connections: number;
  readonly milliseconds: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Share of one core that the load generator itself used; near 1 it is the bottleneck. */
  readonly clientBusy: number;
}

/**
 * Loads a server on the loopback as fast as it answers: one request at a time on each kept-alive connection, no pipelining. It reads
 * just enough of each answer to know its status and its end, so that it costs far less than the server that it measures. Rejects on any
 * status but 200.
 */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const accept = options.accept === undefined ? '' : `Accept: ${options.accept}\r\n`;
  const requests = options.paths.map((path) => Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${accept}\r\n`));
  const total = { requests: 0, bytes: 0 };
  const startedAt = performance.now();
  const startedCpu = process.cpuUsage();
  const deadline = startedAt + options.milliseconds;
  await Promise.all(
    Array.from({ length: options.connections }, (_, index) => {
      const first = Math.floor((index * requests.length) / options.connections);
      return loadConnection({ port: options.port, requests, paths: options.paths, first, deadline, total });
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const cpu = process.cpuUsage(startedCpu);
  return {
    requests: total.requests,
    requestsPerSecond: total.requests / seconds,
    bytesPerSecond: total.bytes / seconds,
    clientBusy: (cpu.user + cpu.system) / 1e6 / seconds,
  };
}

interface Connection {
  readonly port: number;
  readonly requests: readonly Buffer[];
  readonly paths: readonly string[];
  readonly first: number;
  readonly deadline: number;
  readonly total: { requests: number; bytes: number };
}

function loadConnection(connection: Connection): Promise<void> {
  const { requests, total } = connection;
  let next = connection.first;
  return new Promise((resolve, reject) => {
    let finished = false;
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    const send = (): void => {
      if (performance.now() >= connection.deadline) {
        finished = true;
        socket.end();
        resolve();
        return;
      }
      const request = requests[next % requests.length];
      next += 1;
      if (request !== undefined) socket.write(request);
    };
    const reader = createResponseReader((status) => {
      if (status !== 200) return fail(new Error(`${connection.paths[(next - 1) % requests.length]}: status ${status}`));
      total.requests += 1;
      send();
    });
    const buffer = Buffer.allocUnsafe(262_144);
    const socket: Socket = connect({
      port: connection.port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer,
        callback(count) {
          total.bytes += count;
          reader(buffer, count);
          return true;
        },
      },
    });
    socket.on('connect', send);
    socket.on('error', fail);
    socket.on('close', () => {
      if (!finished) reject(new Error('the server closed a connection in the middle of a run'));
    });
  });
}

/** A function that is fed what arrives; `onResponse` is called at the end of each answer. Sizes and chunks are followed, bodies are skipped. */
export function createResponseReader(onResponse: (status: number) => void): (bytes: Buffer, count: number) => void {
  let state: 'head' | 'length' | 'chunk size' | 'chunk' | 'trailer' = 'head';
  let text = '';
  let left = 0;
  let status = 0;
  const done = (): void => {
    state = 'head';
    text = '';
    onResponse(status);
  };
  const head = (): void => {
    status = Number(text.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
    text = '';
    if (length === undefined) {
      state = 'chunk size';
      return;
    }
    left = Number(length);
    state = 'length';
    if (left === 0) done();
  };
  /** Collects up to and with `end`; true when it is complete. Reads bytes one by one only where lines are short. */
  const collect = (bytes: Buffer, range: { at: number; count: number }, end: string): boolean => {
    const index = bytes.subarray(0, range.count).indexOf(end, range.at, 'latin1');
    if (index !== -1 && !endsWithPart(text, end)) {
      text += bytes.toString('latin1', range.at, index + end.length);
      range.at = index + end.length;
      return true;
    }
    // The end may lie across two reads.
    while (range.at < range.count) {
      text += String.fromCharCode(bytes[range.at] ?? 0);
      range.at += 1;
      if (text.endsWith(end)) return true;
    }
    return false;
  };
  return (bytes, count) => {
    const range = { at: 0, count };
    while (range.at < count) {
      if (state === 'head') {
        if (!collect(bytes, range, '\r\n\r\n')) return;
        head();
      } else if (state === 'chunk size') {
        if (!collect(bytes, range, '\r\n')) return;
        left = Number.parseInt(text, 16) + 2;
        text = '';
        state = left === 2 ? 'trailer' : 'chunk';
      } else if (state === 'trailer') {
        if (!collect(bytes, range, '\r\n')) return;
        done();
      } else {
        const step = Math.min(left, count - range.at);
        left -= step;
        range.at += step;
        if (left > 0) return;
        if (state === 'chunk') state = 'chunk size';
        else done();
      }
    }
  };
}

function endsWithPart(text: string, end: string): boolean {
  for (let length = end.length - 1; length > 0; length -= 1) {
    if (text.endsWith(end.slice(0, length))) return true;
  }
  return false;
}
