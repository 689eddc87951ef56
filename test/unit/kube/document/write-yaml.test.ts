import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { parseJsonTree } from '../../../../src/kube/document/parse-json-tree.js';
import { writeYaml } from '../../../../src/kube/document/write-yaml.js';
import { createRandom } from '../../../support/random.js';
import { readRecording } from '../../../support/recordings.js';

/** By the rules of YAML 1.1, as Kubernetes clients read it, and 1.2, as others do. */
function read(text: string): readonly unknown[] {
  return [parse(text, { version: '1.1', schema: 'yaml-1.1' }), parse(text, { version: '1.2', schema: 'core' })];
}

function write(value: unknown): string {
  return writeYaml(parseJsonTree(JSON.stringify(value)));
}

describe('YAML', () => {
  it.each([
    [{}, '{}\n'],
    [[], '[]\n'],
    [{ a: {}, b: [], c: null, d: true, e: 1.5 }, 'a: {}\nb: []\nc: null\nd: true\ne: 1.5\n'],
    [{ b: { d: 1, c: [1, 2] }, a: 'x' }, 'a: x\nb:\n  c:\n  - 1\n  - 2\n  d: 1\n'],
    [{ a: [{ c: 1, b: [2] }, [3, [4]], [], {}] }, 'a:\n- b:\n  - 2\n  c: 1\n- - 3\n  - - 4\n- []\n- {}\n'],
    [{ a: 'one\ntwo\n' }, 'a: |\n  one\n  two\n'],
    [{ a: ['one\ntwo'] }, 'a:\n- |-\n  one\n  two\n'],
    [{ a: 'one\n\n' }, 'a: |+\n  one\n\n'],
    [{ a: ' one\ntwo' }, 'a: |2-\n   one\n  two\n'],
    [{ a: 'one \ntwo' }, 'a: "one \\ntwo"\n'],
  ])('%j', (value, text) => {
    expect(write(value)).toBe(text);
    for (const found of read(text)) expect(found).toEqual(value);
  });

  it.each([
    ['plain', 'plain'],
    ['two words', 'two words'],
    ['key:value', 'key:value'],
    ['', '""'],
    ['true', '"true"'],
    ['Yes', '"Yes"'],
    ['n', '"n"'],
    ['null', '"null"'],
    ['~', '"~"'],
    ['12', '"12"'],
    ['1_000', '"1_000"'],
    ['0x1F', '"0x1F"'],
    ['1e3', '"1e3"'],
    ['1.', '"1."'],
    ['.inf', '".inf"'],
    ['12:30:45', '"12:30:45"'],
    ['2026-11-20', '"2026-11-20"'],
    ['2026-11-20T23:11:12Z', '"2026-11-20T23:11:12Z"'],
    ['1.2.3', '1.2.3'],
    ['500m', '500m'],
    ['key: value', "'key: value'"],
    ["- it's", "'- it''s'"],
    ['# no comment', "'# no comment'"],
    ['a # no comment', "'a # no comment'"],
    ['*', "'*'"],
    ['---', "'---'"],
    [' blank', "' blank'"],
    ['blank ', "'blank '"],
    ['{}', "'{}'"],
    ['tab\t', '"tab\\t"'],
    ['bell\x07', '"bell\\a"'],
    ['line\u2028', '"line\\L"'],
    ['žluť', 'žluť'],
    ['😀', '"\\U0001F600"'],
    ['\x7f', '"\\x7F"'],
    ['\ufeff', '"\\uFEFF"'],
  ])('%j is %s', (text, written) => {
    expect(write({ a: text })).toBe(`a: ${written}\n`);
    expect(write([text])).toBe(`- ${written}\n`);
    for (const found of read(write({ a: text }))) expect(found).toEqual({ a: text });
    for (const found of read(write({ [text]: 1 }))) expect(found).toEqual({ [text]: 1 });
  });

  it('keeps the digits of numbers', () => {
    expect(writeYaml(parseJsonTree('{"a": 9007199254740993, "b": -1, "c": [1.25e2]}'))).toBe(
      'a: 9007199254740993\nb: -1\nc:\n- 1.25e2\n',
    );
  });

  it('has a character in the place of what is none', () => {
    expect(writeYaml(parseJsonTree('"\\ud800"'))).toBe('"\\uFFFD"\n');
  });

  it('says of every recorded object what its JSON says', () => {
    for (const item of readRecording<{ items: unknown[] }>('dump.json').items) {
      for (const found of read(write(item))) expect(found).toEqual(item);
    }
  });

  it('says what was written, whatever texts there are', () => {
    const random = createRandom(7);
    const characters = [...'ab01 -_:#\'"|>{}[],&*!%@`?~=\\\n\t\r\u00a0\u0085\u2028ü😀.+e/'];
    const text = () => Array.from({ length: random.integer(8) }, () => random.pick(characters)).join('');
    for (let round = 0; round < 3000; round++) {
      const value = { [text()]: text(), list: [text(), [text()], { [text()]: { [text()]: text() } }] };
      for (const found of read(write(value))) expect(found).toEqual(value);
    }
  });
});
