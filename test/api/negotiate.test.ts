import { describe, expect, it } from '@jest/globals';
import { documentOffer, namesKnownFormat, negotiate, objectOffer, watchOffer } from '../../src/api/negotiate.js';

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const oldTable = 'application/json;as=Table;v=v1beta1;g=meta.k8s.io';
const kubectl = `${table},${oldTable},application/json`;
const partial = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
const partialList = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
const discovery = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** How an answer is written in the tables below. */
function form(accept: string | undefined, offer = objectOffer): string {
  const chosen = negotiate(accept, offer);
  if (chosen === undefined) return 'none';
  const { format, transform, pretty } = chosen;
  const as = transform === undefined ? '' : ` as ${transform.kind} ${transform.group}/${transform.version}`;
  return `${format}${as}${pretty ? ' pretty' : ''}`;
}

describe('the form of an answer', () => {
  it.each([
    [undefined, 'json'],
    ['', 'json'],
    [' ', 'json'],
    ['*', 'json'],
    ['*/*', 'json'],
    ['application/*', 'json'],
    ['application/json', 'json'],
    ['Application/JSON', 'json'],
    [' application/json , */*', 'json'],
    ['application/yaml', 'yaml'],
    ['application/json;q=0.2,application/yaml;q=0.3', 'yaml'],
    ['application/yaml, application/json', 'yaml'],
    ['application/json;stream=watch', 'json'],
    ['application/json;pretty=1', 'json pretty'],
    ['application/json;pretty=0', 'json'],
    ['application/json;charset=utf-8', 'json'],
    ['application/vnd.kubernetes.protobuf,application/json', 'json'],
    ['application/vnd.kubernetes.protobuf, */*', 'json'],
    // What client-go asks for metadata alone.
    [
      'application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
      'json as PartialObjectMetadataList meta.k8s.io/v1',
    ],
    ['application/cbor, application/json', 'json'],
    [`${discovery},application/json`, 'json'],
    ['text/html, application/xml;q=0.9, */*;q=0.8', 'json'],
    ['text/csv;q=0.9, */*;q=0.1', 'json'],
    ['application/json;q=0.1', 'json'],
    ['application/json;q=high', 'json'],
    ['application/json;q=high, application/yaml;q=0.1', 'yaml'],
    ['application/json;q=', 'json'],
    ['application/json;=;;a=b=c', 'json'],
    [kubectl, 'json as Table meta.k8s.io/v1'],
    [`${oldTable},${table}`, 'json as Table meta.k8s.io/v1beta1'],
    ['application/json;AS=Table;v=v1;g=meta.k8s.io', 'json as Table meta.k8s.io/v1'],
    ['application/yaml;as=Table;v=v1;g=meta.k8s.io', 'yaml as Table meta.k8s.io/v1'],
    ['application/*;as=Table;v=v1;g=meta.k8s.io', 'json as Table meta.k8s.io/v1'],
    [`application/json,${table}`, 'json'],
    [`application/json;q=0.9,${table}`, 'json as Table meta.k8s.io/v1'],
    [`*/*,${table}`, 'json as Table meta.k8s.io/v1'],
    [`application/json;as=Table;v=v1alpha1;g=meta.k8s.io,${partial}`, 'json as PartialObjectMetadata meta.k8s.io/v1'],
    [partialList.replace('=v1', '=v1beta1'), 'json as PartialObjectMetadataList meta.k8s.io/v1beta1'],
    ['application/json;as=Table;v=v1alpha1;g=meta.k8s.io', 'none'],
    ['application/json;as=Table', 'none'],
    ['application/json;as=Spreadsheet;v=v1;g=meta.k8s.io', 'none'],
    ['application/json;stream=other', 'none'],
    ['application/json;q=0', 'none'],
    ['application/json;q=0.000', 'none'],
    ['application/xml', 'none'],
    ['text/*', 'none'],
    ['*/json', 'none'],
    ['application/vnd.kubernetes.protobuf', 'none'],
    ['application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io', 'none'],
    ['garbage', 'none'],
    ['application/json/yaml', 'none'],
    ['application', 'none'],
    ['/', 'none'],
    [';', 'none'],
    [',,,', 'none'],
    [`${'a/b,'.repeat(5000)}c/d`, 'none'],
    [`${'a/b,'.repeat(5000)}application/json`, 'json'],
  ])('of objects for %j', (accept, expected) => {
    expect(form(accept)).toBe(expected);
    // From memory it is the same.
    expect(form(accept)).toBe(expected);
  });

  it.each([
    [kubectl, 'json'],
    ['application/yaml', 'yaml'],
    [table, 'none'],
    [discovery, 'none'],
  ])('of a document that has but one for %j', (accept, expected) => {
    expect(form(accept, documentOffer)).toBe(expected);
  });

  it.each([
    ['application/json', 'json'],
    ['application/yaml', 'none'],
    ['application/yaml, application/json', 'json'],
    ['application/yaml, */*', 'json'],
    [`${partial},application/json`, 'json as PartialObjectMetadata meta.k8s.io/v1'],
    [kubectl, 'json as Table meta.k8s.io/v1'],
  ])('of a watch for %j', (accept, expected) => {
    expect(form(accept, watchOffer)).toBe(expected);
  });

  it('is remembered for few headers', () => {
    for (let number = 0; number < 1000; number++) expect(form(`application/json;a=${number}`)).toBe('json');
  });
});

it.each([
  [table, true],
  ['application/json;as=Spreadsheet', true],
  ['application/json;q=0', false],
  ['text/csv', false],
])('%s names a format: %s', (accept, named) => {
  expect(namesKnownFormat(accept)).toBe(named);
});
