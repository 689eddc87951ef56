import { describe, expect, it } from '@jest/globals';
import { type ListEnvelope, ListSplitter } from '../../../src/synchro/reflector/list-splitter.js';
import { createRandom } from '../../support/random.js';

function split(text: string, sizes: () => number): { items: string[]; envelope: ListEnvelope } {
  const bytes = Buffer.from(text);
  const splitter = new ListSplitter();
  const items: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = sizes();
    for (const item of splitter.push(bytes.subarray(at, at + size))) items.push(item.toString());
    at += size;
  }
  return { items, envelope: splitter.finish() };
}

const odd = [
  '{"metadata":{"name":"a"},"data":{"items":"[{\\"]}","x":"\\\\"}}',
  '{"metadata":{"name":"b"},"spec":{"items":[{"items":[]},[[]],"]"]}}',
  '{"metadata":{"name":"🦉é"}}',
  '{}',
];
const forms: Readonly<Record<string, string>> = {
  'as of built-in kinds': `{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"12","continue":"to\\"ken"},"items":[${odd.join()}]}\n`,
  'as of custom resources': `{"apiVersion":"v1","items":[${odd.join()}],"kind":"PodList","metadata":{"continue":"to\\"ken","resourceVersion":"12"}}`,
  indented: `{ "kind" : "PodList",\n "metadata": {"resourceVersion":"12", "continue":"to\\"ken", "items": [1]},\n "apiVersion":"v1", "items" : [ ${odd.join(' ,\n')} ] }`,
};

describe('the items of a list', () => {
  for (const [name, text] of Object.entries(forms)) {
    it(`are cut out ${name}, wherever the pieces end`, () => {
      const random = createRandom(5);
      const rounds = [
        () => 1,
        () => 2,
        () => 7,
        () => 1000,
        ...Array.from({ length: 50 }, () => () => 1 + random.integer(40)),
      ];
      for (const sizes of rounds) {
        const { items, envelope } = split(text, sizes);
        expect(items).toEqual(odd);
        expect(envelope).toEqual({ apiVersion: 'v1', kind: 'PodList', resourceVersion: '12', continue: 'to"ken' });
      }
    });
  }

  it('may be none', () => {
    for (const items of ['[]', 'null', '[ ]']) {
      const text = `{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"3"},"items":${items}}`;
      expect(split(text, () => 3)).toMatchObject({ items: [], envelope: { resourceVersion: '3', continue: '' } });
    }
  });

  const [first] = odd;
  const head = '{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[';
  const wrong: Readonly<Record<string, readonly [string, RegExp]>> = {
    'a page of HTML': ['<html><body>Sign in</body></html>', /expected a list as JSON, found "<html/],
    nothing: ['', /nothing came/],
    'half a list': [`${head}${first}`, /ends in the middle/],
    'half an item': [`${head}{"metadata":{"na`, /ends in the middle/],
    'items without commas': [`${head}${first}${first}]}`, /expected "," or "]"/],
    'items that are none': [`${head}1,2]}`, /expected an object as an item/],
    'something behind it': [`${head}]} {"more":1}`, /expected nothing behind the list/],
    'an object that is no list': [
      '{"kind":"Pod","apiVersion":"v1","metadata":{}}',
      /expected apiVersion, kind and items/,
    ],
    'an object of something else': ['{"error":"not found"}', /expected apiVersion, kind and items/],
  };
  for (const [name, [text, message]] of Object.entries(wrong)) {
    it(`are refused for ${name}, saying what was found`, () => {
      expect(() => split(text, () => 5)).toThrow(message);
      expect(() => split(text, () => 1000)).toThrow(message);
    });
  }
});
