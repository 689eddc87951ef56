import assert from 'node:assert/strict';
import type { LabelRequirement, SelectorOperator } from '../../list-options.js';
import type { ConformanceCase } from '../conformance-case.js';
import { list } from '../listing.js';
import { store, testObject } from '../test-objects.js';

const labelled: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  front: { app: 'web', 'example.com/tier': 'front', revision: '9' },
  back: { app: 'web', 'example.com/tier': 'back', revision: '10' },
  empty: { app: '', revision: 'x' },
  quoted: { app: "x'y", revision: '-1' },
  upper: { app: 'WEB', revision: '9223372036854775807' },
  bare: {},
};

const fleet = Object.entries(labelled).map(([each, labels]) => testObject(each, { labels }));

const requirement = (key: string, operator: SelectorOperator, ...values: string[]): LabelRequirement => ({
  key,
  operator,
  values,
});

function selects(name: string, labelSelector: readonly LabelRequirement[], ...expected: string[]): ConformanceCase {
  return {
    name,
    needs: ['labelSelector'],
    fleet,
    async run({ storage }) {
      assert.deepEqual((await list(storage, { labelSelector })).names, expected.toSorted());
    },
  };
}

export const labelCases: readonly ConformanceCase[] = [
  selects('a label equals a value', [requirement('app', 'in', 'web')], 'back', 'front'),
  selects('a label is one of several values', [requirement('app', 'in', 'WEB', '', 'x')], 'empty', 'upper'),
  selects(
    'a label without that value, or absent, is notIn',
    [requirement('app', 'notIn', 'web', 'WEB')],
    'bare',
    'empty',
    'quoted',
  ),
  selects('a label exists, empty too', [requirement('app', 'exists')], 'back', 'empty', 'front', 'quoted', 'upper'),
  selects('a label does not exist', [requirement('app', 'notExists')], 'bare'),
  selects('a key with a prefix is one key', [requirement('example.com/tier', 'in', 'back')], 'back'),
  selects('a key is not a part of a longer key', [requirement('tier', 'exists')]),
  selects(
    'requirements on labels combine with AND',
    [requirement('app', 'in', 'web'), requirement('example.com/tier', 'notIn', 'back')],
    'front',
  ),
  selects('contradictory requirements match nothing', [requirement('app', 'exists'), requirement('app', 'notExists')]),
  selects(
    'several requirements on one key combine with AND',
    [requirement('app', 'exists'), requirement('app', 'notIn', 'web', '')],
    'quoted',
    'upper',
  ),
  selects('no requirement selects everything', [], ...Object.keys(labelled)),
  selects('a quote in a value stands for itself', [requirement('app', 'in', "x'y", "' OR '1'='1")], 'quoted'),
  selects(
    'greaterThan compares integers, and nothing else',
    [requirement('revision', 'greaterThan', '9')],
    'back',
    'upper',
  ),
  selects(
    'lessThan compares integers, and nothing else',
    [requirement('revision', 'lessThan', '10')],
    'front',
    'quoted',
  ),
  selects('an integer beyond 64 bits compares with nothing', [
    requirement('revision', 'lessThan', '9223372036854775808'),
  ]),
  {
    name: 'a rare label among many objects finds its few',
    needs: ['labelSelector'],
    async run({ storage }) {
      const objects = Array.from({ length: 3000 }, (_, i) =>
        testObject(`pod-${i}`, {
          labels: { common: 'yes', bucket: `b${i % 1000}`, ...(i === 2999 && { single: 'true' }) },
        }),
      );
      await store(storage, objects);
      const bucket = await list(storage, { labelSelector: [requirement('bucket', 'in', 'b7')] });
      assert.deepEqual(bucket.names, ['pod-1007', 'pod-2007', 'pod-7']);
      const both = [requirement('common', 'in', 'yes'), requirement('single', 'exists')];
      assert.deepEqual((await list(storage, { labelSelector: both })).names, ['pod-2999']);
      assert.equal((await list(storage, { labelSelector: [requirement('common', 'in', 'yes')] })).names.length, 3000);
    },
  },
];
