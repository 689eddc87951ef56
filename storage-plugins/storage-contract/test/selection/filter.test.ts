import { describe, expect, it } from '@jest/globals';
import type { FieldPath, FieldRequirement, LabelRequirement, ListOptions, SelectorOperator } from '../../src/index.js';
import { compileFilter, fieldMatches, matchesLabels, selectableFromJson } from '../../src/selection/index.js';

const encoder = new TextEncoder();
const object = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web-0',
    namespace: 'shop',
    uid: 'u1',
    resourceVersion: '7',
    creationTimestamp: '2024-01-02T03:04:05Z',
    labels: { app: 'web', empty: '', revision: '10' },
    ownerReferences: [{ uid: 'other' }, { uid: 'owner', controller: true }],
  },
  spec: {
    replicas: 3,
    ratio: 1.5,
    paused: false,
    nothing: null,
    memory: '512Mi',
    empty: '',
    map: {},
    list: [],
    containers: [{ name: 'app', cpu: '250m' }, { name: 'side', cpu: 2 }, { cpu: null }],
    tags: ['a', null, 'b'],
    matrix: [[1], [2]],
  },
};
const selectable = selectableFromJson(encoder.encode(JSON.stringify(object)), 'alpha');

function path(text: string): FieldPath {
  return text.split('.').map((part) => {
    const [, key = '', list] = /^([^[]*)(?:\[(.*)\])?$/.exec(part) ?? [];
    return list === undefined ? { key } : { key, list: list === '' ? 'any' : Number(list) };
  });
}

function field(text: string, operator: SelectorOperator, ...values: string[]): FieldRequirement {
  return { path: path(text), operator, values };
}

describe('field requirement', () => {
  it.each<[string, string, boolean]>([
    ['spec.replicas', '3', true],
    ['spec.replicas', '3.0', false],
    ['spec.ratio', '1.5', true],
    ['spec.paused', 'false', true],
    ['spec.paused', '0', false],
    ['spec.nothing', 'null', false],
    ['spec.nothing', '', false],
    ['spec.missing', '', false],
    ['spec.empty', '', true],
    ['spec.map', '{}', true],
    ['spec.list', '[]', true],
    ['spec.containers[0].name', 'app', true],
    ['spec.containers[-2].name', 'side', true],
    ['spec.containers[9].name', 'app', false],
    ['spec.containers[].name', 'side', true],
    ['spec.containers[].name', 'none', false],
    ['spec.containers.name', 'app', false],
    ['spec.containers.0.name', 'app', false],
    ['spec.map[].name', 'app', false],
    ['spec.tags[]', 'b', true],
    ['spec.tags[1]', 'null', false],
    ['spec.matrix[]', '[2]', true],
    ['metadata.constructor', 'x', false],
    ['metadata.name.length', '5', false],
  ])('%s in (%s) is %s', (text, value, expected) => {
    expect(fieldMatches(field(text, 'in', value), object)).toBe(expected);
    expect(fieldMatches(field(text, 'notIn', value), object)).toBe(!expected);
  });

  it.each<[string, boolean]>([
    ['spec.replicas', true],
    ['spec.empty', true],
    ['spec.map', true],
    ['spec.list', true],
    ['spec.nothing', false],
    ['spec.missing.deeper', false],
    ['spec.list[].name', false],
    ['spec.containers[].name', true],
    ['spec.containers[2].cpu', false],
    ['constructor', false],
  ])('%s exists is %s', (text, expected) => {
    expect(fieldMatches(field(text, 'exists'), object)).toBe(expected);
    expect(fieldMatches(field(text, 'notExists'), object)).toBe(!expected);
  });

  it.each<[string, SelectorOperator, string, boolean]>([
    ['spec.replicas', 'greaterThan', '2', true],
    ['spec.replicas', 'greaterThan', '3', false],
    ['spec.replicas', 'lessThan', '3', false],
    ['spec.replicas', 'lessThan', '10', true],
    ['spec.memory', 'greaterThan', '500M', true],
    ['spec.memory', 'lessThan', '1Gi', true],
    ['spec.containers[].cpu', 'greaterThan', '1', true],
    ['spec.containers[].cpu', 'lessThan', '500m', true],
    ['spec.containers[].cpu', 'lessThan', '100m', false],
    ['metadata.creationTimestamp', 'greaterThan', '2024-01-02T03:04:04.999Z', true],
    ['metadata.creationTimestamp', 'lessThan', '2024-01-02T03:04:05Z', false],
    ['metadata.creationTimestamp', 'greaterThan', '1', false],
    ['metadata.name', 'greaterThan', '1', false],
    ['spec.paused', 'lessThan', '1', false],
    ['spec.missing', 'lessThan', '1', false],
    ['spec.replicas', 'greaterThan', 'abc', false],
  ])('%s %s %s is %s', (text, operator, value, expected) => {
    expect(fieldMatches(field(text, operator, value), object)).toBe(expected);
  });

  it('keeps integers that a double cannot hold', () => {
    const json =
      '{"spec":{"seconds":9223372036854775807,"text":"a:9223372036854775807","list":[{"n":-9007199254740993}]}}';
    const fields = selectableFromJson(encoder.encode(json), 'alpha').fields();
    expect(fieldMatches(field('spec.seconds', 'in', '9223372036854775807'), fields)).toBe(true);
    expect(fieldMatches(field('spec.seconds', 'greaterThan', '9223372036854775806'), fields)).toBe(true);
    expect(fieldMatches(field('spec.text', 'in', 'a:9223372036854775807'), fields)).toBe(true);
    expect(fieldMatches(field('spec.list', 'in', '[{"n":-9007199254740993}]'), fields)).toBe(true);
  });
});

describe('label requirement', () => {
  const labels = object.metadata.labels;
  const matches = (key: string, operator: SelectorOperator, ...values: string[]) =>
    matchesLabels([{ key, operator, values } satisfies LabelRequirement], labels);

  it('splits the objects in two with each operator and its opposite', () => {
    expect([matches('app', 'in', 'x', 'web'), matches('app', 'notIn', 'x', 'web')]).toEqual([true, false]);
    expect([matches('app', 'in', 'x'), matches('app', 'notIn', 'x')]).toEqual([false, true]);
    expect([matches('empty', 'in', ''), matches('empty', 'notIn', '')]).toEqual([true, false]);
    expect([matches('none', 'in', ''), matches('none', 'notIn', '')]).toEqual([false, true]);
    expect([matches('empty', 'exists'), matches('empty', 'notExists')]).toEqual([true, false]);
    expect([matches('toString', 'exists'), matches('toString', 'notExists')]).toEqual([false, true]);
  });

  it('compares integers and nothing else', () => {
    expect(matches('revision', 'greaterThan', '9')).toBe(true);
    expect(matches('revision', 'greaterThan', '10')).toBe(false);
    expect(matches('revision', 'lessThan', '11')).toBe(true);
    expect(matches('revision', 'lessThan', '10.5')).toBe(false);
    expect(matches('revision', 'lessThan', '9223372036854775808')).toBe(false);
    expect(matches('app', 'greaterThan', '1')).toBe(false);
    expect(matches('none', 'lessThan', '1')).toBe(false);
  });
});

describe('filter', () => {
  it.each<[ListOptions, boolean]>([
    [{}, true],
    [{ clusters: { in: ['beta', 'alpha'] } }, true],
    [{ clusters: { notIn: ['alpha'] } }, false],
    [{ namespaces: { in: [''] } }, false],
    [{ namespaces: { in: ['shop'], notIn: ['shop'] } }, false],
    [{ names: { in: [] } }, false],
    [{ names: { in: ['web-0'] } }, true],
    [{ names: { in: ['web'] } }, false],
    [{ fuzzyNames: { in: ['zzz', 'EB-'] } }, true],
    [{ fuzzyNames: { in: ['w_b'] } }, false],
    [{ fuzzyNames: { in: ['w%0'] } }, false],
    [{ fuzzyNames: { notIn: ['WEB'] } }, false],
    [{ since: Date.parse('2024-01-02T03:04:05Z') }, true],
    [{ since: Date.parse('2024-01-02T03:04:05.001Z') }, false],
    [{ before: Date.parse('2024-01-02T03:04:05Z') }, false],
    [{ before: Date.parse('2024-01-02T03:04:05.001Z') }, true],
    [{ labelSelector: [{ key: 'app', operator: 'in', values: ['web'] }], names: { in: ['web-1'] } }, false],
    [{ fieldSelector: [field('spec.replicas', 'in', '3'), field('spec.ratio', 'in', '2')] }, false],
  ])('%j selects it: %s', (options, expected) => {
    expect(compileFilter(options)(selectable)).toBe(expected);
  });

  it('does not parse an object for anything but fields', () => {
    const options: ListOptions = {
      names: { in: ['web-0'] },
      labelSelector: [{ key: 'app', operator: 'exists', values: [] }],
    };
    expect(compileFilter(options)({ ...selectable, fields: unwanted })).toBe(true);
  });

  it('matches no time bound without a creation time', () => {
    const timeless = { ...selectable, createdAt: undefined };
    expect(compileFilter({ since: 0 })(timeless)).toBe(false);
    expect(compileFilter({ before: Number.MAX_SAFE_INTEGER })(timeless)).toBe(false);
  });

  it('reads what a stored object says', () => {
    expect(selectable).toMatchObject({
      cluster: 'alpha',
      namespace: 'shop',
      name: 'web-0',
      uid: 'u1',
      kind: 'Pod',
      resourceVersion: '7',
      ownerUid: 'owner',
      createdAt: Date.UTC(2024, 0, 2, 3, 4, 5),
    });
  });
});

function unwanted(): never {
  throw new Error('parsed without need');
}
