import { describe, expect, it } from '@jest/globals';
import { readIdentity } from '../../../src/synchro/reflector/read-identity.js';

const read = (value: unknown) => readIdentity(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

describe('what an object is called', () => {
  it('is read from its metadata, wherever that stands', () => {
    const metadata = { name: 'a', namespace: 'n', uid: 'u', resourceVersion: '5' };
    const identity = { name: 'a', namespace: 'n', resourceVersion: '5' };
    expect(read({ metadata, spec: {} })).toEqual(identity);
    expect(read({ apiVersion: 'v1', kind: 'Pod', spec: { metadata: { name: 'x' } }, metadata })).toEqual(identity);
    const sorted = { annotations: { name: 'x' }, labels: { resourceVersion: '1' }, ...metadata };
    expect(read(`  ${JSON.stringify({ metadata: sorted }, undefined, 2)}`)).toEqual(identity);
    expect(read({ metadata: { name: 'a\u00e9"', resourceVersion: '5' } })).toEqual({
      name: 'aé"',
      namespace: '',
      resourceVersion: '5',
    });
  });

  it('is undefined for what has no name or is broken', () => {
    for (const value of [
      {},
      { metadata: 3 },
      { metadata: {} },
      '{"metadata":{"name":',
      'x',
      '',
      '[]',
      { metadata: { name: 3 } },
    ]) {
      expect(read(value)).toBeUndefined();
    }
  });
});
