import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Entry of a child process: the limit. A bare Node server that sends, from memory, the bytes that another server sent for the same path.
 * A message { origin, paths } makes it fetch and keep these; the answer is { port, bytes }.
 */
interface Answer {
  readonly body: Buffer;
  readonly headers: Record<string, string | number>;
}

const answers = new Map<string, Answer>();
const server = createServer((request, response) => {
  const answer = answers.get(request.url ?? '');
  if (answer === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, answer.headers);
  response.end(answer.body);
});
server.keepAliveTimeout = 0;
const listening = new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

async function load(origin: string, paths: readonly string[]): Promise<number> {
  answers.clear();
  let bytes = 0;
  for (const path of paths) {
    const response = await fetch(origin + path);
    const body = Buffer.from(await response.arrayBuffer());
    if (response.status !== 200)
      throw new Error(`${path}: status ${response.status}: ${body.toString().slice(0, 300)}`);
    bytes += body.length;
    answers.set(path, {
      body,
      headers: { 'content-type': response.headers.get('content-type') ?? '', 'content-length': body.length },
    });
  }
  return bytes;
}

process.on('message', ({ origin, paths }: { origin: string; paths: readonly string[] }) => {
  listening
    .then(() => load(origin, paths))
    .then(
      (bytes) => process.send?.({ result: { port: (server.address() as AddressInfo).port, bytes } }),
      (error: unknown) => process.send?.({ error: String(error) }),
    );
});
