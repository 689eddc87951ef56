import { describe, expect, it } from '@jest/globals';
import { compileJsonPath } from '../../../../src/kube/printers/json-path.js';

const object = {
  metadata: { name: 'n', labels: { 'app.kubernetes.io/name': 'web', a: '1' } },
  spec: {
    list: [10, 20, 30],
    items: [
      { name: 'a', size: 1, on: true, tags: ['x', 'y'] },
      { name: 'b', size: 5, on: false },
      { name: 'c', size: 9, on: true, tags: [] },
    ],
    empty: [],
    nothing: null,
    text: 'hello',
    nested: { deep: { name: 'inner' } },
  },
};

describe('compileJsonPath', () => {
  it.each<[string, unknown]>([
    ['.spec.text', 'hello'],
    ['$.spec.text', 'hello'],
    ['.spec.list', [10, 20, 30]],
    ['.spec.list[0]', 10],
    ['.spec.list[2]', 30],
    ['.spec.list[-1]', 30],
    ['.spec.list[-3]', 10],
    ['.spec.list[*]', 10],
    ['.spec.list[1:]', 20],
    ['.spec.list[:1]', 10],
    ['.spec.list[1:3]', 20],
    ['.spec.list[-2:]', 20],
    ['.spec.list[1:3:2]', 20],
    ['.spec.list[1,2]', 20],
    ['.spec.list[1:1]', undefined],
    ['.spec.list[3]', undefined],
    ['.spec.list[-4]', undefined],
    ['.spec.list[0:4]', undefined],
    ['.spec.list[2:1]', undefined],
    ['.spec.list[0:3:0]', undefined],
    ['.spec.empty[0]', undefined],
    ['.spec.empty[*]', undefined],
    ['.spec.text[0]', undefined],
    ['.spec.missing[0]', undefined],
    ['.spec.missing.more', undefined],
    ['.spec.nothing', null],
    ['.spec.nothing.more', undefined],
    ['.spec.nothing[0]', undefined],
    ['.spec.items[*].name', 'a'],
    ['.spec.items[1].name', 'b'],
    ['.spec.items[*].tags[1]', undefined],
    ['.spec.items[0].tags[1]', 'y'],
    ['.spec.items[?(@.name=="b")].size', 5],
    [".spec.items[?(@.name=='b')].size", 5],
    ['.spec.items[?(@.name == "c")].size', 9],
    ['.spec.items[?(@.name!="a")].name', 'b'],
    ['.spec.items[?(@.size>1)].name', 'b'],
    ['.spec.items[?(@.size>=9)].name', 'c'],
    ['.spec.items[?(@.size<5)].name', 'a'],
    ['.spec.items[?(@.size<=1)].name', 'a'],
    ['.spec.items[?(@.name>"b")].name', 'c'],
    ['.spec.items[?(@.on==false)].name', 'b'],
    ['.spec.items[?(@.tags)].name', 'a'],
    ['.spec.items[?(@.tags[0]=="x")].name', undefined],
    ['.spec.items[?(@.name=="z")].size', undefined],
    ['.spec.items[?(@.name==5)].size', undefined],
    ['.spec.items[?(@.missing=="a")].size', undefined],
    ['.spec.items[?(@.on<true)].name', undefined],
    ['.spec.items[?(@.name==a)].name', undefined],
    ['.spec.items[?(@.size==5.0)].name', undefined],
    ['.spec.items[?(@.size>1.5)].name', undefined],
    ['.spec.text more', undefined],
    ['.spec.text}', 'hello'],
    ['.spec.text}, {.spec.list', 'hello'],
    ['.spec.text}{.spec.text[0]', undefined],
    ['.spec.text[?(@.name=="b")]', undefined],
    ['.spec.empty[?(@.name=="b")]', undefined],
    ['.metadata.labels.app\\.kubernetes\\.io/name', 'web'],
    ["['metadata']['name']", 'n'],
    [".metadata.labels['app\\.kubernetes\\.io/name']", 'web'],
    ['.metadata.labels.*', 'web'],
    ['.spec.nested..name', 'inner'],
    ['..deep.name', 'inner'],
    ['.', undefined],
  ])('%s finds %j', (path, expected) => {
    const compiled = compileJsonPath(path);
    expect(compiled).toBeDefined();
    expect(compiled?.first(object)).toEqual(expected);
  });

  it.each([
    '.spec[',
    '.spec[x]',
    '.spec[?(@.a==1)',
    '.spec[?(@.a==1]',
    '.a....b',
    '.spec[?(@.a=~"b")]',
    '.spec{',
    '.spec}{.a[',
    '#',
    '{.spec}',
    ".a['b",
    '"open',
  ])('takes no %s', (path) => {
    expect(compileJsonPath(path)).toBeUndefined();
  });

  it.each<[string, readonly string[]]>([
    ['.spec.items[?(@.name=="b")].size', ['spec.items']],
    ['.spec.list[0]', ['spec.list']],
    ['.spec.items[*].name', ['spec.items.name']],
    ['.metadata.creationTimestamp', ['metadata.creationTimestamp']],
    ['.metadata.labels.app\\.io/name', ['*']],
    ['..name', ['*']],
    ['.metadata.*', ['metadata']],
  ])('%s looks at %j', (path, fields) => {
    expect(compileJsonPath(path)?.fields).toEqual(fields);
  });
});
