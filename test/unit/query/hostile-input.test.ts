import { describe, expect, it } from '@jest/globals';
import { parseFieldSelector, renderFieldSelector } from '../../../src/kube/field-selector.js';
import { GrammarError } from '../../../src/kube/grammar-error.js';
import { createContinueTokens } from '../../../src/query/continue-tokens.js';
import { parametersByLabel, parametersByUrl } from '../../../src/query/parameters.js';
import { parseGetRequest } from '../../../src/query/parse-get-request.js';
import { parseListRequest } from '../../../src/query/parse-list-request.js';
import { QueryError } from '../../../src/query/query-error.js';
import { createRandom } from '../../support/random.js';

const continueTokens = createContinueTokens(new Uint8Array(32));
const gates = { RemainingItemCount: false, AllowParameterizedSQLQuery: true };
const large = 65_536;
/** A parser that is linear takes a few milliseconds; one that is quadratic takes several seconds. */
const patience = 2000;
/** On a busy machine. */
const longest = 120_000;
const searches = [
  ...['names', 'fuzzyName', 'labelSelector', 'fieldSelector', 'since', 'orderby', 'ownerGR', 'ownerSeniority', 'limit'],
  ...['continue', 'groups', 'resources', 'whereSQLStatement', 'whereSQLJSONParams', 'withContinue'],
];

/** What a request is allowed to end in: options, or a QueryError that a client can be shown. */
function attempt(query: string, collection?: string): void {
  try {
    parseListRequest({ query, gates, storageName: 'sqlite', continueTokens, collection });
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    if (JSON.stringify(error.toStatus()).length > 20_000) throw error;
  }
}

const pieces = [
  ...parametersByUrl.keys(),
  ...parametersByLabel.keys(),
  ...[
    '=',
    '==',
    '!=',
    '!',
    '>',
    '<',
    '(',
    ')',
    ',',
    ' in ',
    ' notin ',
    '&',
    '?',
    '+',
    '%',
    '%20',
    '%00',
    '%ff',
    '%F0%9F%98%80',
  ],
  ...[
    "'",
    '"',
    '[',
    ']',
    '[]',
    '[0]',
    '.',
    '/',
    '*',
    '_desc',
    ' desc',
    '--',
    ';',
    '\\',
    '\0',
    'é',
    '\u{1f600}',
    '\ud800',
  ],
  ...[
    'a',
    'spec',
    'metadata.name',
    '0',
    '-1',
    '10',
    '1714566605',
    '2024-05-01',
    'T',
    'true',
    'select',
    '2Gi',
    'W10=',
    '__proto__',
  ],
];

describe('hostile input', () => {
  it(
    'never breaks anything',
    () => {
      const random = createRandom(1);
      for (let round = 0; round < 8_000; round++) {
        const parts = Array.from({ length: 1 + random.integer(12) }, () => random.pick(pieces));
        const query = random.chance(0.6)
          ? `${random.pick([...parametersByUrl.keys()])}=${parts.join('')}`
          : parts.join('');
        attempt(query, random.pick([undefined, 'any', 'workloads']));
      }
    },
    longest,
  );

  it(
    'never breaks anything as random bytes',
    () => {
      const random = createRandom(2);
      const names = [...parametersByUrl.keys()];
      for (let round = 0; round < 3_000; round++) {
        const bytes = Uint8Array.from({ length: random.integer(40) }, () => random.integer(256));
        const text = Buffer.from(bytes).toString(random.pick(['utf8', 'latin1']));
        attempt(random.chance(0.5) ? text : `${random.pick(names)}=${encodeURIComponent(text)}`);
        try {
          parseGetRequest(text);
        } catch (error) {
          expect(error).toBeInstanceOf(QueryError);
        }
      }
    },
    longest,
  );

  it(
    'renders every field selector that it reads so that it reads the same again',
    () => {
      const random = createRandom(3);
      const atoms = [
        'a',
        'b.c',
        "d['e.f']",
        '.g[]',
        '[0]',
        '.h',
        'in',
        ',',
        '=',
        '!=',
        '==',
        '!',
        ' in (',
        ')',
        'notin',
        '5',
        '>',
        '<',
        ' ',
      ];
      let read = 0;
      for (let round = 0; round < 6_000; round++) {
        const text = Array.from({ length: 1 + random.integer(9) }, () => random.pick(atoms)).join('');
        try {
          const parsed = parseFieldSelector(text);
          const rendered = renderFieldSelector(parsed);
          expect(renderFieldSelector(parseFieldSelector(rendered))).toBe(rendered);
          read++;
        } catch (error) {
          expect(error).toBeInstanceOf(GrammarError);
        }
      }
      expect(read).toBeGreaterThan(300);
    },
    longest,
  );

  const fill = (text: string) => text.repeat(Math.ceil(large / text.length)).slice(0, large);
  const fillers = [
    ...[
      'a',
      '(',
      ')',
      ',',
      '=',
      '!',
      '[',
      ']',
      '.',
      "'",
      '"',
      '%25',
      '%',
      '+',
      '&',
      '0',
      '9',
      '-',
      '_',
      '*',
      '/',
      '?',
      '\\',
      ' ',
    ],
    ...[
      'a,',
      'a=b,',
      'a in (b),',
      '!a,',
      'a[0]',
      "a['b']",
      "['",
      '.a',
      'a.',
      '[]',
      "'a',",
      'a desc,',
      'a/',
      '//',
      '(a)',
      'é',
      'a&',
      'names=a&',
    ],
    ...[
      'search.clusterpedia.io/names=a,',
      'search.clusterpedia.io/fuzzy-name!=a,',
      'x.clusterpedia.io/',
      "''",
      '"\'',
      '--',
      '- ',
      '? ',
    ],
  ];

  /** The least of three times, so that what else the machine does counts less. */
  function fastest(action: () => void): number {
    let least = Number.POSITIVE_INFINITY;
    for (let attempts = 0; attempts < 3 && least > patience; attempts++) {
      const start = performance.now();
      action();
      least = Math.min(least, performance.now() - start);
    }
    return least;
  }

  it.each(searches)(
    'takes linear time for 64 KB of %s',
    (name) => {
      const collection = name === 'groups' || name === 'resources' ? 'any' : undefined;
      for (const filler of fillers) {
        const time = fastest(() => {
          attempt(`${name}=${fill(filler)}`, collection);
          attempt(`${name}=a in (${fill(filler)}!`, collection);
        });
        expect(time).toBeLessThan(patience);
      }
    },
    longest,
  );

  it(
    'takes linear time for 64 KB of parameters and names',
    () => {
      for (const filler of fillers) {
        const time = fastest(() => {
          attempt(fill(filler));
          attempt(`${fill(filler)}=a`);
        });
        expect(time).toBeLessThan(patience);
      }
    },
    longest,
  );
});
