import { prepareObject } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import type { Fields } from '../../../../src/kube/printers/printer.js';
import { extractFields } from '../../../../src/kube/table/extract-fields.js';
import { compileFieldPlan } from '../../../../src/kube/table/field-plan.js';
import { rowPreparerFor } from '../../../../src/kube/table/prepared-rows.js';
import { encodeRow } from '../../../../src/kube/table/row-text.js';
import { generateFleet } from '../../../support/fleet.js';
import { printerOf, recordedTypes, storedObjects } from '../../../support/recordings.js';

describe('extractFields', () => {
  for (const type of recordedTypes) {
    it(`${type}: the fields that its printer names are all that it reads`, () => {
      const printer = printerOf(type);
      const preparer = rowPreparerFor(printer);
      for (const { json } of storedObjects(type).values()) {
        const object = JSON.parse(Buffer.from(json).toString()) as Fields;
        const fromWhole = encodeRow(printer.cells(object), printer.conditions?.(object));
        expect(preparer.read(preparer.prepare(json))).toBe(fromWhole);
      }
    });
  }

  it('reads generated objects, odd ones too, as JSON.parse does', () => {
    const paths = ['metadata', 'spec.replicas', 'spec.template.spec.containers.name', 'status.conditions.type', 'data'];
    const plan = compileFieldPlan(paths);
    let compared = 0;
    for (const { cluster, object } of generateFleet({ seed: 7, pods: 200, odd: true })) {
      const { json } = prepareObject(Buffer.from(JSON.stringify(object)), { cluster });
      const whole = JSON.parse(Buffer.from(json).toString()) as Fields;
      const extracted = extractFields(json, plan);
      expect(extracted.metadata).toEqual(whole.metadata);
      if ('data' in whole) expect(extracted.data).toEqual(whole.data);
      expect(Object.keys(extracted).every((name) => Object.hasOwn(whole, name))).toBe(true);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(200);
  });

  it.each<[string, readonly string[], string, unknown]>([
    ['a path', ['a.b'], '{"x":[1,"}"],"a":{"c":{"b":1},"b":{"d":[2]}},"y":0}', { a: { b: { d: [2] } } }],
    ['a path through a list', ['a.b'], '{"a":[{"b":1,"c":2},{"c":3},{"b":null}]}', { a: [{ b: 1 }, {}, { b: null }] }],
    ['a list in a list', ['a.b'], '{"a":[[{"b":1}],[]]}', { a: [[{ b: 1 }], []] }],
    ['empty lists and maps', ['a.b', 'c.d'], '{"a":[],"c":{}}', { a: [], c: {} }],
    ['another type than expected', ['a.b', 'c.d'], '{"a":"text","c":5}', { a: 'text', c: 5 }],
    ['the shape of a list', ['a#'], '{"a":[{"b":1},2,"x,]"]}', { a: [null, null, null] }],
    ['the shape of a map', ['a#'], '{"a":{"k\\"}":1,"l":{"m":2}}}', { a: { 'k"}': null, l: null } }],
    ['the shape of a text', ['a#'], '{"a":"{}"}', { a: '{}' }],
    [
      'words and numbers',
      ['a', 'b', 'c', 'd'],
      '{"a":true,"b":false,"c":-1.5e3,"d":null}',
      { a: true, b: false, c: -1500, d: null },
    ],
    ['escapes in names', ['ab'], '{"x":1,"\\u0061b":"\\u00e9\\n"}', { ab: 'é\n' }],
    [
      'escaped quotes and backslashes in what is passed',
      ['b'],
      '{"a":"\\\\","c":"\\"}{","d":["\\\\\\""],"b":1}',
      { b: 1 },
    ],
    ['text that is no ASCII', ['b'], '{"a":"Zürich ☃ 𝄞","b":"日本 𝄞"}', { b: '日本 𝄞' }],
    ['everything', ['*'], '{"a":{"b":1}}', { a: { b: 1 } }],
    ['a part and the whole of it', ['a.b', 'a'], '{"a":{"b":1,"c":2}}', { a: { b: 1, c: 2 } }],
    ['a part and the shape of it', ['a#', 'a.b'], '{"a":{"b":1,"c":2}}', { a: { b: 1, c: 2 } }],
    ['nothing', [], '{"a":1}', {}],
  ])('%s', (_, paths, json, expected) => {
    expect(extractFields(Buffer.from(json), compileFieldPlan(paths))).toEqual(expected);
  });

  it('keeps a member called __proto__ from being more than a member', () => {
    const found = extractFields(Buffer.from('{"data":{"__proto__":"x","a":"y"}}'), compileFieldPlan(['data#']));
    expect(Object.keys(found.data as object)).toEqual(['__proto__', 'a']);
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });
});
