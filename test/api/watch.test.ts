import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ObjectChange, prepareObject, type ResourceInventory } from '@clusterdex/storage-contract';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { type ApiServer, createApiServer } from '../../src/api/api-server.js';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { createContinueTokens } from '../../src/query/continue-tokens.js';
import { parseFeatureGates } from '../../src/query/feature-gates.js';
import { openTestStorage } from '../support/open-test-storage.js';

const resources = '/apis/clusterpedia.io/v1beta1/resources';
const configMaps: ResourceInventory = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
  singularName: 'configmap',
};

interface Event {
  readonly type: string;
  readonly object: {
    readonly kind: string;
    readonly code?: number;
    readonly reason?: string;
    readonly metadata: { name: string; resourceVersion: string; annotations?: Record<string, string> };
  };
}

function put(
  cluster: string,
  name: string,
  resourceVersion: number,
  labels: Record<string, string> = {},
): ObjectChange {
  const metadata = {
    name,
    namespace: 'default',
    uid: `${cluster}-${name}`,
    resourceVersion: String(resourceVersion),
    labels,
  };
  const json = Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'b' } }));
  return { type: 'upsert', object: prepareObject(json, { cluster }) };
}

const remove = (name: string): ObjectChange => ({ type: 'delete', namespace: 'default', name });
const summary = ({ type, object }: Event) => (type === 'BOOKMARK' ? type : `${type} ${object.metadata.name}`);

