import { describe, expect, it } from '@jest/globals';
import {
  compileFullText,
  compileSearchText,
  InvalidFullTextError,
  parseFullText,
  searchTextOf,
  wordsOf,
} from '../../src/selection/index.js';
import { createRandom, randomObject, respace } from '../support/random-json.js';

const encoder = new TextEncoder();
const textsOf = (object: unknown): string[] =>
  Buffer.from(searchTextOf(encoder.encode(typeof object === 'string' ? object : JSON.stringify(object))))
    .toString()
    .split('\n')
    .slice(1, -1);

describe('words', () => {
  it.each<[string, readonly string[]]>([
    ['nginx-ingress/controller:v1.2', ['nginx', 'ingress', 'controller', 'v1', '2']],
    ['CrashLoopBackOff', ['crashloopbackoff']],
    ['REDIS_HOST=10.0.0.1', ['redis', 'host', '10', '0', '0', '1']],
    ['Größe ŒUVRE', ['größe', 'œuvre']],
    ['ΟΔΟΣ οδος', ['οδοσ', 'οδοσ']],
    ['e\u0301 \u00e9', ['é', 'é']],
    ['ｗｉｄｅ ﬁ ①', ['wide', 'fi', '1']],
    ['上海abc東京', ['上', '海', 'abc', '東', '京']],
    ['ｶﾞ', ['ガ']],
    ['a\u0300\u0301b', ['à\u0301b']],
    ['😀 \ud800 \0', []],
    ['', []],
    ['-_./', []],
  ])('%j has the words %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it('are 128 units long at most, and no half characters', () => {
    expect(wordsOf('x'.repeat(300))).toEqual(['x'.repeat(128)]);
    expect(wordsOf(`${'x'.repeat(127)}𝔘𐐨`)).toEqual([`${'x'.repeat(127)}u`]);
    expect(wordsOf(`${'x'.repeat(127)}𐐨y`)).toEqual(['x'.repeat(127)]);
  });
});

describe('the text of an object', () => {
  it('is its values, and names where they are free', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        annotations: {
          'shadow.clusterpedia.io/cluster-name': 'West-2',
          'kubectl.kubernetes.io/last-applied-configuration': '{"hidden":"hidden"}',
          note: '',
        },
        name: 'web',
        resourceVersion: '5',
        generation: 3,
        creationTimestamp: '2024-05-17T11:22:33Z',
        labels: { 'a/b': 'c' },
        managedFields: [{ manager: 'hidden' }],
      },
      spec: {
        on: true,
        off: null,
        list: [1, [-2.5e3, 'x'], {}],
        nodeSelector: { disk: 'ssd' },
        selector: { matchLabels: { q: 'r' } },
      },
      data: { k: { inner: 'v' }, l: ['w'] },
    };
    expect(textsOf(object)).toEqual([
      'v1',
      'pod',
      'west 2',
      'note',
      'web',
      '3',
      'a b c',
      '1',
      '2500',
      'x',
      'disk ssd',
      'q r',
      'k',
      'v',
      'l',
      'w',
    ]);
  });

  it('hides the values of a Secret, wherever its kind stands, and however names are written', () => {
    const secret = {
      kind: 'Secret',
      metadata: { name: 's', annotations: { a: 'hidden' } },
      data: { k: 'hidden' },
      stringData: { l: 'hidden' },
      type: 't',
    };
    expect(textsOf(secret)).toEqual(['secret', 's', 'a', 'k', 'l', 't']);
    const { kind, ...others } = secret;
    expect(textsOf({ ...others, kind })).toEqual(['s', 'a', 'k', 'l', 't', 'secret']);
    const escaped = JSON.stringify(secret).replace('"data"', '"d\\u0061ta"').replace('"Secret"', '"S\\u0065cret"');
    expect(textsOf(escaped)).toEqual(['secret', 's', 'a', 'k', 'l', 't']);
    expect(textsOf({ kind: 'Secret', data: 'hidden' })).toEqual(['secret']);
    expect(textsOf({ kind: 'Secret', data: ['hidden'] })).toEqual(['secret']);
    expect(textsOf({ kind: 'Secret', data: { k: { l: 'hidden' }, m: ['hidden'] } })).toEqual(['secret', 'k', 'm']);
  });

  it('holds every word of random JSON, whatever its escapes', () => {
    const random = createRandom(7);
    for (let round = 0; round < 300; round++) {
      const { spec } = randomObject(random);
      const expected: string[] = [];
      collect(spec, expected);
      const text = respace(random, JSON.stringify({ kind: 'X', spec }));
      expect(textsOf(text).slice(1)).toEqual(expected);
    }
  });

  it('grows beyond what was read', () => {
    const spec = Array.from({ length: 5000 }, () => 'ﷺ');
    expect(textsOf({ spec }).length).toBe(5000);
  });

  it.each([
    '',
    '[]',
    '{',
    '{"a":',
    '{"a":"',
    '{"a":"b',
    '{"a" 1}',
    '{"a":1',
    '{"a":[1',
    '{"a":[1 2]}',
    '{"a":tru}',
    '{"a":"é',
    `{"a":${'['.repeat(2000)}`,
  ])('is refused for %j, which is no object', (text) => {
    expect(() => textsOf(text)).toThrow(expect.objectContaining({ name: 'InvalidObjectError' }));
  });
});

