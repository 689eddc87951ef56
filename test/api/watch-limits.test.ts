import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { type ObjectChange, prepareObject, type ResourceInventory } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { type RunningServer, startServer } from '../support/clusterdex.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { openStream } from './support/http-clients.js';

const configMaps: ResourceInventory = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
  singularName: 'configmap',
};
const path = '/apis/clusterpedia.io/v1beta1/resources/api/v1/configmaps';
const megabyte = 2 ** 20;
let version = 1;

function put(name: string, size = 1): ObjectChange {
  const metadata = { name, namespace: 'n', uid: name, resourceVersion: String(version++) };
  const data = { a: 'x'.repeat(size) };
  const json = Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }));
  return { type: 'upsert', object: prepareObject(json, { cluster: 'c' }) };
}

describe('a server with watches', () => {
  const dataDirectory = join(temporaryFolder(), 'data');
  let storage: OpenedStorage;
  let server: RunningServer;
  let session: ClientHttp2Session | undefined;

  beforeAll(async () => {
    const config = { historyChanges: 500 };
    storage = await openTestStorage('sqlite', { dataDirectory, config });
    await storage.factory.prepareCluster('c');
    const health = { status: 'healthy' } as const;
    await storage.factory.putClusterInventory({ cluster: 'c', health, resources: [configMaps], updatedAt: 1 });
    await write(put('first'));
    server = await startServer([
      ...['--data-dir', dataDirectory, '--secure-port', '0', '--storage-set', 'historyChanges=500'],
    ]);
  }, 60_000);
  afterAll(async () => {
    session?.destroy();
    await server?.stop();
    await storage.close();
  });

  const write = (...changes: ObjectChange[]) => storage.factory.resourceStorage(configMaps).write('c', changes);

  async function reconnect(): Promise<ClientHttp2Session> {
    session?.destroy();
    const ca = readFileSync(join(dataDirectory, 'certificates', 'apiserver.crt'));
    session = connectHttp2(server.secureOrigin ?? '', { ca });
    await once(session, 'connect');
    return session;
  }

  async function metrics(): Promise<(name: string) => number> {
    const text = await (await fetch(`${server.origin}/metrics`)).text();
    return (name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  }

  async function openWatch(query = 'watch=true'): Promise<IncomingMessage> {
    const request = get(`${server.origin}${path}?${query}`, { agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response.on('error', () => undefined);
  }

  async function untilIdle(): Promise<void> {
    const deadline = performance.now() + 20_000;
    // The request for the metrics is one.
    while ((await metrics())('clusterdex_requests_in_flight') > 1) {
      if (performance.now() > deadline) throw new Error('watches are left');
      await delay(20);
    }
  }

  it('keeps nothing of ten thousand that were opened and closed', async () => {
    const open = async (count: number) => {
      for (let done = 0; done < count; done += 100) {
        // A connection on which thousands of streams are reset, one behind the other, is taken for an attack.
        const current = done % 500 === 0 ? await reconnect() : session;
        const overHttp1 = Array.from({ length: 20 }, async () => {
          const response = await openWatch();
          await once(response, 'data');
          response.destroy();
        });
        const overHttp2 = Array.from({ length: 80 }, async (_, index) => {
          if (current === undefined) return;
          const stream = openStream(current, `${path}?watch=true`);
          await once(stream, 'data');
          if (index % 2 === 0) stream.close();
          else stream.destroy();
          await once(stream, 'close');
        });
        await Promise.all([...overHttp1, ...overHttp2]);
      }
      await untilIdle();
    };
    await open(2000);
    const early = await metrics();
    await open(10_000);
    let late = await metrics();
    const growth = (name: string) => late(name) - early(name);
    // What the garbage collector has not come to yet goes while more are opened; what is kept stays.
    for (let more = 0; more < 10 && growth('nodejs_heap_size_used_bytes') >= 20 * megabyte; more++) {
      await open(500);
      late = await metrics();
    }
    expect(growth('process_open_fds')).toBeLessThan(20);
    expect(growth('nodejs_heap_size_used_bytes')).toBeLessThan(20 * megabyte);
    expect(growth('process_resident_memory_bytes')).toBeLessThan(120 * megabyte);
  }, 120_000);

  it('does not gather what slow clients do not take, and cuts them off with an error when they are too far behind', async () => {
    const before = (await metrics())('process_resident_memory_bytes');
    const slow = await Promise.all(Array.from({ length: 20 }, () => openWatch()));
    const current = await reconnect();
    const slowStreams = Array.from({ length: 20 }, () => openStream(current, `${path}?watch=true`));
    await Promise.all(slowStreams.map((stream) => once(stream, 'response')));
    let most = 0;
    for (let round = 0; round < 150; round++) {
      await write(...Array.from({ length: 20 }, (_, index) => put(`large-${index}`, 40_000)));
      if (round % 10 === 0) most = Math.max(most, (await metrics())('process_resident_memory_bytes'));
    }
    // 120 MB for each of forty watchers.
    expect(most - before).toBeLessThan(300 * megabyte);
    for (const input of [...slow, ...slowStreams]) {
      let last = '';
      for await (const line of createInterface({ input })) last = line;
      expect(JSON.parse(last)).toMatchObject({
        type: 'ERROR',
        object: { kind: 'Status', status: 'Failure', code: 410, reason: 'Expired' },
      });
    }
    await untilIdle();
  }, 120_000);
});
