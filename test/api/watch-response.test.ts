import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { WatchBatch } from '@clusterdex/storage-contract';
import { expect, it } from '@jest/globals';
import { plainRepresentation } from '../../src/api/plain-representation.js';
import { sendWatch, type WatchSource } from '../../src/api/watch-response.js';

/** There is a lot going on, and none of it concerns the watcher. */
const busySource: WatchSource = {
  async *list() {
    yield { objects: [], count: 0, revision: '1' };
  },
  async *watch(_options, revision, signal): AsyncGenerator<WatchBatch> {
    for (let next = Number(revision) + 1; !signal.aborted; next++) {
      yield { events: [], revision: String(next) };
      await delay(2);
    }
  },
};

it('a watch ends after its longest time, however long it is asked for', async () => {
  const server = createServer((_request, response) => {
    void sendWatch(response, busySource, {
      options: {},
      watch: { bookmarks: false, resourceVersion: '1' },
      timeoutSeconds: 1e9,
      longestSeconds: 0.05,
      type: { group: '', version: 'v1', kind: 'ConfigMap' },
      representation: plainRepresentation,
      signal: new AbortController().signal,
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const request = get({ host: '127.0.0.1', port: typeof address === 'object' ? address?.port : 0 });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  await once(response.resume(), 'end');
  expect(response.complete).toBe(true);
  server.close();
}, 10_000);

it('a watch of which nothing concerns the watcher tells it how far it is all the same', async () => {
  const ending = new AbortController();
  const server = createServer((_request, response) => {
    void sendWatch(response, busySource, {
      options: {},
      watch: { bookmarks: true, resourceVersion: '1' },
      type: { group: '', version: 'v1', kind: 'ConfigMap' },
      representation: plainRepresentation,
      signal: ending.signal,
      bookmarkInterval: 20,
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const request = get({ host: '127.0.0.1', port: typeof address === 'object' ? address?.port : 0 });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const revisions: number[] = [];
  for await (const line of createInterface({ input: response })) {
    const { type, object } = JSON.parse(line);
    expect(type).toBe('BOOKMARK');
    revisions.push(Number(object.metadata.resourceVersion));
    if (revisions.length === 3) ending.abort();
  }
  expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
  expect(new Set(revisions).size).toBeGreaterThanOrEqual(3);
  server.close();
}, 10_000);
