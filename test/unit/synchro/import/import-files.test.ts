import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { createStorageError, type StorageFactory } from '@clusterdex/storage-contract';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import type { OpenedStorage } from '../../../../src/plugin-host/open-storage.js';
import { openTestStorage } from '../../../support/open-test-storage.js';
import { temporaryFolder } from '../../../support/temporary-folder.js';
import {
  importFrom,
  importTexts,
  list,
  pod,
  storedNames,
  storedObjects,
  storedTexts,
  storedTypes,
  stream,
} from './support/import-into-memory.js';

const root = join(import.meta.dirname, '../../../../..');
const alpha = join(root, 'test/fixtures/alpha/dump.json');
const folder = temporaryFolder();
const widgets = { group: 'acme.example', version: 'v1', resource: 'widgetry', kind: 'Widget', namespaced: false };
const widget = { apiVersion: 'acme.example/v1', kind: 'Widget', metadata: { name: 'w' } };
const widgetDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgetry.acme.example' },
  spec: {
    group: 'acme.example',
    scope: 'Cluster',
    names: { kind: 'Widget', plural: 'widgetry', singular: 'widget', shortNames: ['wg'], categories: ['all'] },
    versions: [
      {
        name: 'v1',
        additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size', priority: 1 }],
        selectableFields: [{ jsonPath: '.spec.color' }],
      },
    ],
  },
};

let count = 0;
let storage: OpenedStorage;

