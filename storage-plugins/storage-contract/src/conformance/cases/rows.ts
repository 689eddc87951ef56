import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { ObjectChange, StoredObject } from '../../stored-object.js';
import type { ConformanceCase } from '../conformance-case.js';
import { list, listCollection, listPages, textOf } from '../listing.js';
import { rejects } from '../rejects.js';
import {
  deployments,
  nodes,
  pods,
  store,
  type TestObject,
  type TestObjectOptions,
  testObject,
} from '../test-objects.js';
import { revisionOf, summaries, watchPods } from '../watching.js';

const needs = ['rows'] as const;
const withRows = { prefix: '1.a ' } as const;
const object = (name: string, row?: string, options: TestObjectOptions = {}) =>
  testObject(name, { ...options, ...(row !== undefined && { row }) });
const upsert = ({ prepared }: TestObject): ObjectChange => ({ type: 'upsert', object: prepared });
const rowsOf = ({ objects }: { readonly objects: readonly StoredObject[] }) => objects.map(({ row }) => row);
const fleet = [object('a', '1.a "a"', { spec: { large: true } }), object('b', '1.b "b"'), object('c')];
const whole = (objects: readonly TestObject[]) => objects.map(({ prepared }) => textOf(prepared.json));
const reduced = ({ prepared }: TestObject) => `${textOf(prepared.json.subarray(0, prepared.metadataEnd))}}`;
const texts = ({ objects }: { readonly objects: readonly StoredObject[] }) => objects.map(({ json }) => textOf(json));

