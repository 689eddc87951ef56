import { describe, expect, it } from '@jest/globals';
import type { OrderTerm } from '../../src/index.js';
import {
  compareResourceVersions,
  compareText,
  compileOrder,
  isOrderKey,
  type OrderKey,
  type SelectableObject,
} from '../../src/selection/index.js';

function object(name: string, rest: Partial<SelectableObject> = {}, fields: unknown = {}): SelectableObject {
  return {
    cluster: 'c',
    namespace: 'n',
    name,
    uid: '',
    kind: 'Pod',
    resourceVersion: '1',
    ownerUid: '',
    labels: {},
    createdAt: undefined,
    syncedAt: undefined,
    json: new Uint8Array(),
    fields: () => fields,
    ...rest,
  };
}

function names(objects: readonly SelectableObject[], ...orderBy: OrderTerm[]): string[] {
  const order = compileOrder(orderBy);
  // Through JSON, as in a position.
  const keys = objects.map((one) => JSON.parse(JSON.stringify(order.key(one))) as OrderKey);
  return keys.sort(order.compare).map((key) => String(key.at(-1)));
}

const by = (column: 'name' | 'resource_version' | 'created_at', descending = false): OrderTerm => ({
  by: { column },
  descending,
});
const byField = (descending = false): OrderTerm => ({ by: { path: [{ key: 'x' }] }, descending });

describe('order', () => {
  it('is cluster, namespace, name without terms', () => {
    const objects = [
      object('1', { cluster: 'b', namespace: 'a' }),
      object('3', { cluster: 'a', namespace: 'b' }),
      object('4', { cluster: 'a', namespace: '' }),
      object('2', { cluster: 'a', namespace: 'b' }),
    ];
    expect(names(objects)).toEqual(['4', '2', '3', '1']);
  });

  it('takes resource versions for decimals of any length, others for absent', () => {
    const versions = ['9', '10', 'none', '9007199254740993', '9007199254740992', '18446744073709551616'];
    const objects = versions.map((resourceVersion) => object(resourceVersion, { resourceVersion }));
    expect(names(objects, by('resource_version'))).toEqual([
      'none',
      '9',
      '10',
      '9007199254740992',
      '9007199254740993',
      '18446744073709551616',
    ]);
  });

  it('puts an absent time first, and last when descending', () => {
    const objects = [object('b', { createdAt: 5 }), object('a', { createdAt: -5 }), object('z')];
    expect(names(objects, by('created_at'))).toEqual(['z', 'a', 'b']);
    expect(names(objects, by('created_at', true))).toEqual(['b', 'a', 'z']);
  });

  it('orders a field as absent, numbers, text', () => {
    const values = ['"10"', '2', 'null', 'true', '10', '1.5', '"a"', '9007199254740993', '[1]', '"\\uffff"', '"𐀀"'];
    const objects = values.map((x) =>
      object(x, {}, x === '9007199254740993' ? { x: 9007199254740993n } : { x: JSON.parse(x) }),
    );
    const expected = ['null', '1.5', '2', '10', '9007199254740993', '"10"', '[1]', '"a"', 'true', '"\\uffff"', '"𐀀"'];
    expect(names(objects, byField())).toEqual(expected);
    expect(names(objects, byField(true))).toEqual(expected.toReversed());
  });

  it('breaks ties by name ascending whatever the direction', () => {
    expect(names([object('b'), object('a')], byField(true))).toEqual(['a', 'b']);
    expect(names([object('b'), object('a')], by('name', true))).toEqual(['b', 'a']);
  });

  it('ends with the type in a collection', () => {
    const order = compileOrder([]);
    const type = { group: 'g', version: 'v', resource: 'r', kind: 'K', namespaced: true };
    expect(order.key(object('a'), type)).toEqual(['c', 'n', 'a', 'g', 'v', 'r']);
  });

  it('refuses a path without a single value', () => {
    expect(() =>
      compileOrder([{ by: { path: [{ key: 'x', list: 'any' }, { key: 'y' }] }, descending: false }]),
    ).toThrow(expect.objectContaining({ code: 'INVALID', message: expect.stringContaining('x[].y') }));
  });

  it('knows a key from other JSON', () => {
    expect(isOrderKey([1, 'a', null, ['9007199254740993']], 4)).toBe(true);
    for (const value of [['a'], 'abcd', { length: 4 }, [1, 2, 3, {}], [1, 2, 3, ['x']], [1, 2, 3, true]]) {
      expect(isOrderKey(value, 4)).toBe(false);
    }
  });
});

describe('compareText', () => {
  it('orders by code point', () => {
    const texts = ['', 'A', 'a', 'a-', 'ab', 'é', '\ud7ff', '\ue000', '\uffff', '𐀀', '𐀁', '😀'];
    expect(texts.toReversed().sort(compareText)).toEqual(texts);
    const byBytes = texts.toReversed().sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(byBytes).toEqual(texts);
  });
});

describe('compareResourceVersions', () => {
  it.each<[string, string, number]>([
    ['9', '10', -1],
    ['10', '9', 1],
    ['10', '10', 0],
    ['9007199254740993', '9007199254740992', 1],
    ['', '1', 0],
    ['a', '1', 0],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(Math.sign(compareResourceVersions(a, b))).toBe(expected);
  });
});