describe.each(['memory', 'sqlite'])('importFiles into %s', (name) => {
  beforeEach(async () => {
    storage = await openTestStorage(name, { dataDirectory: join(folder, `${name}-${count++}`) });
  });
  afterEach(() => storage.close());

  const texts = (...dumps: (string | Buffer)[]) => importTexts(storage, { folder, texts: dumps });

  it('imports everything that a real cluster holds', async () => {
    const { items } = JSON.parse(readFileSync(alpha, 'utf8')) as { items: unknown[] };
    const result = await importFrom(storage, { files: [alpha] });
    expect(result).toMatchObject({ imported: items.length, unchanged: 0, failed: 0, failures: [], guessed: [] });
    expect(items).toHaveLength(474);
    expect(await storedTypes(storage)).toHaveLength(63);
    expect(await storedNames(storage, { group: 'certs.acme.example', resource: 'certificates' })).toHaveLength(4);
    const again = await importFrom(storage, { files: [alpha] });
    expect(again).toMatchObject({ imported: 0, unchanged: items.length, failed: 0 });
  });

  it.each(['prod-eu', 'staging'])('imports the sample %s, as YAML too', async (sample) => {
    const file = join(root, `samples/${sample}.json`);
    const dump = JSON.parse(readFileSync(file, 'utf8')) as { items: unknown[] };
    expect(await importFrom(storage, { files: [file] })).toMatchObject({
      imported: dump.items.length,
      failureCount: 0,
    });
    const yaml = stringify(
      { ...dump, items: dump.items.slice(0, 100) },
      { indentSeq: false, aliasDuplicateObjects: false },
    );
    expect(await texts(yaml)).toMatchObject({ failureCount: 0, failed: 0 });
  });

  it('stores the objects themselves', async () => {
    await texts(list([pod('a', { spec: { big: 1 } })]).replace('"big":1', '"big": 9007199254740993'));
    expect(await storedTexts(storage, {})).toEqual([
      '{"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{"shadow.clusterpedia.io/cluster-name":"c"},"name":"a","namespace":"shop"},"spec":{"big":9007199254740993}}',
    ]);
  });

  it('gives items of a typed list their type, even if it stands behind them', async () => {
    const items = [{ metadata: { name: 'a', namespace: 'x' } }];
    await texts(
      JSON.stringify({ kind: 'PodList', apiVersion: 'v1', items }),
      JSON.stringify({ items, kind: 'DeploymentList', apiVersion: 'apps/v1' }),
    );
    expect(await storedTypes(storage)).toEqual(['/v1/pods', 'apps/v1/deployments']);
    expect(await storedObjects(storage, {})).toMatchObject([{ kind: 'Pod', apiVersion: 'v1' }]);
  });

  it('imports all but the bad one among thousands, and names it', async () => {
    const objects = Array.from({ length: 3000 }, (_, index) => pod(`web-${index}`));
    const text = list(objects).replace('"name":"web-1234"', '"name":"web-1234","labels":{"tier":7}');
    const result = await texts(text);
    expect(result).toMatchObject({ imported: 2999, failed: 1 });
    expect(result.failures).toEqual([
      {
        file: expect.any(String),
        index: 1234,
        offset: text.indexOf('"web-1234"') - '{"apiVersion":"v1","kind":"Pod","metadata":{"name":'.length,
        object: 'Pod shop/web-1234',
        reason: 'metadata.labels["tier"]: expected a string, found 7',
      },
    ]);
    expect(result.kinds).toEqual([
      { apiVersion: 'v1', kind: 'Pod', resource: 'pods', imported: 2999, unchanged: 0, failed: 1 },
    ]);
    expect(await storedNames(storage, {})).toHaveLength(2999);
  });

  it('names an object that is no JSON', async () => {
    const result = await texts(list([pod('a'), pod('b', { spec: 'BAD' }), pod('c')]).replace('"BAD"', 'BAD'));
    expect(result).toMatchObject({ imported: 2, failed: 1 });
    expect(result.failures).toMatchObject([
      { index: 1, object: 'Pod shop/b', reason: expect.stringMatching(/expected a JSON value, found 'B'/) },
    ]);
  });

  it('imports what a cut dump holds, and says where it ends', async () => {
    const text = list([pod('a'), pod('b'), pod('c')]);
    const cut = text.slice(0, text.indexOf('"c"') + 22);
    const result = await texts(cut);
    expect(await storedNames(storage, {})).toEqual(['shop/a', 'shop/b']);
    expect(result).toMatchObject({ imported: 2, failed: 1, failureCount: 1 });
    expect(result.failures).toMatchObject([
      {
        index: 2,
        object: 'Pod shop/c',
        reason: expect.stringMatching(new RegExp(`^the input ends at byte ${cut.length}: expected`)),
      },
    ]);
  });

  it('goes on with the next file when one is none', async () => {
    const result = await importFrom(storage, {
      files: [join(folder, 'absent'), folder, '-'],
      stdin: stream([JSON.stringify(pod('a'))]),
    });
    expect(result).toMatchObject({ imported: 1, failed: 0, failureCount: 2 });
    expect(result.failures.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^ENOENT/),
      'expected a file, found a directory',
    ]);
  });

  it('reads stdin, packed or not', async () => {
    const files = ['-'];
    expect(await importFrom(storage, { files, stdin: stream([list([pod('a')])]) })).toMatchObject({ imported: 1 });
    expect(await importFrom(storage, { files, stdin: stream([gzipSync(list([pod('b')]))]) })).toMatchObject({
      imported: 1,
    });
  });

  it.each([
    ['behind its objects', [widget, widgetDefinition]],
    ['before its objects', [widgetDefinition, widget]],
  ])('names custom resources as a definition says that stands %s', async (_, items) => {
    expect(await texts(list(items))).toMatchObject({ imported: 2, guessed: [] });
    expect(await storedNames(storage, widgets)).toEqual(['w']);
    const [inventory] = await storage.factory.clusterInventories();
    expect(inventory?.resources).toContainEqual({
      ...widgets,
      singularName: 'widget',
      shortNames: ['wg'],
      categories: ['all'],
      printerColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size', priority: 1 }],
      selectableFields: ['.spec.color'],
    });
  });

  it('names custom resources as a definition says that was imported before', async () => {
    await texts(list([widgetDefinition]));
    expect(await texts(list([widget]))).toMatchObject({ imported: 1, guessed: [] });
    expect(await storedNames(storage, widgets)).toEqual(['w']);
  });

  it('names custom resources as the inventory does', async () => {
    const { group, version, resource, kind, namespaced } = widgets;
    const known = { group, version, resource, kind, namespaced, singularName: 'widget' };
    await storage.factory.prepareCluster('c');
    await storage.factory.putClusterInventory({
      cluster: 'c',
      version: 'v1.30.1',
      health: { status: 'healthy' },
      resources: [known],
      updatedAt: 1,
    });
    expect(await texts(list([widget]))).toMatchObject({ imported: 1, guessed: [] });
    const [inventory] = await storage.factory.clusterInventories();
    expect(inventory).toMatchObject({ version: 'v1.30.1', health: { status: 'healthy' }, resources: [known] });
  });

  it('guesses the name of custom resources as a last resort, and says so', async () => {
    const policy = { apiVersion: 'acme.example/v1', kind: 'Policy', metadata: { name: 'p', namespace: 'x' } };
    expect((await texts(list([widget, policy]))).guessed).toEqual([
      { apiVersion: 'acme.example/v1', kind: 'Widget', resource: 'widgets', namespaced: false },
      { apiVersion: 'acme.example/v1', kind: 'Policy', resource: 'policies', namespaced: true },
    ]);
    expect(await storedTypes(storage)).toEqual(['acme.example/v1/policies', 'acme.example/v1/widgets']);
  });

  it('puts many objects of unknown kinds aside and imports them in their order', async () => {
    const padding = 'x'.repeat(10_000);
    const items = Array.from({ length: 1000 }, (_, index) => ({ ...widget, metadata: { name: `w${index}` }, padding }));
    const last = { ...widget, metadata: { name: 'w0' }, padding: 'last' };
    expect(await texts(list([...items, last, widgetDefinition]))).toMatchObject({ imported: 1002, failed: 0 });
    const stored = await storedObjects(storage, widgets);
    expect(stored).toHaveLength(1000);
    expect(stored.find(({ metadata }) => metadata.name === 'w0')).toMatchObject({ padding: 'last' });
  });

  it('refuses objects that are in a namespace and must not, and the other way round', async () => {
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', namespace: 'x' } };
    const result = await texts(list([node, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } }, pod('a')]));
    expect(result).toMatchObject({ imported: 1, failed: 2 });
    expect(result.failures.map(({ object, reason }) => `${object}: ${reason}`)).toEqual([
      'Node x/n: metadata.namespace: expected none, since Node is cluster-scoped, found "x"',
      'Pod p: metadata.namespace: expected a namespace, since Pod is namespaced, found none',
    ]);
  });

  it('refuses an apiVersion that is none', async () => {
    const result = await texts(list([pod('a', { apiVersion: 'a/b/c' }), pod('b', { apiVersion: '' })]));
    expect(result.failures.map(({ reason }) => reason)).toEqual([
      'apiVersion: expected VERSION or GROUP/VERSION, found "a/b/c"',
      'apiVersion: expected a non-empty string, found ""',
    ]);
  });

  it('attaches events to what they involve, of either kind', async () => {
    const event = (name: string, more: object) => ({
      metadata: { name, namespace: 'shop', uid: name, resourceVersion: '7' },
      ...more,
    });
    const uid = 'pod-uid';
    await texts(
      list([
        { ...pod('a'), metadata: { name: 'a', namespace: 'shop', uid } },
        { apiVersion: 'v1', kind: 'Event', ...event('e1', { involvedObject: { uid }, message: 'first' }) },
        { apiVersion: 'events.k8s.io/v1', kind: 'Event', ...event('e2', { regarding: { uid }, note: 'second' }) },
        { apiVersion: 'v1', kind: 'Event', ...event('e3', { involvedObject: {} }) },
      ]),
    );
    expect(await storedNames(storage, { resource: 'events', kind: 'Event' })).toEqual(['shop/e1', 'shop/e3']);
    const type = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true };
    const { events = [] } = await storage.factory.resourceStorage(type).get('c', 'shop', 'a', { injectEvents: true });
    const messages = events.map(
      (json) => JSON.parse(Buffer.from(json).toString()) as { apiVersion: string; message: string },
    );
    expect(messages.map(({ apiVersion, message }) => `${apiVersion} ${message}`).sort()).toEqual([
      'v1 first',
      'v1 second',
    ]);
  });

  it('finishes the batch under way when it is interrupted, and continues when it is run again', async () => {
    const controller = new AbortController();
    const objects = Array.from({ length: 2000 }, (_, index) => JSON.stringify(pod(`web-${index}`)));
    const chunks = Array.from({ length: 4 }, (_, index) => objects.slice(500 * index, 500 * index + 500).join('\n'));
    const interrupted = await importFrom(storage, {
      stdin: Readable.from(chunks.map((chunk) => Buffer.from(`${chunk}\n`))),
      signal: controller.signal,
      onProgress: ({ objects: read }) => read >= 1000 && controller.abort(),
    });
    expect(interrupted.stopped).toBe('interrupted');
    expect(interrupted.failures).toEqual([]);
    expect(interrupted.imported).toBeGreaterThanOrEqual(500);
    expect(interrupted.imported).toBeLessThan(2000);
    expect(await storedNames(storage, {})).toHaveLength(interrupted.imported);
    expect(await storedTypes(storage)).toEqual(['/v1/pods']);
    const continued = await texts(objects.join('\n'));
    expect(continued).toMatchObject({ imported: 2000 - interrupted.imported, unchanged: interrupted.imported });
  });

  it('does not wait for a silent stdin when it is interrupted', async () => {
    const controller = new AbortController();
    const stdin = new Readable({ read() {} });
    stdin.push(list([pod('a')]).slice(0, -5));
    const imported = importFrom(storage, { stdin, signal: controller.signal, onProgress: () => controller.abort() });
    expect(await imported).toMatchObject({ stopped: 'interrupted', failures: [] });
  });

  it.each(['', 'A', 'a_b', '-a', 'a.', 'a/b', 'x'.repeat(254)])(
    'refuses %p as the name of a cluster',
    async (cluster) => {
      await expect(importFrom(storage, { cluster, files: [] })).rejects.toThrow(
        /^--cluster: expected a name of at most 253/,
      );
    },
  );

  /** The storage, but with `refuse` asked before each write. */
  const refusing = (refuse: (names: readonly string[]) => Error | undefined): StorageFactory => {
    const { factory } = storage;
    return {
      ...factory,
      resourceStorage(type) {
        const own = factory.resourceStorage(type);
        return {
          ...own,
          async write(cluster, changes, signal) {
            const error = refuse(
              changes.map((change) => (change.type === 'upsert' ? change.object.name : change.name)),
            );
            if (error !== undefined) throw error;
            return own.write(cluster, changes, signal);
          },
        };
      },
    };
  };
  const stdinOf = (length: number) => stream([list(Array.from({ length }, (_, index) => pod(`web-${index}`)))]);

  it('repeats what the storage says may be tried again', async () => {
    let attempts = 0;
    const factory = refusing(() => (attempts++ < 3 ? createStorageError('UNAVAILABLE', 'busy') : undefined));
    const result = await importFrom(storage, { factory, stdin: stdinOf(600), retryWaits: [1, 1, 1] });
    expect(result).toMatchObject({ imported: 600, failureCount: 0 });
  });

  it('stops when the storage fails, keeps what was imported and says why', async () => {
    const full = createStorageError('INTERNAL', 'database or disk is full');
    const factory = refusing((names) => (names.includes('web-1000') ? full : undefined));
    const result = await importFrom(storage, { factory, stdin: stdinOf(3000) });
    expect(result).toMatchObject({
      stopped: 'storage',
      storageError: 'INTERNAL: database or disk is full',
      imported: 1000,
    });
    expect(await storedNames(storage, {})).toHaveLength(1000);
    expect(await storedTypes(storage)).toEqual(['/v1/pods']);
  });

  it('finds the one object that the storage refuses', async () => {
    const factory = refusing((names) =>
      names.includes('web-77') ? createStorageError('INVALID', 'too odd') : undefined,
    );
    const result = await importFrom(storage, { factory, stdin: stdinOf(600) });
    expect(result).toMatchObject({
      imported: 599,
      failed: 1,
      failures: [{ index: 77, object: 'Pod shop/web-77', reason: 'too odd' }],
    });
  });
});
