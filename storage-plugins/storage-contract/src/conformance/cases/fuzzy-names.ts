import assert from 'node:assert/strict';
import type { ListOptions, NameFilter } from '../../list-options.js';
import type { ConformanceCase } from '../conformance-case.js';
import { list } from '../listing.js';
import { testObject } from '../test-objects.js';

const fleet = ['web-1', 'web_1', 'WEB-2', 'back\\slash', 'star*q?[a]', "it's", 'É-upper', 'é-lower', 'other'].map(
  (each) => testObject(each),
);

function finds(
  name: string,
  fuzzyNames: NameFilter,
  expected: readonly string[],
  more: ListOptions = {},
): ConformanceCase {
  return {
    name,
    needs: ['fuzzyName'],
    fleet,
    async run({ storage }) {
      assert.deepEqual(new Set((await list(storage, { ...more, fuzzyNames })).names), new Set(expected));
    },
  };
}

export const fuzzyNameCases: readonly ConformanceCase[] = [
  finds('a fuzzy name is part of a name', { in: ['eb-'] }, ['web-1', 'WEB-2']),
  finds('a fuzzy name matches the whole name too', { in: ['other'] }, ['other']),
  finds('several fuzzy names combine with OR', { in: ['her', 'eb_'] }, ['other', 'web_1']),
  finds('fuzzy names ignore the case of A to Z', { in: ['WeB-'] }, ['web-1', 'WEB-2']),
  finds('fuzzy names do not ignore the case of other letters', { in: ['É'] }, ['É-upper']),
  finds('an underscore in a fuzzy name is no wildcard', { in: ['web_'] }, ['web_1']),
  finds('a percent sign in a fuzzy name is no wildcard', { in: ['w%1', '%', '%%'] }, []),
  finds('a backslash in a fuzzy name is no escape', { in: ['\\', 'we\\%b'] }, ['back\\slash']),
  finds('other pattern characters in a fuzzy name stand for themselves', { in: ['*q', '?[a]', 'w*1', 'w.b', '[w]'] }, [
    'star*q?[a]',
  ]),
  finds('quotes in a fuzzy name stand for themselves', { in: ["t's", "' OR '1'='1"] }, ["it's"]),
  finds('fuzzy names can be excluded', { notIn: ['e', "'s"] }, ['back\\slash', 'star*q?[a]']),
  finds('a fuzzy exclusion wins over a selection', { in: ['web'], notIn: ['_', '2'] }, ['web-1']),
  finds('an empty set of fuzzy names matches nothing', { in: [] }, []),
  finds('fuzzy names combine with names by AND', { in: ['web'] }, ['web-1'], { names: { in: ['web-1', 'other'] } }),
];
