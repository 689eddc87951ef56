import { describe, expect, it } from '@jest/globals';
import { parseFieldPath, renderFieldPath } from '../../../src/kube/field-path.js';
import { parseFieldSelector, renderFieldSelector } from '../../../src/kube/field-selector.js';

describe('field path', () => {
  it.each([
    ['metadata.name', ['metadata', 'name']],
    ['.metadata.name', ['metadata', 'name']],
    ['kind', ['kind']],
    [".metadata.annotations.'test.io'", ['metadata', 'annotations', 'test.io']],
    [".metadata.annotations['test.io']", ['metadata', 'annotations', 'test.io']],
    ['.metadata.annotations["test.io"]', ['metadata', 'annotations', 'test.io']],
    [".field1['prefix.field2'].field3", ['field1', 'prefix.field2', 'field3']],
    [".field1['prefix.field2']['prefix.field3']", ['field1', 'prefix.field2', 'prefix.field3']],
    ['.spec.containers[].name', ['spec', ['containers', 'any'], 'name']],
    ['.spec.containers[0].name', ['spec', ['containers', 0], 'name']],
    ['.spec.containers[-1].name', ['spec', ['containers', -1], 'name']],
    ['.spec.containers[-0].name', ['spec', ['containers', 0], 'name']],
    ['.spec.containers[][2].name', ['spec', ['containers', 2], 'name']],
    ['.spec.containers[2][].name', ['spec', ['containers', 'any'], 'name']],
    [".field1['prefix.listed'][0].field2", ['field1', ['prefix.listed', 0], 'field2']],
    ["data[][ 'x' ]".replaceAll(' ', ''), [['data', 'any'], 'x']],
    ['metadata.labels.example.com/app', ['metadata', 'labels', 'example', 'com/app']],
    // Slips of the original that are fixed.
    ["['a']", ['a']],
    [".'a'", ['a']],
    ["x['a'].b", ['x', 'a', 'b']],
    ["data['a]b']", ['data', 'a]b']],
    ["data['.dockerconfigjson']", ['data', '.dockerconfigjson']],
  ])('reads %s', (text, expected) => {
    const path = parseFieldPath(text);
    expect(path.map(({ key, list }) => (list === undefined ? key : [key, list]))).toEqual(expected);
    expect(parseFieldPath(renderFieldPath(path))).toEqual(path);
  });

  it.each([
    ['[]', 'no list field before the bracket'],
    ['[0]', 'no list field before the bracket'],
    ['.metadata.annotations[test.io]', "for a field name write ['test.io']"],
    [".metadata.annotations['test.io'.go]", "expected ']' after the closing quote, found '.go]'"],
    ["a['b']c", "expected '.' or '[' before 'c'"],
    [".'a'b", "expected '.' or '[' before 'b'"],
    ['.', "nothing after '.'"],
    ['a.', "nothing after '.'"],
    ['a..b', 'a field name is empty'],
    ['..a', 'a field name is empty'],
    ['a.[0].b', "expected a field name between '.' and '['"],
    ['a[', 'never closed'],
    ["a['b", 'never closed'],
    ["a['']", 'a quoted field name is empty'],
    ["a.''", 'a quoted field name is empty'],
    ['a["b\'c"]', 'holds a quote'],
    ["a['b\\c']", 'a backslash'],
    ["a['b\u0000c']", 'a control character'],
    ['a[1.5].b', 'neither an index nor quoted'],
    ['a[1234567890123456].b', 'neither an index nor quoted'],
    ['spec.containers[]', 'the last field must not be a list'],
    ['spec.containers[0]', 'the last field must not be a list'],
    ['-a', 'name part must consist of'],
    ['a]b', 'name part must consist of'],
    ['a/b/c', 'a qualified name must consist of'],
    [`${'k'.repeat(64)}`, 'no more than 63 bytes'],
    ['', "nothing after '.'"],
  ])('refuses %s', (text, message) => {
    expect(() => parseFieldPath(text)).toThrow(message);
  });
});

