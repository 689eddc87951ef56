import { describe, expect, it } from '@jest/globals';
import { parseFeatureGates } from '../../../src/query/feature-gates.js';

const off = { RemainingItemCount: false, AllowParameterizedSQLQuery: false, AllowProxyRequestToClusters: false };

describe('feature gates', () => {
  it.each([
    ['', off],
    ['RemainingItemCount=true', { ...off, RemainingItemCount: true }],
    [
      'RemainingItemCount=True, AllowParameterizedSQLQuery=1',
      { ...off, RemainingItemCount: true, AllowParameterizedSQLQuery: true },
    ],
    ['RemainingItemCount=true,RemainingItemCount=false', off],
    ['AllowParameterizedSQLQuery=f,', off],
  ])('%j', (text, expected) => {
    expect(parseFeatureGates(text)).toEqual(expected);
  });

  it.each([
    ['RemainingItemCuont=true', 'did you mean RemainingItemCount?'],
    ['AllowRawSQLQuery=true', 'use AllowParameterizedSQLQuery'],
    ['RemainingItemCount', 'expected RemainingItemCount=true or RemainingItemCount=false'],
    ['RemainingItemCount=maybe', 'found "RemainingItemCount=maybe"'],
    ['toString=true', 'unknown feature gate "toString"'],
  ])('refuses %j', (text, message) => {
    expect(() => parseFeatureGates(text)).toThrow(message);
  });
});
