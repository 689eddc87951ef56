import { type ObjectChange, prepareObject, type ResourceInventory } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { type ApiServer, createApiServer } from '../../src/api/api-server.js';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { createContinueTokens } from '../../src/query/continue-tokens.js';
import { parseFeatureGates } from '../../src/query/feature-gates.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const base = '/apis/clusterpedia.io/v1beta1';
const configMaps: ResourceInventory = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
  singularName: 'configmap',
};
const now = Date.parse('2026-01-02T00:00:00Z');
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const kubectl = `${table},application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json`;
const partial = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';

interface Event {
  readonly type: string;
  readonly object: {
    readonly kind: string;
    readonly apiVersion: string;
    readonly metadata: Readonly<Record<string, unknown>>;
    readonly columnDefinitions?: readonly { readonly name: string }[] | null;
    readonly rows?: readonly { readonly cells: readonly unknown[]; readonly object: unknown }[];
  };
}

function put(name: string, data: Readonly<Record<string, string>>, resourceVersion: number): ObjectChange {
  const metadata = {
    name,
    namespace: 'default',
    resourceVersion: String(resourceVersion),
    creationTimestamp: '2026-01-01T00:00:00Z',
  };
  const json = Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }));
  return { type: 'upsert', object: prepareObject(json, { cluster: 'c1' }) };
}

