import { describe, expect, it } from '@jest/globals';
import { compareComparables, parseComparable } from '../../src/selection/index.js';

function order(a: string, b: string): number | undefined {
  const left = parseComparable(a);
  const right = parseComparable(b);
  if (left === undefined || right === undefined) throw new Error(`not comparable: ${left === undefined ? a : b}`);
  return compareComparables(left, right);
}

describe('comparable', () => {
  it.each([
    ['1', '2'],
    ['-2', '-1'],
    ['499m', '0.5'],
    ['0.5', '501m'],
    ['9', '10'],
    ['1023', '1Ki'],
    ['1G', '1Gi'],
    ['1.5Gi', '2Gi'],
    ['999n', '1u'],
    ['999u', '1m'],
    ['999', '1k'],
    ['999k', '1M'],
    ['999M', '1G'],
    ['999G', '1T'],
    ['999T', '1P'],
    ['999P', '1E'],
    ['1023Mi', '1Gi'],
    ['1023Ti', '1Pi'],
    ['1023Pi', '1Ei'],
    ['9007199254740992', '9007199254740993'],
    ['9223372036854775806', '9223372036854775807'],
    ['0.1', '0.10000000000000000001'],
    ['1e3', '1001'],
    ['1E-3', '2m'],
    ['1e+21', '1000000000000000000001'],
    ['.5', '1.'],
    ['2024-01-01T00:00:00Z', '2024-01-01T00:00:01Z'],
    ['2024-01-01T00:00:00.000000001Z', '2024-01-01T00:00:00.000000002Z'],
    ['2024-01-01T00:59:59+01:00', '2024-01-01T00:00:00Z'],
    ['1969-12-31T23:59:59.9Z', '1970-01-01T00:00:00Z'],
    ['0050-01-01T00:00:00Z', '1950-01-01T00:00:00Z'],
  ])('puts %s before %s', (less, more) => {
    expect(order(less, more)).toBe(-1);
    expect(order(more, less)).toBe(1);
  });

  it.each([
    ['1000m', '1'],
    ['1024', '1Ki'],
    ['1e3', '1k'],
    ['+1', '1'],
    ['-0', '0'],
    ['1.50', '1.5'],
    ['2024-01-01T00:00:00Z', '2024-01-01t05:30:00.000+05:30'],
  ])('takes %s for %s', (a, b) => {
    expect(order(a, b)).toBe(0);
  });

  it.each([
    '',
    '.',
    '-',
    'm',
    '1mm',
    '1 Gi',
    '1gi',
    '1K i',
    '0x10',
    'NaN',
    'Infinity',
    '1e',
    '1e99999',
    '2024-01-01',
    '2024-02-30T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01T00:00:00',
    '2024-01-01T00:00:00+0100',
    '1'.repeat(1000),
  ])('does not compare %j', (text) => {
    expect(parseComparable(text)).toBeUndefined();
  });

  it('does not compare numbers with times', () => {
    expect(order('1', '2024-01-01T00:00:00Z')).toBeUndefined();
  });
});
