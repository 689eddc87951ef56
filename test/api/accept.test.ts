import { describe, expect, it } from '@jest/globals';
import { acceptsJson } from '../../src/api/accept.js';

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';

const cases: readonly (readonly [accept: string | undefined, accepted: boolean])[] = [
  [undefined, true],
  ['', true],
  ['*/*', true],
  ['application/*', true],
  ['application/json', true],
  ['Application/JSON', true],
  ['application/json, */*', true],
  ['application/json;stream=watch', true],
  [`${table},application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json`, true],
  ['application/vnd.kubernetes.protobuf,application/json', true],
  ['application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json', true],
  ['text/html, application/xml;q=0.9, */*;q=0.8', true],
  ['application/json;q=0.1', true],
  [table, false],
  ['application/json;q=0', false],
  ['application/json;q=0.000', false],
  ['application/xml', false],
  ['text/*', false],
  ['*/json', false],
  ['application/yaml', false],
  ['application/vnd.kubernetes.protobuf', false],
  ['garbage', false],
  [',,,', false],
  [`${'a/b,'.repeat(5000)}c/d`, false],
];

describe('the Accept header', () => {
  it.each(cases)('%s', (accept, accepted) => {
    expect(acceptsJson(accept)).toBe(accepted);
    expect(acceptsJson(accept)).toBe(accepted);
  });
});
