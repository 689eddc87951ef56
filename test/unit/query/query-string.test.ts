import { describe, expect, it } from '@jest/globals';
import { visitQueryString } from '../../../src/query/query-string.js';
import { caught } from './parse.js';

function read(query: string): [string, string][] {
  const found: [string, string][] = [];
  visitQueryString(query, (name, value) => found.push([name, value]));
  return found;
}

describe('query string', () => {
  it.each([
    '',
    'a=b',
    'a=b&c=d',
    'a',
    'a=',
    '=b',
    '&&a=b&',
    'a=b=c',
    'a=b+c%20d%2Be',
    '%61=%C3%A9%F0%9F%98%80',
    'a=1&a=2',
    'a%3Db=c%26d',
    'a=é',
    '__proto__=x&constructor=y',
    'a;b=c',
  ])('%j is read as a browser reads it', (query) => {
    expect(read(query)).toEqual([...new URLSearchParams(query)]);
  });

  it.each([
    ['a=%zz', 'invalid URL escape "%zz"'],
    ['a=1%', 'invalid URL escape "%"'],
    ['a=%1', 'invalid URL escape "%1"'],
    ['%=1', 'invalid URL escape "%"'],
    ['a=%ff', 'not valid UTF-8'],
    ['a=%C3', 'not valid UTF-8'],
    ['a=%ED%A0%80', 'not valid UTF-8'],
  ])('refuses %j', (query, message) => {
    const error = caught(() => read(query));
    expect(error.reason).toBe('BadRequest');
    expect(error.message).toContain(message);
  });
});
