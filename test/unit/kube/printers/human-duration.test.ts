import { describe, expect, it } from '@jest/globals';
import { humanDuration } from '../../../../src/kube/printers/human-duration.js';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

describe('humanDuration', () => {
  it.each<[number, string]>([
    [-2 * second, '<invalid>'],
    [-1999, '0s'],
    [-1, '0s'],
    [0, '0s'],
    [999, '0s'],
    [119 * second, '119s'],
    [120 * second, '2m'],
    [121 * second, '2m1s'],
    [10 * minute - 1, '9m59s'],
    [10 * minute, '10m'],
    [179 * minute, '179m'],
    [180 * minute, '3h'],
    [181 * minute, '3h1m'],
    [8 * hour - minute, '7h59m'],
    [8 * hour, '8h'],
    [48 * hour - second, '47h'],
    [48 * hour, '2d'],
    [49 * hour, '2d1h'],
    [8 * day - second, '7d23h'],
    [8 * day, '8d'],
    [2 * year - second, '729d'],
    [2 * year, '2y'],
    [2 * year + day, '2y1d'],
    [8 * year - second, '7y364d'],
    [8 * year, '8y'],
    [100 * year + 5 * day, '100y'],
    [2026 * year, '292y'],
    [Number.NaN, '<invalid>'],
  ])('shows %d ms as %s', (milliseconds, text) => {
    expect(humanDuration(milliseconds)).toBe(text);
  });
});