describe.each(['sqlite', 'memory'])('a watch on %s', (storageName) => {
  let storage: OpenedStorage;
  let server: ApiServer;
  let url: string;
  let revision: string;

  beforeAll(async () => {
    storage = await openTestStorage(storageName, { dataDirectory: temporaryFolder() });
    const { factory } = storage;
    await factory.prepareCluster('c1');
    const health = { status: 'healthy' } as const;
    await factory.putClusterInventory({ cluster: 'c1', health, resources: [configMaps], updatedAt: 1 });
    await factory.resourceStorage(configMaps).write('c1', [put('old', { a: '1' }, 1)]);
    server = createApiServer({
      factory,
      storageName,
      canWatch: storage.capabilities.watch,
      gates: parseFeatureGates(''),
      continueTokens: createContinueTokens(Buffer.alloc(32, 1)),
      logger: pino({ level: 'silent' }),
      registry: new Registry(),
      now: () => now,
    });
    url = await server.listen({ host: '127.0.0.1', port: 0 });
    const list = await fetch(`${url}${base}/resources/api/v1/configmaps`);
    revision = ((await list.json()) as Event['object']).metadata.resourceVersion as string;
    const changes = [
      put('new', { a: '1' }, 2),
      put('new', { a: '1', b: '2' }, 3),
      { type: 'delete', namespace: 'default', name: 'new' },
    ] as const;
    for (const change of changes) await factory.resourceStorage(configMaps).write('c1', [change]);
  });
  afterAll(async () => {
    await server.stop(AbortSignal.timeout(500));
    await storage.close();
  });

  const changes = () => `watch=true&resourceVersion=${revision}&allowWatchBookmarks=true&timeoutSeconds=1`;
  const initial =
    'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1';

  /** The first events, so many, of a watch that goes on. */
  async function events(
    accept: string,
    query: string,
    { count, path = '/resources/api/v1/configmaps' }: { readonly count: number; readonly path?: string },
  ): Promise<Event[]> {
    const stop = new AbortController();
    const headers = { accept, 'accept-encoding': 'gzip' };
    const answer = await fetch(`${url}${base}${path}?${query}`, { headers, signal: stop.signal });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(answer.headers.has('content-encoding')).toBe(false);
    let text = '';
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString();
      if (text.split('\n').length > count) break;
    }
    stop.abort();
    const lines = text.split('\n').slice(0, count);
    return lines.map((line) => JSON.parse(line) as Event);
  }

  it.each([table, kubectl])('as Table gives the columns with the first event: %s', async (accept) => {
    const seen = await events(accept, changes(), { count: 4 });
    expect(seen.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']);
    expect(seen.map(({ object }) => object.columnDefinitions?.map(({ name }) => name) ?? null)).toEqual([
      ['Cluster', 'Name', 'Data', 'Age'],
      ...Array(3).fill(null),
    ]);
    for (const { type, object } of seen) {
      expect(object).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
      const { resourceVersion } = object.metadata;
      expect(object.metadata).toEqual({ resourceVersion: expect.stringMatching(/^\d+$/) });
      expect(object.rows).toHaveLength(1);
      if (type === 'BOOKMARK') continue;
      expect(object.rows?.[0]?.object).toMatchObject({
        kind: 'PartialObjectMetadata',
        apiVersion: 'meta.k8s.io/v1',
        metadata: { name: 'new', namespace: 'default', resourceVersion },
      });
    }
    const cells = seen.map(({ object }) => object.rows?.[0]?.cells);
    expect(cells).toEqual([
      ['c1', 'new', 1, '24h'],
      ['c1', 'new', 2, '24h'],
      ['c1', 'new', 2, '24h'],
      ['', '', 0, '<unknown>'],
    ]);
  });

  it.each([
    ['None', null],
    ['Metadata', 'PartialObjectMetadata'],
    ['Object', 'ConfigMap'],
  ])('as Table carries what includeObject=%s says', async (includeObject, kind) => {
    for (const query of [changes(), initial]) {
      const seen = await events(table, `${query}&includeObject=${includeObject}`, { count: 2 });
      const kinds = seen.map(({ object }) => (object.rows?.[0]?.object as { kind: string } | null)?.kind ?? null);
      expect(kinds).toEqual(seen.map(() => kind));
    }
  });

  it('as Table ends the initial events with a bookmark that says so', async () => {
    const seen = await events(table, initial, { count: 2 });
    expect(seen.slice(0, 2)).toMatchObject([
      { type: 'ADDED', object: { rows: [{ cells: ['c1', 'old', 1, '24h'] }] } },
      {
        type: 'BOOKMARK',
        object: {
          columnDefinitions: null,
          rows: [
            {
              object: {
                kind: 'PartialObjectMetadata',
                metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } },
              },
            },
          ],
        },
      },
    ]);
  });

  it('of a collection resource as Table says what each object is', async () => {
    const [first] = await events(table, `${changes()}&resources=/v1/configmaps`, {
      count: 1,
      path: '/collectionresources/any',
    });
    expect(first?.object.rows?.[0]?.cells).toEqual(['c1', '', 'v1', 'ConfigMap', 'default', 'new', '24h']);
  });

  it('as PartialObjectMetadata has the metadata of each object, of bookmarks too', async () => {
    for (const query of [changes(), initial]) {
      const seen = await events(partial, query, { count: query === initial ? 2 : 4 });
      expect(seen.map(({ type }) => type)).toContain('BOOKMARK');
      for (const { object } of seen) {
        expect(Object.keys(object)).toEqual(['kind', 'apiVersion', 'metadata']);
        expect(object).toMatchObject({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' });
        expect(object.metadata.resourceVersion).toEqual(expect.stringMatching(/^\d+$/));
      }
      expect(seen[0]?.object.metadata.name).toBe(query === initial ? 'old' : 'new');
    }
  });

  it('that is too old says so with a Status, in whatever form it was asked for', async () => {
    for (const accept of [table, partial, 'application/json']) {
      const [first] = await events(accept, 'watch=true&resourceVersion=1&timeoutSeconds=1', {
        count: 1,
      });
      expect(first).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
    }
  });

  it.each([
    ['application/yaml', 'only the following media types are accepted: application/json;stream=watch'],
    [
      'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
      'you requested PartialObjectMetadataList, but the requested object is not a list (ConfigMap)',
    ],
    [
      'text/csv',
      '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/json;stream=watch',
    ],
  ])('is refused as %s', async (accept, message) => {
    const answer = await fetch(`${url}${base}/resources/api/v1/configmaps?watch=true`, { headers: { accept } });
    expect(answer.status).toBe(406);
    const text = await answer.text();
    if (accept !== 'application/yaml')
      expect(JSON.parse(text)).toMatchObject({ reason: 'NotAcceptable', message, code: 406 });
    else expect(text).toContain(`message: '${message}'\n`);
  });
});
