import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ObjectBatch } from '@clusterdex/storage-contract';
import { afterEach, describe, expect, it } from '@jest/globals';
import { jsonEncoding } from '../../src/api/document-encoding.js';
import { sendList } from '../../src/api/list-response.js';
import { plainRepresentation } from '../../src/api/plain-representation.js';
import type { ListDescription } from '../../src/api/representation.js';
import { createRunningLists } from '../../src/api/running-lists.js';

const envelope: ListDescription = {
  opening: '{"kind":"PodList"',
  describe: (summary) =>
    `,"metadata":${JSON.stringify({ resourceVersion: summary.revision, continue: summary.continue })}`,
  metadata: () => ({}),
  describedAtEnd: false,
  injectEvents: false,
};

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server that answers everything with this list. `outcome` settles as the first answer does. */
async function serveList(
  batches: (signal: AbortSignal) => AsyncIterable<ObjectBatch>,
  form: ListDescription = envelope,
) {
  const answer = { content: plainRepresentation.list(form), encoding: jsonEncoding };
  const lists = createRunningLists();
  let settle: (error: unknown) => void = () => undefined;
  const outcome = new Promise((resolve) => {
    settle = resolve;
  });
  const started = createServer((_request, response: ServerResponse) => {
    lists
      .run(response, (signal) => sendList(response, batches(signal), answer))
      .then(
        () => settle(undefined),
        (error: unknown) => {
          response.destroy();
          settle(error);
        },
      );
  });
  server = started.listen(0, '127.0.0.1');
  await once(started, 'listening');
  return { url: `http://127.0.0.1:${(started.address() as AddressInfo).port}/`, outcome, lists };
}

function batch(names: readonly string[], more: Partial<ObjectBatch> = {}): ObjectBatch {
  const objects = names.map((name) => ({
    cluster: 'c',
    namespace: '',
    name,
    json: Buffer.from(JSON.stringify({ metadata: { name } })),
  }));
  return { objects, count: objects.length, ...more };
}

async function* from(...batches: ObjectBatch[]): AsyncGenerator<ObjectBatch> {
  yield* batches;
}

/** Too large to be kept back for the rest of its list. */
function largeBatch(name: string, more: Partial<ObjectBatch> = {}): ObjectBatch {
  const json = Buffer.from(JSON.stringify({ metadata: { name }, filler: 'x'.repeat(200_000) }));
  return { objects: [{ cluster: 'c', namespace: '', name, json }], count: 1, ...more };
}

function items(...names: string[]) {
  return names.map((name) => ({ metadata: { name } }));
}

