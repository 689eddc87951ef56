import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { type ObjectChange, prepareObject } from '@clusterdex/storage-contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { findBuiltinResource } from '../../src/kube/builtin-resources.js';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { loadObjects } from '../api/support/load-objects.js';
import { startTlsServer, type TlsServer } from '../api/support/start-tls-server.js';
import { runClusterdex } from '../support/clusterdex.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const isInstalled = spawnSync('kubectl', ['version', '--client']).status === 0;
const describeKubectl = isInstalled || process.env.CI === 'true' ? describe : describe.skip;
const folder = temporaryFolder();
let version = 1000;

function pod(name: string, options: { readonly phase?: string; readonly ready?: string } = {}) {
  const { phase = 'Pending', ready = 'False' } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'n',
      uid: name,
      resourceVersion: String(version++),
      creationTimestamp: '2024-01-01T00:00:00Z',
    },
    spec: { containers: [{ name: 'a', image: 'a' }] },
    status: { phase, conditions: [{ type: 'Ready', status: ready }] },
  };
}

const put = (object: object, cluster = 'c1'): ObjectChange => ({
  type: 'upsert',
  object: prepareObject(Buffer.from(JSON.stringify(object)), { cluster }),
});
const remove = (name: string): ObjectChange => ({ type: 'delete', namespace: 'n', name });

/** A kubectl that runs while the test goes on. */
class Kubectl {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #errors: Promise<string>;
  readonly ended: Promise<unknown>;

