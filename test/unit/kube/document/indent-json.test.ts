import { describe, expect, it } from '@jest/globals';
import { createJsonIndenter, indentJson } from '../../../../src/kube/document/indent-json.js';
import { readRecording } from '../../../support/recordings.js';

const values: readonly unknown[] = [
  {},
  [],
  [{}],
  { a: {}, b: [], c: [[], {}] },
  { text: 'a "quoted" \\ {[,:]} ü \u2028 \\"' },
  [1, -2.5e3, true, false, null, ''],
  'text',
  7,
  { deep: Array.from({ length: 3 }, (_, index) => ({ index, list: [{ more: [index] }] })) },
];

describe('indented JSON', () => {
  it.each(values)('%j', (value) => {
    expect(indentJson(Buffer.from(JSON.stringify(value))).toString()).toBe(JSON.stringify(value, undefined, 2));
  });

  it('is the same for JSON with white space of its own', () => {
    const value = { a: [1, { b: ' c\t' }], d: {} };
    for (const space of [1, 4, '\t']) {
      const text = `\r\n ${JSON.stringify(value, undefined, space)} \n`;
      expect(indentJson(Buffer.from(text)).toString()).toBe(JSON.stringify(value, undefined, 2));
    }
  });

  it('keeps the text of numbers and strings', () => {
    expect(indentJson(Buffer.from('[12345678901234567890,1.0,"\\u00e9"]')).toString()).toBe(
      '[\n  12345678901234567890,\n  1.0,\n  "\\u00e9"\n]',
    );
  });

  it('comes in pieces, cut anywhere', () => {
    const value = { a: 'x\\"y', b: [[], {}, [1, 'ü']], c: { d: null } };
    const bytes = Buffer.from(JSON.stringify(value));
    for (let size = 1; size < bytes.length; size++) {
      const indenter = createJsonIndenter();
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(indenter.push(bytes.subarray(at, at + size)));
      expect(Buffer.concat(pieces).toString()).toBe(JSON.stringify(value, undefined, 2));
    }
  });

  it('may be deep', () => {
    const text = `${'['.repeat(2000)}1${']'.repeat(2000)}`;
    expect(JSON.parse(indentJson(Buffer.from(text)).toString())).toEqual(JSON.parse(text));
  });

  it('of every recorded object', () => {
    for (const item of readRecording<{ items: unknown[] }>('dump.json').items) {
      expect(indentJson(Buffer.from(JSON.stringify(item))).toString()).toBe(JSON.stringify(item, undefined, 2));
    }
  });
});