describe('the answer to a list', () => {
  it('is one piece with its length when the list is one batch', async () => {
    const { url } = await serveList(() => from(batch(['a', 'b'], { revision: 'r1', continue: 'p' })), {
      ...envelope,
      describedAtEnd: true,
    });
    const response = await fetch(url);
    const text = await response.text();
    expect(text).toBe(
      '{"kind":"PodList","metadata":{"resourceVersion":"r1","continue":"p"},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]}\n',
    );
    expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
  });

  it.each([
    ['no batch', []],
    ['an empty batch', [batch([], { revision: 'r' })]],
    ['empty batches', [batch([], { revision: 'r' }), batch([]), batch([])]],
  ])('has no items for %s', async (_name, batches) => {
    const { url } = await serveList(() => from(...batches));
    expect(await (await fetch(url)).json()).toMatchObject({ kind: 'PodList', items: [] });
  });

  it('uses the bytes that a storage joined', async () => {
    const joined = Buffer.from('{"metadata":{"name":"x"}},{"metadata":{"name":"y"}}');
    const unread: ObjectBatch = {
      joined,
      count: 2,
      get objects(): never {
        throw new Error('there was no need to split the batch');
      },
    };
    const { url } = await serveList(() => from(unread));
    expect(await (await fetch(url)).json()).toMatchObject({ items: items('x', 'y') });
  });

  it.each([
    [false, '{"kind":"PodList","metadata":{"resourceVersion":"r"},"items":['],
    [true, '{"kind":"PodList","items":['],
  ])(
    'is a stream when there are more batches, empty ones among them (described at the end: %s)',
    async (describedAtEnd, start) => {
      const batches = [
        largeBatch('a', { revision: 'r' }),
        batch([]),
        batch(['b', 'c']),
        batch(['d'], { continue: 'p' }),
      ];
      const { url } = await serveList(() => from(...batches), { ...envelope, describedAtEnd });
      const response = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
      const text = await response.text();
      expect(text.startsWith(start)).toBe(true);
      expect(response.headers.has('content-length')).toBe(false);
      const list = JSON.parse(text);
      expect(list.items).toMatchObject(items('a', 'b', 'c', 'd'));
      expect(list.metadata).toEqual(
        describedAtEnd ? { resourceVersion: 'r', continue: 'p' } : { resourceVersion: 'r' },
      );
    },
  );

  it('is one piece with its length also when it is a few small batches', async () => {
    const { url } = await serveList(() => from(batch(['a'], { revision: 'r' }), batch([]), batch(['b', 'c'])));
    const response = await fetch(url);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ metadata: { resourceVersion: 'r' }, items: items('a', 'b', 'c') });
    expect(response.headers.get('content-length')).toBe(String(text.length));
  });

  it('has no body for HEAD', async () => {
    const { url, outcome } = await serveList(() => from(batch(['a']), batch(['b'])));
    const response = await fetch(url, { method: 'HEAD' });
    expect(await response.text()).toBe('');
    expect(await outcome).toBeUndefined();
  });

  it('breaks off when the storage fails on the way, so that nobody takes it for a whole list', async () => {
    let fail: () => void = () => undefined;
    const failure = new Promise<void>((resolve) => {
      fail = resolve;
    });
    async function* failing() {
      yield largeBatch('a');
      yield batch(['b']);
      await failure;
      throw new Error('the disk is gone');
    }
    const { url, outcome } = await serveList(failing);
    const response = await fetch(url);
    expect(response.status).toBe(200);
    fail();
    await expect(response.text()).rejects.toThrow();
    expect(await outcome).toMatchObject({ message: 'the disk is gone' });
  });

  it('is an error when the storage fails before the first byte', async () => {
    async function* failing(): AsyncGenerator<ObjectBatch> {
      yield batch(['a']);
      throw new Error('the disk is gone');
    }
    const { url, outcome } = await serveList(failing);
    await fetch(url).catch(() => undefined);
    expect(await outcome).toMatchObject({ message: 'the disk is gone' });
  });

  describe('that is endless', () => {
    const megabyte = Buffer.from(`{"filler":"${'x'.repeat(1 << 20)}"}`);
    let pulled = 0;
    let ended: Promise<void>;

    function endless(signal: AbortSignal): AsyncIterable<ObjectBatch> {
      pulled = 0;
      let end: () => void = () => undefined;
      ended = new Promise((resolve) => {
        end = resolve;
      });
      async function* produce() {
        try {
          for (;;) {
            if (signal.aborted) throw new Error('aborted');
            pulled++;
            yield { objects: [], joined: megabyte, count: 1 };
            await new Promise(setImmediate);
          }
        } finally {
          end();
        }
      }
      return produce();
    }

    async function open(url: string): Promise<IncomingMessage> {
      const request = get(url);
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      return response;
    }

    /** Resolves when nothing was pulled for a while: the server waits. */
    async function untilStill(): Promise<number> {
      for (;;) {
        const before = pulled;
        for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
        if (pulled === before) return pulled;
      }
    }

    it('waits for a client that does not read', async () => {
      const { url } = await serveList(endless);
      const response = await open(url);
      const first = await untilStill();
      expect(first).toBeLessThan(30);
      response.once('data', () => response.pause());
      await once(response, 'data');
      response.destroy();
      await ended;
    });

    it('ends when the client goes', async () => {
      const { url, outcome } = await serveList(endless);
      const response = await open(url);
      await once(response, 'data');
      response.destroy();
      await ended;
      expect(await outcome).toBeInstanceOf(Error);
    });

    it('ends when the server cannot wait any longer', async () => {
      const { url, lists } = await serveList(endless);
      const response = await open(url);
      const broken = new Promise((resolve) => response.on('close', resolve));
      response.on('error', () => undefined).resume();
      await once(response, 'data');
      lists.abortAll();
      await ended;
      await broken;
      expect(response.complete).toBe(false);
    });
  });

  it.each([1, 3])('releases each of %d batches once, when its bytes are with the client', async (count) => {
    const released: string[] = [];
    const batches = Array.from({ length: count }, (_, index) => {
      const whole = largeBatch(`n${index}`);
      return { ...whole, joined: whole.objects[0]?.json ?? Buffer.alloc(0), release: () => released.push(`n${index}`) };
    });
    const { url, outcome } = await serveList(() => from(...batches));
    expect(((await (await fetch(url)).json()) as { items: unknown[] }).items).toHaveLength(count);
    expect(await outcome).toBeUndefined();
    expect(released).toEqual(batches.map((_, index) => `n${index}`));
  });

  it('aborts nothing when the connection has done with an answer that was complete', async () => {
    const signals: AbortSignal[] = [];
    const { url } = await serveList((signal) => {
      signals.push(signal);
      return from(batch(['a']));
    });
    for (let request = 0; request < 3; request++) await (await fetch(url)).text();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false]);
  });
});
