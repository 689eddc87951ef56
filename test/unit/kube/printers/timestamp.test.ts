import { describe, expect, it } from '@jest/globals';
import { parseTimestamp } from '../../../../src/kube/printers/timestamp.js';

describe('parseTimestamp', () => {
  it.each<[string, string]>([
    ['2026-11-20T12:00:00Z', '2026-11-20T12:00:00.000Z'],
    ['2026-11-20T12:00:00.123456Z', '2026-11-20T12:00:00.123Z'],
    ['2026-11-20T12:00:00+02:00', '2026-11-20T10:00:00.000Z'],
    ['2026-11-20T12:00:00-05:30', '2026-11-20T17:30:00.000Z'],
    ['2026-11-20T1:02:03,5Z', '2026-11-20T01:02:03.500Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2026-11-20T12:00:00+24:00', '2026-11-19T12:00:00.000Z'],
    ['0050-01-01T00:00:00Z', '0050-01-01T00:00:00.000Z'],
  ])('reads %s', (text, expected) => {
    expect(new Date(parseTimestamp(text) ?? Number.NaN).toISOString()).toBe(expected);
  });

  it('keeps microseconds', () => {
    expect((parseTimestamp('1970-01-01T00:00:00.000250Z') ?? 0) * 1000).toBeCloseTo(250, 6);
  });

  it.each<unknown>([
    undefined,
    null,
    5,
    '',
    'tomorrow',
    '2026-11-20',
    '2026-11-20 12:00:00Z',
    '2026-11-20T12:00:00',
    '2026-11-20t12:00:00z',
    '2026-02-29T12:00:00Z',
    '2026-13-01T12:00:00Z',
    '2026-11-20T24:00:00Z',
    '2026-11-20T12:60:00Z',
    '0001-01-01T00:00:00Z',
  ])('finds no time in %p', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });
});
