import { describe, expect, it } from '@jest/globals';
import { compareVersions } from '../../../src/kube/version-order.js';

describe('the versions of a group', () => {
  it('come in the order of Kubernetes', () => {
    const expected = [
      'v10',
      'v2',
      'v1',
      'v11beta2',
      'v10beta3',
      'v3beta1',
      'v12alpha1',
      'v11alpha2',
      'foo1',
      'foo10',
      'v1gamma1',
    ];
    expect([...expected].reverse().sort(compareVersions)).toEqual(expected);
    expect([...expected].sort().sort(compareVersions)).toEqual(expected);
  });
});
