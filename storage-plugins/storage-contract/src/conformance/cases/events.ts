import assert from 'node:assert/strict';
import type { StorageFactory } from '../../storage-factory.js';
import type { ObjectEvent } from '../../stored-object.js';
import type { ConformanceCase } from '../conformance-case.js';
import { list, listCollection, textOf } from '../listing.js';
import { deployments, pods, store, testObject } from '../test-objects.js';

const encoder = new TextEncoder();
const event = (involvedUid: string, name: string, resourceVersion: string, message = name): ObjectEvent => ({
  involvedUid,
  eventUid: `uid-of-${name}`,
  key: `n1/${name}`,
  resourceVersion,
  json: encoder.encode(JSON.stringify({ kind: 'Event', metadata: { name, resourceVersion }, message })),
});

async function record(storage: StorageFactory, ...events: ObjectEvent[]): Promise<void> {
  await storage.prepareCluster('c1');
  await storage.resourceStorage(pods).recordEvents('c1', events);
}

const messages = (events: readonly Uint8Array[] | undefined) =>
  events?.map((json) => (JSON.parse(textOf(json)) as { message: string }).message);

async function messagesOf(
  storage: StorageFactory,
  name: string,
  cluster = 'c1',
): Promise<readonly string[] | undefined> {
  const found = await storage.resourceStorage(pods).get(cluster, 'n1', name, { injectEvents: true });
  return messages(found.events);
}

const needs = ['events'] as const;
const a = testObject('a', { uid: 'a' });
const b = testObject('b', { uid: 'b' });

export const eventCases: readonly ConformanceCase[] = [
  {
    name: 'events are attached to the object of their uid',
    needs,
    async run({ storage }) {
      await store(storage, [a, b]);
      await record(storage, event('a', 'e1', '1'), event('a', 'e2', '2'));
      assert.deepEqual(await messagesOf(storage, 'a'), ['e1', 'e2']);
      assert.equal(await messagesOf(storage, 'b'), undefined);
      const { objects } = await list(storage, { injectEvents: true });
      assert.deepEqual(
        objects.map(({ events }) => messages(events)),
        [['e1', 'e2'], undefined],
      );
      assert.equal(
        textOf(objects[0]?.json ?? new Uint8Array()),
        textOf(a.prepared.json),
        'the object itself stays as it is',
      );
    },
  },
  {
    name: 'events are returned only when asked for',
    needs,
    async run({ storage }) {
      await store(storage, [a]);
      await record(storage, event('a', 'e1', '1'));
      assert.equal((await list(storage)).objects[0]?.events, undefined);
      assert.equal((await storage.resourceStorage(pods).get('c1', 'n1', 'a')).events, undefined);
    },
  },
  {
    name: 'events may come before their object',
    needs,
    async run({ storage }) {
      await record(storage, event('a', 'e1', '1'));
      await store(storage, [a]);
      assert.deepEqual(await messagesOf(storage, 'a'), ['e1']);
    },
  },
  {
    name: 'events stay when their object is updated',
    needs,
    async run({ storage }) {
      await store(storage, [a]);
      await record(storage, event('a', 'e1', '1'));
      await store(storage, [testObject('a', { uid: 'a', resourceVersion: '2', spec: { changed: true } })]);
      assert.deepEqual(await messagesOf(storage, 'a'), ['e1']);
    },
  },
  {
    name: 'an object that is created anew has none of the old events',
    needs,
    async run({ storage }) {
      await store(storage, [a]);
      await record(storage, event('a', 'e1', '1'));
      await store(storage, [testObject('a', { uid: 'a-again', resourceVersion: '9' })]);
      assert.equal(await messagesOf(storage, 'a'), undefined);
    },
  },
  {
    name: 'the same event again replaces it, and a repeated call changes nothing',
    needs,
    async run({ storage }) {
      await store(storage, [a]);
      await record(storage, event('a', 'e1', '1'), event('a', 'e2', '2'));
      await record(storage, event('a', 'e2', '3', 'e2 again'));
      await record(storage, event('a', 'e2', '3', 'e2 again'));
      assert.deepEqual(await messagesOf(storage, 'a'), ['e1', 'e2 again']);
    },
  },
  {
    name: 'an event that has expired is forgotten, and the others stay',
    needs,
    async run({ storage }) {
      await store(storage, [a, b]);
      await record(storage, event('a', 'e1', '1'), event('a', 'e2', '2'), event('b', 'e3', '3'));
      const expired = (uid: string, name: string) => ({ ...event(uid, name, ''), json: new Uint8Array() });
      await record(storage, expired('a', 'e1'), expired('b', 'e3'), expired('b', 'never-there'));
      assert.deepEqual(await messagesOf(storage, 'a'), ['e2']);
      assert.equal(await messagesOf(storage, 'b'), undefined);
      await record(storage, expired('a', 'e1'), event('b', 'e3', '4'));
      assert.deepEqual(await messagesOf(storage, 'a'), ['e2']);
      assert.deepEqual(await messagesOf(storage, 'b'), ['e3']);
      await record(storage, event('a', 'e4', '5'), expired('a', 'e4'));
      assert.deepEqual(await messagesOf(storage, 'a'), ['e2'], 'the last of one call counts');
    },
  },
  {
    name: 'the newest event is the last',
    needs,
    async run({ storage }) {
      await store(storage, [a]);
      await record(storage, event('a', 'e1', '9'), event('a', 'e2', '10'));
      await record(storage, event('a', 'e3', '11'));
      await record(storage, event('a', 'e1', '12', 'e1 again'));
      assert.deepEqual(await messagesOf(storage, 'a'), ['e2', 'e3', 'e1 again']);
    },
  },
  {
    name: 'events reach objects of any type, through any type',
    needs,
    async run({ storage }) {
      await store(storage, [testObject('d', { type: deployments, uid: 'd' })]);
      await record(storage, event('d', 'e1', '1'));
      const { objects } = await list(storage, { injectEvents: true }, deployments);
      assert.deepEqual(
        objects.map(({ events }) => messages(events)),
        [['e1']],
      );
    },
  },
  {
    name: 'events of one cluster do not reach another',
    needs,
    async run({ storage }) {
      await store(storage, [a, testObject('a', { cluster: 'c2', uid: 'a' })]);
      await record(storage, event('a', 'e1', '1'));
      assert.deepEqual(await messagesOf(storage, 'a'), ['e1']);
      assert.equal(await messagesOf(storage, 'a', 'c2'), undefined);
    },
  },
  {
    name: 'events are attached in collections and beside metadata alone',
    needs: [...needs, 'collectionResources', 'onlyMetadata'],
    async run({ storage }) {
      await store(storage, [a]);
      await record(storage, event('a', 'e1', '1'));
      const { objects } = await listCollection(storage, 'any', {
        types: 'all',
        injectEvents: true,
        onlyMetadata: true,
      });
      assert.deepEqual(
        objects.map(({ events }) => messages(events)),
        [['e1']],
      );
    },
  },
];
