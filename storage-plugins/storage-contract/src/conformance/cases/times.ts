import assert from 'node:assert/strict';
import type { ListOptions } from '../../list-options.js';
import type { ConformanceCase } from '../conformance-case.js';
import { list } from '../listing.js';
import { testObject } from '../test-objects.js';

const second = Date.parse('2024-05-01T10:00:00Z');
const fleet = [
  testObject('early', { created: '2024-05-01T09:59:59Z' }),
  testObject('exact', { created: '2024-05-01T10:00:00Z' }),
  testObject('late', { created: '2024-05-01T10:00:01Z' }),
  testObject('ancient', { created: '1969-12-31T23:59:59Z' }),
  testObject('timeless'),
];

function finds(name: string, options: ListOptions, ...expected: string[]): ConformanceCase {
  return {
    name,
    fleet,
    async run({ storage }) {
      assert.deepEqual((await list(storage, options)).names, expected.toSorted());
    },
  };
}

export const timeCases: readonly ConformanceCase[] = [
  finds('since includes its own instant', { since: second }, 'exact', 'late'),
  finds('before excludes its own instant', { before: second }, 'ancient', 'early'),
  finds('since and before to the millisecond', { since: second - 999, before: second + 1 }, 'exact'),
  finds('since equal to before finds nothing', { since: second, before: second }),
  finds('times before 1970 compare too', { before: 0 }, 'ancient'),
  finds('an object without creation time is in no range', { since: -8.64e15 }, 'ancient', 'early', 'exact', 'late'),
];