export const rowCases: readonly ConformanceCase[] = [
  {
    name: 'an object comes with its row when the row begins as was asked for',
    needs,
    fleet,
    async run({ storage }) {
      const listing = await list(storage, { withRows });
      assert.deepEqual(rowsOf(listing), ['1.a "a"', undefined, undefined]);
      assert.deepEqual(texts(listing), whole(fleet));
      assert.deepEqual(rowsOf(await list(storage, { withRows: { prefix: '1.' } })), ['1.a "a"', '1.b "b"', undefined]);
      assert.deepEqual(
        rowsOf(await list(storage, { withRows: { prefix: '1.a "a" and more' } })),
        Array(3).fill(undefined),
      );
    },
  },
  {
    name: 'rows come only when asked for',
    needs,
    fleet,
    async run({ storage }) {
      const { objects } = await list(storage);
      const got = await storage.resourceStorage(pods).get('c1', 'n1', 'a');
      assert.ok([...objects, got].every((one) => one.row === undefined));
    },
  },
  {
    name: 'onlyMetadata leaves an object whole that comes without the row that was asked for',
    needs: [...needs, 'onlyMetadata'],
    fleet,
    async run({ storage }) {
      const [a, ...others] = fleet as [TestObject, ...TestObject[]];
      const listing = await list(storage, { withRows, onlyMetadata: true });
      assert.deepEqual(rowsOf(listing), ['1.a "a"', undefined, undefined]);
      assert.deepEqual(texts(listing), [reduced(a), ...whole(others)]);
      const none = await list(storage, { withRows: { prefix: '2.' }, onlyMetadata: true });
      assert.deepEqual(texts(none), whole(fleet));
    },
  },
  {
    name: 'the beginning of a row is compared character by character',
    needs,
    async run({ storage }) {
      const rows = ['%_*?[a] x', 'Ab', 'ab', 'é😀"1"', 'e\u0301😀'];
      await store(
        storage,
        rows.map((row, index) => object(`o${index}`, row)),
      );
      for (const prefix of ['%_*?[a]', 'A', 'ab', 'é😀', 'e', '_', '%', '*']) {
        const expected = rows.map((row) => (row.startsWith(prefix) ? row : undefined));
        assert.deepEqual(
          rowsOf(await list(storage, { withRows: { prefix } })),
          expected,
          `rows that begin with ${prefix}`,
        );
      }
      assert.deepEqual(rowsOf(await list(storage, { withRows: { prefix: '' } })), rows);
    },
  },
  {
    name: 'a row is any text',
    needs,
    async run({ storage }) {
      const rows = [
        '\u0001795\u0001',
        '"\\u0000","a,b"]',
        ' \t\r\n\u007f\u2028\uffff',
        'é😀',
        "'; --",
        'x'.repeat(100_000),
        '0',
      ];
      await store(
        storage,
        rows.map((row, index) => object(`o${index}`, row)),
      );
      for (const onlyMetadata of [false, true]) {
        assert.deepEqual(rowsOf(await list(storage, { withRows: { prefix: '' }, onlyMetadata })), rows);
      }
    },
  },
  {
    name: 'each object has its own row, in any order, on every page and in every batch',
    needs,
    async run({ storage, capabilities }) {
      const rowOf = ({ cluster, name }: { cluster: string; name: string }) =>
        /[13579]$/.test(name) ? undefined : `1.a ${cluster}/${name}`;
      const objects = Array.from({ length: 1300 }, (_, index) => {
        const [cluster, name] = [`c${1 + (index % 2)}`, `o${String(index >> 1).padStart(4, '0')}`];
        return object(name, rowOf({ cluster, name }), { cluster });
      });
      await store(storage, objects);
      const orders = capabilities.orderBy
        ? [{}, { orderBy: [{ by: { column: 'name' }, descending: true }] } as const]
        : [{}];
      for (const order of orders) {
        for (const onlyMetadata of [false, true]) {
          const listing = await list(storage, { ...order, withRows, onlyMetadata });
          assert.deepEqual(rowsOf(listing), listing.objects.map(rowOf));
          if (!capabilities.continueToken) continue;
          const pages = await listPages(storage, { ...order, withRows, onlyMetadata, limit: 400 });
          assert.deepEqual(pages.flatMap(rowsOf), rowsOf(listing));
          const few = await list(storage, { ...order, withRows, onlyMetadata, limit: 5 });
          assert.deepEqual(rowsOf(few), rowsOf(listing).slice(0, 5));
        }
      }
    },
  },
  {
    name: 'rows come with filters, with collections and with events',
    needs: [...needs, 'onlyMetadata'],
    async run({ storage, capabilities }) {
      const all = [
        object('a', '1.a pod', { labels: { app: 'x' }, uid: 'u' }),
        object('a', '1.a deployment', { type: deployments }),
        object('a', '1.a node', { type: nodes }),
        object('b', '1.a other', { namespace: 'n2' }),
        object('c', undefined, { labels: { app: 'x' } }),
      ];
      await store(storage, all);
      if (capabilities.labelSelector) {
        const labelSelector = [{ key: 'app', operator: 'exists', values: [] }] as const;
        assert.deepEqual(rowsOf(await list(storage, { labelSelector, withRows })), ['1.a pod', undefined]);
      }
      if (capabilities.collectionResources) {
        for (const onlyMetadata of [false, true]) {
          const listing = await listCollection(storage, 'any', { types: 'all', withRows, onlyMetadata });
          assert.deepEqual(rowsOf(listing), ['1.a node', '1.a pod', '1.a deployment', undefined, '1.a other']);
          assert.deepEqual(
            listing.objects.map(({ type }) => type?.kind),
            ['Node', 'Pod', 'Deployment', 'Pod', 'Pod'],
          );
        }
      }
      if (capabilities.events) {
        const json = new TextEncoder().encode('{"kind":"Event"}');
        const event = { involvedUid: 'u', eventUid: 'e', key: 'n1/e', resourceVersion: '1', json };
        await storage.resourceStorage(pods).recordEvents('c1', [event]);
        const { objects } = await list(storage, { withRows, injectEvents: true, onlyMetadata: true });
        assert.deepEqual(rowsOf({ objects }), ['1.a pod', undefined, '1.a other']);
        assert.deepEqual(texts({ objects }), [
          reduced(all[0] as TestObject),
          ...whole(all.slice(4)),
          reduced(all[3] as TestObject),
        ]);
        assert.deepEqual(objects[0]?.events?.map(textOf), ['{"kind":"Event"}']);
      }
    },
  },
  {
    name: 'an object that is replaced has the row that came with it, or none',
    needs,
    async run({ storage }) {
      const of = async () => rowsOf(await list(storage, { withRows }));
      await store(storage, [object('a', '1.a one'), object('b', '1.a one'), object('c')]);
      const next = { resourceVersion: '2', spec: { second: true } };
      await store(storage, [object('a', '1.a two', next), object('b', undefined, next), object('c', '1.a two', next)]);
      assert.deepEqual(await of(), ['1.a two', undefined, '1.a two']);
      const { write } = storage.resourceStorage(pods);
      await write('c1', [{ type: 'delete', namespace: 'n1', name: 'a' }]);
      await write('c1', [upsert(object('a', undefined, next))]);
      assert.deepEqual(await of(), [undefined, undefined, '1.a two']);
    },
  },
  {
    name: 'the same bytes with another row take the new row, and are unchanged',
    needs,
    async run({ storage }) {
      const of = async () => rowsOf(await list(storage, { withRows }));
      const { write } = storage.resourceStorage(pods);
      await store(storage, [object('a', '1.a one'), object('b')]);
      const again = [upsert(object('a', '1.a two')), upsert(object('b', '1.a first'))];
      assert.deepEqual(await write('c1', again), { written: 0, unchanged: 2 });
      assert.deepEqual(await of(), ['1.a two', '1.a first']);
      assert.deepEqual(await write('c1', again), { written: 0, unchanged: 2 });
      const several = [upsert(object('a', '1.a three')), upsert(object('a')), upsert(object('a', '1.a fourth'))];
      assert.deepEqual(await write('c1', several), { written: 0, unchanged: 3 });
      assert.deepEqual(await of(), ['1.a fourth', '1.a first']);
    },
  },
  {
    name: 'the same bytes without a row keep the row that they have',
    needs,
    async run({ storage }) {
      await store(storage, [object('a', '1.a one')]);
      await store(storage, [object('a')]);
      assert.deepEqual(rowsOf(await list(storage, { withRows })), ['1.a one']);
    },
  },
  {
    name: 'a row of an older object than the stored one is left aside',
    needs,
    async run({ storage }) {
      const { write } = storage.resourceStorage(pods);
      await store(storage, [object('a', '1.a new', { resourceVersion: '10' })]);
      const older = upsert(object('a', '1.a old', { resourceVersion: '9' }));
      assert.deepEqual(await write('c1', [older]), { written: 0, unchanged: 1 });
      assert.deepEqual(rowsOf(await list(storage, { withRows })), ['1.a new']);
    },
  },
  {
    name: 'another row alone is no event, and watches take no rows',
    needs: [...needs, 'watch'],
    async run({ storage }) {
      await store(storage, [object('a', '1.a one')]);
      const revision = await revisionOf(storage);
      const watcher = watchPods(storage, revision);
      await store(storage, [object('a', '1.a two')]);
      await store(storage, [object('b', '1.a one')]);
      const events = await watcher.events(1);
      assert.deepEqual(summaries(events), ['ADDED b']);
      await watcher.stop();
      await rejects(() => watchPods(storage, revision, { withRows }).events(1), 'NOT_SUPPORTED', 'withRows');
    },
  },
  {
    name: 'another row alone leaves the time at which its object was stored',
    needs: [...needs, 'orderBy'],
    async run({ storage }) {
      for (const name of ['b', 'a']) {
        await store(storage, [object(name)]);
        const storedAt = Date.now();
        while (Date.now() === storedAt) await setImmediate();
      }
      await store(storage, [object('b', '1.a later')]);
      const orderBy = [{ by: { column: 'synced_at' }, descending: false }] as const;
      assert.deepEqual((await list(storage, { orderBy })).names, ['b', 'a']);
    },
  },
  {
    name: 'rows are there after a restart, those that came alone too',
    needs: [...needs, 'durable'],
    async run({ storage, reopen }) {
      await store(storage, [object('a', '1.a \u0001one\u0001é'), object('b', '1.a one'), object('c')]);
      await store(storage, [object('b', '1.a two')]);
      assert.deepEqual(rowsOf(await list(await reopen(), { withRows })), [
        '1.a \u0001one\u0001é',
        '1.a two',
        undefined,
      ]);
    },
  },
];
