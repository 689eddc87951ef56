import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { createResponseReader, runLoad } from './http-load.js';

const answers =
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab\r\nc' +
  'HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n' +
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n19\r\nabcdefghijklm\r\n0\r\n\r\nopqrs\r\n0\r\n\r\n' +
  'HTTP/1.1 500 Oops\r\ncontent-length: 1\r\n\r\nx';

describe('the load generator', () => {
  it.each([1, 2, 3, 7, 1000])('finds the end of every answer, read %i bytes at a time', (size) => {
    const statuses: number[] = [];
    const read = createResponseReader((status) => statuses.push(status));
    for (let start = 0; start < answers.length; start += size) {
      const piece = Buffer.from(answers.slice(start, start + size));
      // The buffer is longer than what was read into it, as a reused one is.
      read(Buffer.concat([piece, Buffer.from('HTTP/1.1 418\r\n\r\n')]), piece.length);
    }
    expect(statuses).toEqual([200, 404, 200, 500]);
  });

  it('counts what a server sent', async () => {
    const seen = new Map<string, number>();
    const server = createServer((request, response) => {
      seen.set(request.url ?? '', (seen.get(request.url ?? '') ?? 0) + 1);
      response.end('x'.repeat(1000));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const started = performance.now();
    const result = await runLoad({ port, paths: ['/a', '/b'], connections: 2, milliseconds: 100 });
    const seconds = (performance.now() - started) / 1000;
    server.close();
    const total = (seen.get('/a') ?? 0) + (seen.get('/b') ?? 0);
    expect([...seen.keys()].sort()).toEqual(['/a', '/b']);
    expect(result.requestsPerSecond * seconds).toBeGreaterThanOrEqual(total * 0.8);
    expect(result.requestsPerSecond * seconds).toBeLessThanOrEqual(total * 1.5);
  });

  it('refuses to count an error', async () => {
    const server = createServer((_request, response) => response.writeHead(500).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await expect(runLoad({ port, paths: ['/a'], connections: 1, milliseconds: 100 })).rejects.toThrow('/a: status 500');
    server.close();
  });
});