describe.each(['sqlite', 'memory'])('a watch on %s', (storageName) => {
  let dataDirectory: string;
  let storage: OpenedStorage;
  let server: ApiServer;
  let url: string;

  async function start(): Promise<void> {
    storage = await openTestStorage(storageName, { dataDirectory });
    server = createApiServer({
      factory: storage.factory,
      storageName,
      canWatch: storage.capabilities.watch,
      gates: parseFeatureGates(''),
      continueTokens: createContinueTokens(Buffer.alloc(32, 1)),
      logger: pino({ level: 'silent' }),
      registry: new Registry(),
    });
    url = await server.listen({ host: '127.0.0.1', port: 0 });
  }
  async function stop(): Promise<void> {
    await server.stop(AbortSignal.timeout(500));
    await storage.close();
  }
  beforeEach(async () => {
    dataDirectory = mkdtempSync(join(tmpdir(), 'clusterdex-watch-'));
    await start();
    for (const cluster of ['c1', 'c2']) {
      await storage.factory.prepareCluster(cluster);
      const health = { status: 'healthy' } as const;
      await storage.factory.putClusterInventory({ cluster, health, resources: [configMaps], updatedAt: 1 });
    }
  });
  afterEach(async () => {
    await stop();
    rmSync(dataDirectory, { recursive: true });
  });

  const write = (cluster: string, ...changes: ObjectChange[]) =>
    storage.factory.resourceStorage(configMaps).write(cluster, changes);

  async function listRevision(path = `${resources}/api/v1/configmaps`): Promise<string> {
    const answer = await fetch(`${url}${path}`);
    return ((await answer.json()) as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
  }

  /** Reads events until there are so many, or the answer ends. */
  async function events(
    path: string,
    count: number,
    meanwhile: () => Promise<unknown> = async () => undefined,
  ): Promise<Event[]> {
    const stop = new AbortController();
    const answer = await fetch(`${url}${path}`, { signal: stop.signal });
    expect({ path, status: answer.status }).toEqual({ path, status: 200 });
    await meanwhile();
    const read: Event[] = [];
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      read.push(...lines.map((line) => JSON.parse(line) as Event));
      if (read.length >= count) break;
    }
    stop.abort();
    return read;
  }

  const watchAll = (query: string) => `${resources}/api/v1/configmaps?watch=true&${query}`;

  it('tells of every change behind a list, across clusters', async () => {
    await write('c1', put('c1', 'old', 1));
    const revision = await listRevision();
    const seen = await events(watchAll(`resourceVersion=${revision}`), 4, async () => {
      await write('c1', put('c1', 'a', 5), put('c1', 'a', 6));
      await write('c2', put('c2', 'b', 1));
      await write('c1', remove('a'));
    });
    expect(seen.map(summary)).toEqual(['ADDED a', 'MODIFIED a', 'ADDED b', 'DELETED a']);
    const revisions = seen.map(({ object }) => Number(object.metadata.resourceVersion));
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
    expect(revisions[0]).toBeGreaterThan(Number(revision));
  });

  it('of one cluster, one namespace or some labels tells of nothing else', async () => {
    const revision = await listRevision();
    await write('c1', put('c1', 'plain', 1), put('c1', 'labelled', 1, { app: 'x' }));
    await write('c2', put('c2', 'other', 1, { app: 'x' }));
    await write('c1', put('c1', 'labelled', 2, { app: 'y' }));
    const from = `watch=true&resourceVersion=${revision}&timeoutSeconds=20`;
    const one = await events(`${resources}/clusters/c2/api/v1/configmaps?${from}`, 1);
    expect(one.map(summary)).toEqual(['ADDED other']);
    const labelled = await events(
      `${resources}/clusters/c1/api/v1/namespaces/default/configmaps?labelSelector=app%3Dx&${from}`,
      2,
    );
    expect(labelled.map(summary)).toEqual(['ADDED labelled', 'DELETED labelled']);
    const searched = await events(
      `${resources}/api/v1/configmaps?${from}&labelSelector=search.clusterpedia.io/names%20in%20(other)`,
      1,
    );
    expect(searched.map(summary)).toEqual(['ADDED other']);
    const old = await events(`${resources}/clusters/c1/api/v1/watch/namespaces/default/configmaps/plain?${from}`, 1);
    expect(old.map(summary)).toEqual(['ADDED plain']);
    const contradiction = `names=labelled&resourceVersion=${revision}&timeoutSeconds=1`;
    const path = `${resources}/clusters/c1/api/v1/watch/namespaces/default/configmaps/plain?${contradiction}`;
    expect(await (await fetch(`${url}${path}`)).text()).toBe('');
  });

  it('goes on from the last object that a client saw, without a gap or a repetition', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `object-${index}`);
    let revision = await listRevision();
    await write('c1', ...names.map((name) => put('c1', name, 1)));
    const seen: string[] = [];
    while (seen.length < names.length) {
      const [event] = await events(watchAll(`resourceVersion=${revision}`), 1);
      seen.push(event?.object.metadata.name ?? '');
      revision = event?.object.metadata.resourceVersion ?? '';
    }
    expect(seen).toEqual(names);
  });

  it('with initial events sends what is there, a bookmark that says so, then changes', async () => {
    await write('c1', put('c1', 'a', 1), put('c1', 'b', 1));
    const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const seen = await events(watchAll(query), 4, () => write('c1', put('c1', 'c', 1)));
    expect(seen.map(summary)).toEqual(['ADDED a', 'ADDED b', 'BOOKMARK', 'ADDED c']);
    expect(seen[2]?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
  });

  it('from anywhere sends what is there and then changes; from now only changes', async () => {
    await write('c1', put('c1', 'a', 1));
    expect((await events(watchAll('resourceVersion=0'), 1)).map(summary)).toEqual(['ADDED a']);
    const now = 'sendInitialEvents=false&resourceVersionMatch=NotOlderThan';
    const seen = await events(watchAll(now), 1, () => write('c1', put('c1', 'b', 1)));
    expect(seen.map(summary)).toEqual(['ADDED b']);
  });

  it('ends when its time is over, with a bookmark for who asked for them', async () => {
    const revision = await listRevision();
    const seen = await events(watchAll(`resourceVersion=${revision}&timeoutSeconds=1&allowWatchBookmarks=true`), 99);
    expect(seen.map(summary)).toEqual(['BOOKMARK']);
    expect(seen[0]?.object).toEqual({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion: revision } });
  });

  it('says Expired for a revision whose changes are not kept, and ends', async () => {
    const seen = await events(watchAll('resourceVersion=5'), 99);
    expect(seen.map(({ type, object }) => [type, object.code, object.reason])).toEqual([['ERROR', 410, 'Expired']]);
  });

  it('of a collection resource tells of all its types', async () => {
    const revision = await listRevision();
    await write('c1', put('c1', 'a', 1));
    const any = `/apis/clusterpedia.io/v1beta1/collectionresources/any?resources=/configmaps&watch=true`;
    expect((await events(`${any}&resourceVersion=${revision}`, 1)).map(summary)).toEqual(['ADDED a']);
  });

  it.each([
    ['sendInitialEvents=true', 422],
    ['resourceVersionMatch=NotOlderThan&resourceVersion=5', 422],
    ['sendInitialEvents=true&resourceVersionMatch=Exact', 422],
    ['orderby=name', 422],
    ['timeoutSeconds=abc', 400],
  ])('is refused with %s', async (query, status) => {
    const answer = await fetch(`${url}${watchAll(query)}`);
    expect([answer.status, ((await answer.json()) as { kind: string }).kind]).toEqual([status, 'Status']);
  });

  it('ends at once when the server stops', async () => {
    const answer = await fetch(`${url}${watchAll(`resourceVersion=${await listRevision()}`)}`);
    const began = Date.now();
    await stop();
    expect(await answer.text()).toBe('');
    expect(Date.now() - began).toBeLessThan(4000);
    await start();
  });

  it('is listed among the verbs', async () => {
    const document = (await (await fetch(`${url}${resources}/api/v1`)).json()) as { resources: { verbs: string[] }[] };
    expect(document.resources.map(({ verbs }) => verbs)).toEqual([['get', 'list', 'watch']]);
  });
});

it('on SQLite goes on after a restart of the server', async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'clusterdex-watch-'));
  const first = await openTestStorage('sqlite', { dataDirectory });
  const before = first.factory.resourceStorage(configMaps);
  let revision = '';
  for await (const batch of before.list({})) revision = batch.revision ?? revision;
  await before.write('c1', [put('c1', 'a', 1)]);
  await first.close();
  const second = await openTestStorage('sqlite', { dataDirectory });
  const controller = new AbortController();
  const watch = second.factory.resourceStorage(configMaps).watch?.({}, revision, controller.signal);
  for await (const { events } of watch ?? []) {
    expect(events.map(({ type, object }) => `${type} ${object.name}`)).toEqual(['ADDED a']);
    break;
  }
  controller.abort();
  await second.close();
  rmSync(dataDirectory, { recursive: true });
});
