import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.js';
import { list, listCollection, textOf } from '../listing.js';
import { store, testObject } from '../test-objects.js';

const object = testObject('a', {
  labels: { app: 'web' },
  annotations: { note: 'a } in a text' },
  spec: { large: 'x'.repeat(100) },
});

export const projectionCases: readonly ConformanceCase[] = [
  {
    name: 'a list returns the stored bytes',
    async run({ storage }) {
      await store(storage, [object]);
      const { objects } = await list(storage);
      assert.deepEqual(
        objects.map(({ json }) => textOf(json)),
        [textOf(object.prepared.json)],
      );
    },
  },
  {
    name: 'onlyMetadata leaves apiVersion, kind and metadata',
    needs: ['onlyMetadata'],
    async run({ storage }) {
      await store(storage, [object, testObject('b')]);
      const { objects } = await list(storage, { onlyMetadata: true });
      const whole = JSON.parse(textOf(object.prepared.json)) as Record<string, unknown>;
      const { apiVersion, kind, metadata } = whole;
      assert.equal(textOf(objects[0]?.json ?? new Uint8Array()), JSON.stringify({ apiVersion, kind, metadata }));
      assert.equal(objects.length, 2);
    },
  },
  {
    name: 'onlyMetadata filters, orders and pages by what it leaves out',
    needs: ['onlyMetadata', 'fieldSelector', 'orderBy', 'continueToken'],
    async run({ storage }) {
      await store(
        storage,
        [3, 1, 2, 4].map((field) => testObject(`o${field}`, { spec: { field } })),
      );
      const path = [{ key: 'spec' }, { key: 'field' }];
      const page = await list(storage, {
        onlyMetadata: true,
        fieldSelector: [{ path, operator: 'lessThan', values: ['4'] }],
        orderBy: [{ by: { path }, descending: true }],
        limit: 2,
      });
      assert.deepEqual(page.names, ['o3', 'o2']);
      assert.ok(page.continue);
    },
  },
  {
    name: 'onlyMetadata works on collections',
    needs: ['onlyMetadata', 'collectionResources'],
    async run({ storage }) {
      await store(storage, [object]);
      const { objects } = await listCollection(storage, 'any', { types: 'all', onlyMetadata: true });
      const members = objects.map(({ json }) => Object.keys(JSON.parse(textOf(json)) as object));
      assert.deepEqual(members, [['apiVersion', 'kind', 'metadata']]);
    },
  },
];
