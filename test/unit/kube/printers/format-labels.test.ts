import { describe, expect, it } from '@jest/globals';
import {
  compareText,
  formatLabelSelector,
  formatLabels,
  selectorText,
} from '../../../../src/kube/printers/format-labels.js';

describe('formatLabels', () => {
  it('sorts the pairs by their whole text, as a kube-apiserver does', () => {
    const labels = { app: 'web', 'app.kubernetes.io/name': 'web', 'app-x': 'y', a: '' };
    expect(formatLabels(labels)).toBe('a=,app-x=y,app.kubernetes.io/name=web,app=web');
    expect(selectorText({ matchLabels: labels })).toBe('a=,app=web,app-x=y,app.kubernetes.io/name=web');
  });
});

describe('formatLabelSelector', () => {
  it.each([
    [{ matchLabels: { app: 'two words' } }],
    [{ matchLabels: { 'a/b/c': 'x' } }],
    [{ matchExpressions: [{ key: '', operator: 'Exists' }] }],
    [{ matchExpressions: [{ key: 'app', operator: 'In', values: ['a', 'ä'] }] }],
    [{ matchExpressions: [{ key: 'app', operator: 'In', values: [] }] }],
    [{ matchExpressions: [{ key: 'app', operator: 'Exists', values: ['a'] }] }],
  ])('says of %j that it is wrong', (selector) => {
    expect(formatLabelSelector(selector)).toBe('<error>');
  });
});

describe('compareText', () => {
  it('sorts by the bytes of UTF-8', () => {
    const sorted = ['', 'A', 'a', 'a\u0000', 'ab', 'é', '\uff5e', '🚀', '🚁'];
    expect(sorted.toReversed().sort(compareText)).toEqual(sorted);
  });
});