/** What is searched of a value, for values in which no name counts. */
function collect(value: unknown, into: string[]): void {
  if (Array.isArray(value)) for (const element of value) collect(element, into);
  else if (typeof value === 'object' && value !== null)
    for (const member of Object.values(value)) collect(member, into);
  else if (typeof value === 'number') into.push(wordsOf(String(value)).join(' '));
  else if (typeof value === 'string' && wordsOf(value).length > 0) into.push(wordsOf(value).join(' '));
}

describe('a query', () => {
  const term = (text: string, prefix = false) => ({ words: text.split(' '), prefix });

  it.each<[string, unknown]>([
    ['a', { required: [[term('a')]], excluded: [] }],
    ['  A\tb ', { required: [[term('a')], [term('b')]], excluded: [] }],
    ['a OR b c', { required: [[term('a'), term('b')], [term('c')]], excluded: [] }],
    ['a OR "OR" OR b', { required: [[term('a'), term('or'), term('b')]], excluded: [] }],
    ['-a -"b c"', { required: [], excluded: [term('a'), term('b c')] }],
    ['v1.2 "v1 2"', { required: [[term('v1 2')], [term('v1 2')]], excluded: [] }],
    ['ab* "c de"* -fg*', { required: [[term('ab', true)], [term('c de', true)]], excluded: [term('fg', true)] }],
    ['k:v k=v', { required: [[term('k v')], [term('k v')]], excluded: [] }],
    ['or and not', { required: [[term('or')], [term('and')], [term('not')]], excluded: [] }],
    ['--a', { required: [], excluded: [term('a')] }],
    ['上海', { required: [[term('上 海')]], excluded: [] }],
  ])('%j is read', (query, expected) => {
    expect(parseFullText(query)).toEqual(expected);
  });

  it('of blanks alone is none', () => {
    expect(parseFullText(' \t\u00a0')).toBeUndefined();
    expect(parseFullText('')).toBeUndefined();
  });

  it.each<[string, RegExp]>([
    ['"a', /second " behind the one at character 1/],
    ['a -"b', /second " behind the one at character 4/],
    ['a"b', /a " can only begin a term/],
    ['"a"b', /a blank behind the quoted "a"/],
    ['*', /a term, found \* alone/],
    ['-', /a term, found - alone/],
    ['""', /a term, found "" alone/],
    ['*a', /a \* can only end a term/],
    ['a*b', /a \* can only end a term/],
    ['a**', /a \* can only end a term/],
    ['a*', /at least 2 letters or digits in front of a \*, found "a"/],
    ['上海*', /at least 2/],
    ['ab-*', /a letter or a digit in front of the \*/],
    ['a OR', /before and behind OR/],
    ['OR a', /before and behind OR/],
    ['a OR OR b', /before and behind OR/],
    ['a OR -b', /found -b/],
    ['-a OR b', /found -a/],
    ['a AND b', /AND is what a blank means/],
    ['NOT a', /NOT is written as a -/],
    ['(a OR b)', /no brackets/],
    ['a & b', /a letter or a digit in "&"/],
    ['x '.repeat(33), /at most 32 terms/],
    ['x'.repeat(1001), /at most 1000 characters, found 1001/],
  ])('%j is refused', (query, message) => {
    expect(() => parseFullText(query)).toThrow(InvalidFullTextError);
    expect(() => parseFullText(query)).toThrow(message);
  });

  it('is frozen', () => {
    const query = parseFullText('a OR b -c');
    expect(
      [query, query?.required, query?.required[0], query?.required[0]?.[0]?.words, query?.excluded].every(
        Object.isFrozen,
      ),
    ).toBe(true);
  });

  it('takes time in proportion to its length', () => {
    const start = performance.now();
    for (const query of ['"'.repeat(999), '" '.repeat(499), '-'.repeat(999), 'a"'.repeat(499)]) {
      expect(() => parseFullText(query)).toThrow(InvalidFullTextError);
    }
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe('matching', () => {
  const object = encoder.encode('{"kind":"Pod","spec":{"a":"one two three","b":"threefold four"}}');
  it.each<[string, boolean]>([
    ['two', true],
    ['tw', false],
    ['tw*', true],
    ['wo*', false],
    ['"two three"', true],
    ['"two thr"*', true],
    ['"three threefold"', false],
    ['three*', true],
    ['threefold', true],
    ['old', false],
    ['one four', true],
    ['five OR four', true],
    ['five OR six', false],
    ['one -four', false],
    ['-five', true],
  ])('%j: %s', (query, expected) => {
    const parsed = parseFullText(query);
    if (parsed === undefined) throw new Error('no query');
    expect(compileFullText(parsed)(object)).toBe(expected);
    expect(compileSearchText(parsed)(searchTextOf(object))).toBe(expected);
  });
});