  constructor(parameters: readonly string[]) {
    this.#child = spawn('kubectl', [...parameters], { env: { PATH: process.env.PATH, HOME: folder } });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#errors = text(this.#child.stderr);
    this.ended = once(this.#child, 'close');
  }

  /** The next lines of its output, with the space between columns made one. */
  async lines(count: number): Promise<readonly string[]> {
    const lines: string[] = [];
    while (lines.length < count) {
      const { value, done } = await Promise.race([this.#lines.next(), this.#late(lines)]);
      if (done) throw new Error(`kubectl ended after ${JSON.stringify(lines)}: ${await this.#errors}`);
      lines.push(String(value).replace(/ +/g, ' ').trim());
    }
    return lines;
  }

  async #late(lines: readonly string[]): Promise<never> {
    await delay(20_000, undefined, { ref: false });
    throw new Error(`kubectl says nothing after ${JSON.stringify(lines)}`);
  }

  /** Everything that is left, when it ends by itself. */
  async rest(): Promise<{
    readonly status: number | null;
    readonly lines: readonly string[];
    readonly errors: string;
  }> {
    const lines: string[] = [];
    for (let next = await this.#lines.next(); !next.done; next = await this.#lines.next()) lines.push(next.value);
    await this.ended;
    return { status: this.#child.exitCode, lines, errors: await this.#errors };
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

describe('kubectl that watches', () => {
  it(`is ${isInstalled ? 'here' : 'NOT RUN: no kubectl on the PATH; install one to run these tests'}`, () => {
    if (process.env.CI === 'true') expect(isInstalled).toBe(true);
  });
});

describeKubectl.each(['sqlite', 'memory'])('kubectl that watches a server on %s', (storageName) => {
  const dataDirectory = join(folder, storageName);
  let storage: OpenedStorage;
  let server: TlsServer;
  const running: Kubectl[] = [];

  beforeAll(async () => {
    storage = await openTestStorage(storageName, { dataDirectory });
    const objects = [pod('first'), pod('second', { phase: 'Running', ready: 'True' })];
    await loadObjects(storage.factory, 'c1', { objects });
    await loadObjects(storage.factory, 'c2', { objects: [pod('other')] });
    server = await startTlsServer(storage.factory);
  }, 60_000);
  afterEach(async () => {
    for (const kubectl of running.splice(0)) await kubectl.stop();
  });
  afterAll(async () => {
    await server.stop(AbortSignal.timeout(1000));
    await storage.close();
  });

  function write(cluster: string, ...changes: ObjectChange[]) {
    const type = findBuiltinResource('', 'v1', 'Pod');
    if (type === undefined) throw new Error('there are no pods');
    return storage.factory.resourceStorage(type).write(cluster, changes);
  }

  function kubectl(cluster: string | undefined, ...parameters: string[]): Kubectl {
    const below = cluster === undefined ? '' : `/clusters/${cluster}`;
    const url = `${server.plainUrl}/apis/clusterpedia.io/v1beta1/resources${below}`;
    const started = new Kubectl(['--server', url, '-n', 'n', ...parameters]);
    running.push(started);
    return started;
  }

  it('get -w prints a Table that goes on', async () => {
    const watching = kubectl('c1', 'get', 'pods', '-w');
    const [header, ...rows] = await watching.lines(3);
    expect(header).toMatch(/^CLUSTER NAME READY STATUS RESTARTS AGE$/);
    expect(rows.map((row) => row.split(' ').slice(0, 4).join(' '))).toEqual([
      'c1 first 0/1 Pending',
      'c1 second 0/1 Running',
    ]);
    await write('c1', put(pod('first', { phase: 'Running' })), put(pod('third')));
    const changes = await watching.lines(2);
    expect(changes.map((row) => row.split(' ').slice(0, 4).join(' '))).toEqual([
      'c1 first 0/1 Running',
      'c1 third 0/1 Pending',
    ]);
    await write('c1', remove('third'), put(pod('first')));
    expect((await watching.lines(2)).map((row) => row.split(' ')[1])).toEqual(['third', 'first']);
  });

  it('get -w over all clusters says in which one', async () => {
    const watching = kubectl(undefined, 'get', 'pods', '--watch', '--output-watch-events', '--no-headers');
    const first = (row: string) => row.split(' ').slice(0, 3).join(' ');
    expect((await watching.lines(3)).map(first).sort()).toEqual([
      'ADDED c1 first',
      'ADDED c1 second',
      'ADDED c2 other',
    ]);
    await write('c2', put(pod('new'), 'c2'), remove('other'));
    await write('c2', put(pod('other'), 'c2'), remove('new'));
    expect((await watching.lines(4)).map(first)).toEqual([
      'ADDED c2 new',
      'DELETED c2 other',
      'ADDED c2 other',
      'DELETED c2 new',
    ]);
  });

  it('get --watch-only prints nothing of what is there', async () => {
    const watching = kubectl('c1', 'get', 'pods', '--watch-only', '-o', 'name');
    // Nothing says that it watches: write until it says something.
    const line = watching.lines(1);
    let seen = false;
    line.finally(() => {
      seen = true;
    });
    for (let round = 0; !seen; round++) {
      await write('c1', put(pod('only', { phase: `round-${round}` })));
      await delay(50);
    }
    expect(await line).toEqual(['pod/only']);
    await write('c1', remove('only'));
  });

  it('get -w -o json prints objects, one after the other', async () => {
    const watching = kubectl('c1', 'get', 'pods', '-w', '-o', 'json', '--field-selector', 'metadata.name=first');
    async function nextObject() {
      let json = '';
      for (;;) {
        const [line = ''] = await watching.lines(1);
        json += `${line}\n`;
        try {
          return JSON.parse(json);
        } catch {
          // More of it is to come.
        }
      }
    }
    expect((await nextObject()).metadata.name).toBe('first');
    await write('c1', put(pod('second')), put(pod('first', { phase: 'Failed' })));
    expect(await nextObject()).toMatchObject({ metadata: { name: 'first' }, status: { phase: 'Failed' } });
  });

  it('wait --for=condition ends when it is there, and says when it is not', async () => {
    await write('c1', put(pod('waited')));
    const waiting = kubectl('c1', 'wait', 'pod/waited', '--for=condition=Ready', '--timeout=20s');
    await untilWatched();
    await write('c1', put(pod('waited', { phase: 'Running' })));
    await write('c1', put(pod('waited', { phase: 'Running', ready: 'True' })));
    expect(await waiting.rest()).toEqual({ status: 0, lines: ['pod/waited condition met'], errors: '' });
    const vain = await kubectl('c1', 'wait', 'pod/first', '--for=condition=Ready', '--timeout=1s').rest();
    expect(vain).toMatchObject({ status: 1, lines: [] });
    expect(vain.errors).toContain('timed out waiting for the condition on pods/first');
  });

  it('wait --for=delete ends when it is gone', async () => {
    await write('c1', put(pod('leaving')));
    const waiting = kubectl('c1', 'wait', 'pod/leaving', '--for=delete', '--timeout=20s');
    await untilWatched();
    await write('c1', put(pod('leaving', { phase: 'Succeeded' })));
    await write('c1', remove('leaving'));
    expect(await waiting.rest()).toEqual({ status: 0, lines: ['pod/leaving condition met'], errors: '' });
  });

  /** Resolves when the server answers a watch. */
  async function untilWatched(): Promise<void> {
    const metric = server.registry.getSingleMetric('clusterdex_requests_in_flight');
    const deadline = performance.now() + 15_000;
    while ((await metric?.get())?.values[0]?.value !== 1) {
      if (performance.now() > deadline) throw new Error('kubectl does not watch');
      await delay(20);
    }
  }

  if (storageName === 'sqlite') {
    it('get -w sees what an import of a changed dump changes', async () => {
      const watching = kubectl('c1', 'get', 'pods', '-w', '--output-watch-events', '--no-headers');
      const first = (row: string) => row.split(' ').slice(0, 5).join(' ');
      const there = (await watching.lines(3)).map(first);
      expect(there.map((row) => row.split(' ')[2])).toEqual(['first', 'second', 'waited']);
      const dump = join(folder, 'dump.json');
      const items = [pod('first', { phase: 'Running', ready: 'True' }), pod('imported')];
      writeFileSync(dump, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
      const imported = await runClusterdex(['import', '--data-dir', dataDirectory, '--cluster', 'c1', dump]);
      expect(imported.status).toBe(0);
      expect((await watching.lines(2)).map(first)).toEqual([
        'MODIFIED c1 first 0/1 Running',
        'ADDED c1 imported 0/1 Pending',
      ]);
    });
  }
});
