import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ObjectChange, prepareObject, type ResourceInventory } from '@clusterdex/storage-contract';
import { expect, it } from '@jest/globals';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { HttpFollower, type HttpFollowerOptions, type WatchedObject } from '../support/http-follower.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { createRandom } from '../support/random.js';
import { startTlsServer, type TlsServer } from './support/start-tls-server.js';

const resources = '/apis/clusterpedia.io/v1beta1/resources';
const path = `${resources}/api/v1/configmaps`;
const configMaps: ResourceInventory = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
  singularName: 'configmap',
};
const clusters = ['c1', 'c2'];
/** A minute in CI. */
const seconds = Number(process.env.CLUSTERDEX_SOAK_SECONDS ?? 10);

/** A server that can be restarted, with whatever it stores. */
class Restartable {
  readonly #name: string;
  readonly #dataDirectory = mkdtempSync(join(tmpdir(), 'clusterdex-soak-'));
  #storage: OpenedStorage | undefined;
  #server: TlsServer | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  get storage(): OpenedStorage {
    if (this.#storage === undefined) throw new Error('the storage is closed');
    return this.#storage;
  }

  /** The address of the last one while there is none. */
  get server(): TlsServer {
    if (this.#server === undefined) throw new Error('the server was never started');
    return this.#server;
  }

  async start(): Promise<void> {
    const config = this.#name === 'sqlite' ? { historyChanges: 2000 } : {};
    this.#storage = await openTestStorage(this.#name, { dataDirectory: this.#dataDirectory, config });
    this.#server = await startTlsServer(this.#storage.factory);
  }

  async stop(): Promise<void> {
    await this.server.stop(AbortSignal.timeout(1000));
    await this.storage.close();
    this.#storage = undefined;
  }

  remove(): void {
    rmSync(this.#dataDirectory, { recursive: true });
  }
}

it.each(['sqlite', 'memory'])(
  'each watcher of a server on %s sees what the store holds, whatever is written, dropped, read slowly or restarted',
  async (storageName) => {
    const seed = Date.now() % 2 ** 31;
    const random = createRandom(seed);
    const pick = <Item>(items: readonly Item[]) => items[Math.floor(random.next() * items.length)] as Item;
    const place = new Restartable(storageName);
    await place.start();
    for (const cluster of clusters) {
      await place.storage.factory.prepareCluster(cluster);
      const health = { status: 'healthy' } as const;
      const inventory = { cluster, health, resources: [configMaps], updatedAt: 1 };
      await place.storage.factory.putClusterInventory(inventory);
    }
    const common = { address: () => place.server, path, random: () => random.next() };
    const options: readonly HttpFollowerOptions[] = [
      { ...common, name: 'steady' },
      { ...common, name: 'steady over HTTP/2', http2: true },
      { ...common, name: 'one that breaks off', stay: 150 },
      { ...common, name: 'one that breaks off over HTTP/2', stay: 150, http2: true },
      { ...common, name: 'slow', slowness: 200 },
      { ...common, name: 'slow over HTTP/2', slowness: 200, http2: true },
      { ...common, name: 'of a label, and breaks off', query: 'labelSelector=app%3Dx', stay: 300 },
      { ...common, name: 'with initial events', initialEvents: true, stay: 1000 },
      { ...common, name: 'with initial events over HTTP/2, slow', initialEvents: true, slowness: 50, http2: true },
      { ...common, name: 'of one cluster', path: `${resources}/clusters/c2/api/v1/configmaps`, stay: 500 },
      { ...common, name: 'of one namespace', path: `${resources}/api/v1/namespaces/n2/configmaps` },
    ];
    const followers = options.map((one) => new HttpFollower(one));
    const running = followers.map((follower) => follower.run());
    let failure: unknown;
    for (const run of running) {
      run.catch((error: unknown) => {
        failure ??= error;
      });
    }

    let version = 1;
    function change(cluster: string): ObjectChange {
      const namespace = pick(['n1', 'n1', 'n2']);
      const name = `object-${Math.floor(random.next() * 40)}`;
      if (random.next() < 0.3) return { type: 'delete', namespace, name };
      version++;
      const metadata = {
        name,
        namespace,
        uid: random.next() < 0.1 ? `${name}-${version}` : name,
        resourceVersion: String(version),
        labels: { app: pick(['x', 'y']) },
      };
      const data = { version: String(version), filler: 'x'.repeat(Math.floor(random.next() ** 4 * 20_000)) };
      const json = Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }));
      return { type: 'upsert', object: prepareObject(json, { cluster }) };
    }
    const write = (cluster: string, changes: readonly ObjectChange[]) =>
      place.storage.factory.resourceStorage(configMaps).write(cluster, changes);

    async function storedView(follower: HttpFollowerOptions): Promise<ReadonlyMap<string, string>> {
      const view = new Map<string, string>();
      for await (const batch of place.storage.factory.resourceStorage(configMaps).list({})) {
        for (const { cluster, namespace, name, json } of batch.objects) {
          const { metadata, data } = JSON.parse(Buffer.from(json).toString()) as WatchedObject & {
            metadata: { labels: Record<string, string> };
          };
          if (follower.query !== undefined && metadata.labels.app !== 'x') continue;
          if (follower.path.includes('/clusters/c2/') && cluster !== 'c2') continue;
          if (follower.path.includes('/namespaces/n2/') && namespace !== 'n2') continue;
          view.set(`${cluster}/${namespace}/${name}`, data?.version ?? '');
        }
      }
      return view;
    }

    try {
      const end = performance.now() + seconds * 1000;
      let restart = performance.now() + (seconds * 1000) / 6;
      while (failure === undefined && performance.now() < end) {
        const cluster = pick(clusters);
        if (random.next() < 0.003) await place.storage.factory.cleanClusterResource(cluster, configMaps);
        await write(
          cluster,
          Array.from({ length: 1 + Math.floor(random.next() * 20) }, () => change(cluster)),
        );
        await delay(random.next() * 6);
        if (performance.now() > restart) {
          await place.stop();
          await place.start();
          restart = performance.now() + ((seconds * 1000) / 6) * (0.5 + random.next());
        }
      }
      const views = await Promise.all(options.map(storedView));
      for (const follower of followers) follower.hurry();
      const deadline = performance.now() + 30_000;
      // Equal, and not by chance on the way: nothing is written any more.
      const isBehind = (follower: HttpFollower, index: number) =>
        JSON.stringify([...follower.view].sort()) !== JSON.stringify([...(views[index] ?? [])].sort());
      while (failure === undefined && followers.some(isBehind) && performance.now() < deadline) await delay(20);
      if (failure !== undefined) throw failure;
      for (const [index, { name, view, events, watches }] of followers.entries()) {
        expect([name, new Map([...view].sort())]).toEqual([name, new Map([...(views[index] ?? [])].sort())]);
        expect([name, events > 0 && watches > 0]).toEqual([name, true]);
      }
    } catch (error) {
      const counts = followers.map(({ name, lists, watches, events }) => `${name}: ${lists}/${watches}/${events}`);
      const reason = error instanceof Error ? error.message : String(error);
      const counted = `with seed ${seed}, lists/watches/events of ${counts.join(', ')}`;
      throw new Error(`${reason}\n${counted}`, { cause: error });
    } finally {
      for (const follower of followers) follower.stop();
      await place.stop();
      await Promise.allSettled(running);
      place.remove();
    }
  },
  60_000 + seconds * 1000,
);
