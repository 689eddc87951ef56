import { describe, expect, it } from '@jest/globals';
import { parseGetRequest } from '../../../src/query/parse-get-request.js';
import { caught } from './parse.js';

describe('a request for one object', () => {
  it.each([
    ['', { injectEvents: false }],
    ['injectEvents=true', { injectEvents: true }],
    ['injectEvents', { injectEvents: true }],
    ['injectEvents=0&pretty=true', { injectEvents: false }],
    ['resourceVersion=0&includeObject=Object&timeout=5s', { injectEvents: false, includeObject: 'Object' }],
  ])('%j', (query, expected) => {
    expect(parseGetRequest(query)).toEqual(expected);
  });

  it.each([
    ['names=a', 'names: it applies to lists'],
    ['labelSelector=a', 'labelSelector: it applies to lists'],
    ['limit=1', 'limit: it applies to lists'],
    ['inject_events=1', 'did you mean injectEvents?'],
    ['prety=1', 'did you mean pretty?'],
    ['pretty=%', 'invalid URL escape'],
  ])('refuses %j', (query, message) => {
    const error = caught(() => parseGetRequest(query));
    expect(error.reason).toBe('BadRequest');
    expect(error.message).toContain(message);
  });
});
