import { describe, expect, it } from '@jest/globals';
import { withoutForward } from '../../../src/api/proxy/forward-selector.js';

function rewrite(selector: string): string | undefined {
  const query = withoutForward(`limit=1&labelSelector=${encodeURIComponent(selector)}`);
  if (query === undefined) return undefined;
  const parameters = new URLSearchParams(query);
  expect(parameters.get('limit')).toBe('1');
  return parameters.get('labelSelector') ?? '';
}

const forward = 'search.clusterpedia.io/forward';

describe('the label that forwards a list', () => {
  it.each([
    ['', undefined],
    ['foo=bar', undefined],
    [forward, ''],
    [`${forward}=true`, ''],
    [`${forward}=false`, ''],
    [`!${forward}`, ''],
    [`${forward},foo=bar`, 'foo=bar'],
    [`foo=bar,${forward}`, 'foo=bar'],
    [`foo=bar,${forward},baz=qux`, 'baz=qux,foo=bar'],
    [`a=1,${forward}=true,b=2`, 'a=1,b=2'],
    [`a=1,${forward}-something=true`, undefined],
    [`env in (prod,stage),${forward},tier=frontend`, 'env in (prod,stage),tier=frontend'],
    [`a=1,b!=2,${forward}`, 'a=1,b!=2'],
    [`!x,y>3,z notin (b,a),w,${forward}`, 'w,!x,y>3,z notin (a,b)'],
    [',,,', undefined],
    [`foo=bar,${forward} in (`, undefined],
  ])('is taken out of %j', (selector, expected) => {
    expect(rewrite(selector)).toBe(expected);
  });
});
