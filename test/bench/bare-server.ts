import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Entry of a child process: answers every request with the same number of bytes. A message { bytes } starts it, the answer is { port }. */
process.on('message', ({ bytes }: { bytes: number }) => {
  const body = Buffer.alloc(bytes, 'x');
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes });
    response.end(body);
  });
  server.listen(0, '127.0.0.1', () => process.send?.({ result: { port: (server.address() as AddressInfo).port } }));
});
