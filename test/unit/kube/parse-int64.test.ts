import { describe, expect, it } from '@jest/globals';
import { parseInt64 } from '../../../src/kube/parse-int64.js';

describe('parseInt64', () => {
  it.each([
    ['0', 0n],
    ['-0', 0n],
    ['+7', 7n],
    ['007', 7n],
    ['-12', -12n],
    ['9223372036854775807', 9223372036854775807n],
    ['-9223372036854775808', -9223372036854775808n],
    [`${'0'.repeat(1000)}5`, 5n],
  ])('reads %s', (text, expected) => {
    expect(parseInt64(text)).toBe(expected);
  });

  it.each(['', 'abc', '1.5', '1e3', ' 1', '1_000', '0x10', '+', '١'])('refuses %j', (text) => {
    expect(() => parseInt64(text)).toThrow(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  });

  it.each(['99999999999999999999', '9223372036854775808', '-9223372036854775809', '9'.repeat(50_000)])(
    'has a range: %#',
    (text) => {
      expect(() => parseInt64(text)).toThrow(`strconv.ParseInt: parsing "${text}": value out of range`);
    },
  );
});