describe('field selector', () => {
  it.each([
    ['', []],
    [
      ".metadata.annotations['test.io'] in (value1,value2),.spec.replica=3",
      [
        ['metadata/annotations/test.io', 'in', 'value1', 'value2'],
        ['spec/replica', 'in', '3'],
      ],
    ],
    ["metadata.annotations.'test.io'==value1", [['metadata/annotations/test.io', 'in', 'value1']]],
    ["!metadata.annotation['test.io']", [['metadata/annotation/test.io', 'notExists']]],
    ['metadata.name', [['metadata/name', 'exists']]],
    ['spec.containers[].name!=container1', [['spec/containers[any]/name', 'notIn', 'container1']]],
    ['.spec.containers[].name==container1', [['spec/containers[any]/name', 'in', 'container1']]],
    [
      '.spec.containers[1].name in (container1,container2)',
      [['spec/containers[1]/name', 'in', 'container1', 'container2']],
    ],
    ['a notin (b,c)', [['a', 'notIn', 'b', 'c']]],
    ['x in ()', [['x', 'in', '']]],
    ['x=', [['x', 'in', '']]],
    ['x>5', [['x', 'greaterThan', '5']]],
    ['x<5', [['x', 'lessThan', '5']]],
    ['x>-1.5', [['x', 'greaterThan', '-1.5']]],
    ['x>2Gi', [['x', 'greaterThan', '2Gi']]],
    ['x<500m', [['x', 'lessThan', '500m']]],
    ['x<2024-05-01T12:00:00+02:00', [['x', 'lessThan', '2024-05-01T12:00:00+02:00']]],
    ['x<2024-05-01', [['x', 'lessThan', '2024-05-01T00:00:00Z']]],
    ['x=/any~"thing"[]|é:*', [['x', 'in', '/any~"thing"[]|é:*']]],
    ['x=a\\,b\\=c\\\\d', [['x', 'in', 'a,b=c\\d']]],
    ['x=light\\ blue\\ \\(dark\\)', [['x', 'in', 'light blue (dark)']]],
    ['x in (\\ ,\\!)', [['x', 'in', ' ', '!']]],
    ["x['a\\ b']=1", [['x/a b', 'in', '1']]],
  ])('reads %j and renders it back', (text, expected) => {
    const parsed = parseFieldSelector(text);
    const found = parsed.map(({ requirement: { path, operator, values } }) => [
      path.map(({ key, list }) => (list === undefined ? key : `${key}[${list}]`)).join('/'),
      operator,
      ...values,
    ]);
    expect(found).toEqual(expected);
    expect(renderFieldSelector(parsed)).toBe(text);
  });

  it.each([
    ['b=1,a=2', 'a=2,b=1'],
    ['x in (c, a ,b)', 'x in (a,b,c)'],
    [' x  notin ( a ) ', 'x notin (a)'],
    ['x in (a,,a)', 'x in (,a)'],
    ['! x , y == 1', '!x,y==1'],
  ])('renders %j as %j', (text, expected) => {
    expect(renderFieldSelector(parseFieldSelector(text))).toBe(expected);
  });

  it.each([
    ['.metadata.annotations[test.io] in (value1, value2)', 'neither an index nor quoted'],
    [".metadata.annotations['test'io'] in (value1, value2)", "expected ']' after the closing quote"],
    ['spec.containers[]==something', 'the last field must not be a list'],
    ['x>abc', '"abc" cannot be compared: expected a number (3, 1.5), a quantity (500m, 2Gi), a time'],
    ['x>', '"" cannot be compared'],
    ['x<2024-13-01', '"2024-13-01" cannot be compared'],
    ['a b', "found 'b', expected: in, notin"],
    ['a,', "expected: identifier after ','"],
    ['(a)', "found '(', expected: !, identifier"],
    ['!a=b', "found '=', expected: ',' or 'end of string'"],
    ["x['a b']=1", 'never closed'],
    ['x=a\\b', 'invalid escape sequence "\\\\b"'],
    ['x=a\\', 'invalid escape sequence "\\\\"'],
    ['\\x=a', 'invalid escape sequence'],
  ])('refuses %j', (text, message) => {
    expect(() => parseFieldSelector(text)).toThrow(message);
  });
});
