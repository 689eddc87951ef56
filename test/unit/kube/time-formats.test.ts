import { describe, expect, it } from '@jest/globals';
import { parseTimeBound } from '../../../src/kube/time-formats.js';

describe('time bound', () => {
  it.each([
    ['2024-05-01T12:30:05Z', '2024-05-01T12:30:05.000Z'],
    ['2024-05-01T12:30:05.25Z', '2024-05-01T12:30:05.250Z'],
    ['2024-05-01T12:30:05.0000001Z', '2024-05-01T12:30:05.001Z'],
    ['2024-05-01T12:30:05+02:00', '2024-05-01T10:30:05.000Z'],
    ['2024-05-01T12:30:05-05:30', '2024-05-01T18:00:05.000Z'],
    ['2024-05-01 12:30:05', '2024-05-01T12:30:05.000Z'],
    ['2024-05-01', '2024-05-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['0099-01-01', '0099-01-01T00:00:00.000Z'],
    ['1714566605', '2024-05-01T12:30:05.000Z'],
    ['1714566605250', '2024-05-01T12:30:05.250Z'],
    ['0000000000', '1970-01-01T00:00:00.000Z'],
  ])('reads %s', (text, expected) => {
    expect(new Date(parseTimeBound(text)).toISOString()).toBe(expected);
  });

  it.each([
    ' 2024-05-01',
    '2024-05-01 ',
    '2024-5-1',
    '2024-02-30',
    '2023-02-29',
    '2024-13-01',
    '2024-05-01T24:00:00Z',
    '2024-05-01T12:60:00Z',
    '2024-05-01T12:00:60Z',
    '2024-05-01T12:00:00',
    '2024-05-01T12:00:00z',
    '2024-05-01T12:00:00+24:00',
    '2024-05-01T12:00Z',
    '2024-05-01 12:00',
    '2024-05-01  12:00:00',
    'yesterday!',
    'abcdefghij',
    'Tuesday',
    '-171456660',
  ])('refuses %j, naming the formats', (text) => {
    expect(() => parseTimeBound(text)).toThrow(/RFC 3339 .*2024-05-01 12:00:00.*2024-05-01,.*unix timestamp/);
  });

  it.each(['1', '171456660', '17145666052', '171456660525', '17145666052500', '   ', ' 1714566605'])(
    'refuses %j as a timestamp of the wrong length',
    (text) => {
      expect(() => parseTimeBound(text)).toThrow('a unix timestamp has 10 digits (seconds) or 13 (milliseconds)');
    },
  );

  it('says how to write a plus that a URL made a blank of', () => {
    expect(() => parseTimeBound('2024-05-01T12:00:00 02:00')).toThrow('%2B');
  });
});
