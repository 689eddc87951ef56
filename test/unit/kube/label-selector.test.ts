import { describe, expect, it } from '@jest/globals';
import { parseLabelSelector } from '../../../src/kube/label-selector.js';

const qualified =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const validValue =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

describe('label selector', () => {
  it.each([
    ['', []],
    ['   ', []],
    ['a=b', [['a', 'in', 'b']]],
    ['a==b', [['a', 'in', 'b']]],
    ['a = b', [['a', 'in', 'b']]],
    ['a!=b', [['a', 'notIn', 'b']]],
    ['a in (b,c)', [['a', 'in', 'b', 'c']]],
    ['a notin (c, b)', [['a', 'notIn', 'c', 'b']]],
    ['a in (c,b,c)', [['a', 'in', 'c', 'b']]],
    ['a', [['a', 'exists']]],
    ['!a', [['a', 'notExists']]],
    ['! a', [['a', 'notExists']]],
    ['a>5', [['a', 'greaterThan', '5']]],
    ['a < 5', [['a', 'lessThan', '5']]],
    ['a=', [['a', 'in', '']]],
    [
      'a==,b!=',
      [
        ['a', 'in', ''],
        ['b', 'notIn', ''],
      ],
    ],
    ['a in ()', [['a', 'in', '']]],
    ['a in (,)', [['a', 'in', '']]],
    ['a in (,b)', [['a', 'in', '', 'b']]],
    ['a in (b,)', [['a', 'in', 'b', '']]],
    ['a in (b,,c)', [['a', 'in', 'b', '', 'c']]],
    ['in in (in,notin)', [['in', 'in', 'in', 'notin']]],
    ['notin=in', [['notin', 'in', 'in']]],
    ['!in', [['in', 'notExists']]],
    ['example.com/App_1.x in (V-1_.x)', [['example.com/App_1.x', 'in', 'V-1_.x']]],
    [
      'b,a,!c',
      [
        ['b', 'exists'],
        ['a', 'exists'],
        ['c', 'notExists'],
      ],
    ],
    [`${'k'.repeat(63)}=${'v'.repeat(63)}`, [['k'.repeat(63), 'in', 'v'.repeat(63)]]],
    ['a>9223372036854775807', [['a', 'greaterThan', '9223372036854775807']]],
  ])('reads %j', (text, expected) => {
    const found = parseLabelSelector(text).map(({ key, operator, values }) => [key, operator, ...values]);
    expect(found).toEqual(expected);
  });

  // The first four were recorded from kube-apiserver v1.36.2.
  it.each([
    ['app in (', "unable to parse requirement: found '', expected: ',', ')' or identifier"],
    ['app=has spaces', "found 'spaces', expected: ',' or 'end of string'"],
    ['-bad-=x', `unable to parse requirement: <nil>: Invalid value: "-bad-": ${qualified}`],
    [
      'a>b',
      "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer",
    ],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a,', "found '', expected: identifier after ','"],
    ['a,,b', "found ',', expected: identifier after ','"],
    ['(a)', "found '(', expected: !, identifier, or 'end of string'"],
    ['=a', "found '=', expected: !, identifier, or 'end of string'"],
    ['!a=b', "found '=', expected: ',' or 'end of string'"],
    ['!!a', "unable to parse requirement: found '!', expected: identifier"],
    ['a=(', "unable to parse requirement: found '(', expected: identifier"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a in (b c)', "unable to parse requirement: found 'c', expected: ',' or ')'"],
    ['a in (b,', "unable to parse requirement: found '', expected: ',', or identifier"],
    ['a in (b=c)', "unable to parse requirement: found '=', expected: ',' or ')'"],
    ['a=-b', `unable to parse requirement: values[0][a]: Invalid value: "-b": ${validValue}`],
    [
      `a=${'v'.repeat(64)}`,
      `unable to parse requirement: values[0][a]: Invalid value: "${'v'.repeat(64)}": must be no more than 63 bytes`,
    ],
    [
      'a/b/c',
      `unable to parse requirement: <nil>: Invalid value: "a/b/c": ${qualified.replace('name part must', 'a qualified name must')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ],
    ['/b', 'unable to parse requirement: <nil>: Invalid value: "/b": prefix part must be non-empty'],
    ['a/', `unable to parse requirement: <nil>: Invalid value: "a/": name part must be non-empty; ${qualified}`],
  ])('refuses %j in the words of a kube-apiserver', (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(new Error(message));
  });

  it.each([
    'é=x',
    'a=é',
    'Prefix/x',
    '-a.b/x',
    'a..b/x',
    `${'p'.repeat(254)}/x`,
    `${'k'.repeat(64)}`,
    'a=b\0c',
    "a='b'",
    'a>1.5',
    'a>-5',
    'a>',
    'a>9223372036854775808',
  ])('refuses %j', (text) => {
    expect(() => parseLabelSelector(text)).toThrow(/^unable to parse requirement: /);
  });
});
