import { describe, expect, it } from '@jest/globals';
import { fromLabels, options, parse, refusal, search } from './parse.js';

const booleans = [
  ['withRemainingCount', 'with-remaining-count'],
  ['injectEvents', 'inject-events'],
] as const;
const values = [
  ['true', true],
  ['1', true],
  ['yes', true],
  ['', true],
  ['no', true],
  ['00', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
  ['0', false],
] as const;

describe.each(booleans)('%s', (url, label) => {
  it.each(values)('%j is %j', (value, expected) => {
    const expectedOptions = expected ? { [url]: true } : {};
    expect(options(`${url}=${value}`)).toEqual(expectedOptions);
    expect(fromLabels(`${label}=${value}`)).toEqual(expectedOptions);
  });

  it('is true without a value', () => {
    expect(options(url)).toEqual({ [url]: true });
  });

  it('in the URL wins over the label', () => {
    expect(options(`${url}=false&labelSelector=${search}/${label}=true`)).toEqual({});
    expect(options(`${url}=true&labelSelector=${search}/${label}=false`)).toEqual({ [url]: true });
  });

  it.each([
    `${search}/${label}`,
    `!${search}/${label}`,
    `${search}/${label}!=true`,
    `${search}/${label} in (true,false)`,
  ])('refuses %s', (selector) => {
    expect(refusal(`labelSelector=${selector}`).reason).toBe('BadRequest');
  });
});

describe('onlyMetadata', () => {
  it.each(values)('%j is %j', (value, expected) => {
    expect(options(`onlyMetadata=${value}`)).toEqual(expected ? { onlyMetadata: true } : {});
  });

  it('is no search label', () => {
    expect(refusal(`labelSelector=${search}/only-metadata=true`).message).toContain('unknown search label');
  });
});

describe('the feature gate RemainingItemCount', () => {
  const gates = { RemainingItemCount: true, AllowParameterizedSQLQuery: false };

  it('counts unless told not to', () => {
    expect(options('', { gates })).toEqual({ withRemainingCount: true });
    expect(options('withRemainingCount=false', { gates })).toEqual({});
    expect(options(`labelSelector=${search}/with-remaining-count=0`, { gates })).toEqual({});
  });
});

describe.each(['since', 'before'] as const)('%s', (member) => {
  it.each([
    ['2024-05-01T12:00:00Z', '2024-05-01T12:00:00Z'],
    ['2024-05-01T12:00:00+02:00', '2024-05-01T10:00:00Z'],
    ['2024-05-01 12:00:00', '2024-05-01T12:00:00Z'],
    ['2024-05-01', '2024-05-01T00:00:00Z'],
    ['1714566605', '2024-05-01T12:30:05Z'],
    ['1714566605250', '2024-05-01T12:30:05.250Z'],
  ])('in the URL %s', (value, expected) => {
    expect(options(`${member}=${value}`)).toEqual({ [member]: Date.parse(expected) });
  });

  it.each([
    ['2024-05-01', '2024-05-01T00:00:00Z'],
    ['1714566605', '2024-05-01T12:30:05Z'],
    ['1714566605250', '2024-05-01T12:30:05.250Z'],
  ])('as a label %s', (value, expected) => {
    expect(fromLabels(`${member}=${value}`)).toEqual({ [member]: Date.parse(expected) });
  });

  it('without a value says nothing', () => {
    expect(options(`${member}=`)).toEqual({});
    expect(fromLabels(`${member}=`)).toEqual({});
  });

  it.each(['yesterday', ' 2024-05-01', '2024-05-01 ', '12345'])('refuses %j, naming the parameter', (value) => {
    expect(refusal(`${member}=${value}`)).toMatchObject({
      reason: 'BadRequest',
      field: member,
      message: expect.stringMatching(new RegExp(`^${member}: .*RFC 3339`)),
    });
  });

  it('refuses a bad label, naming the key', () => {
    expect(refusal(`labelSelector=${search}/${member}=x`).message).toMatch(new RegExp(`^${search}/${member}: `));
    expect(refusal(`labelSelector=${search}/${member}!=2024-05-01`).reason).toBe('BadRequest');
    expect(refusal(`labelSelector=${search}/${member} in (2024-05-01,2024-05-02)`).message).toContain(
      'exactly one value',
    );
  });

  it('in the URL wins over the label', () => {
    expect(options(`${member}=2024-05-01&labelSelector=${search}/${member}=2020-01-01`)).toEqual({
      [member]: Date.parse('2024-05-01'),
    });
  });
});

describe('since and before', () => {
  it('may be equal', () => {
    expect(options('since=2024-05-01&before=2024-05-01')).toEqual({
      since: Date.parse('2024-05-01'),
      before: Date.parse('2024-05-01'),
    });
  });

  it('must not be the wrong way round, on whichever channel', () => {
    expect(refusal('since=2024-05-02&before=2024-05-01').message).toContain('is earlier than since');
    expect(refusal(`since=2024-05-02&labelSelector=${search}/before=2024-05-01`).reason).toBe('BadRequest');
  });
});

describe('what Kubernetes clients send', () => {
  it.each([
    'watch=false',
    'resourceVersion=0',
    'resourceVersion=12345',
    'resourceVersion=1&resourceVersionMatch=NotOlderThan',
    'resourceVersion=1&resourceVersionMatch=Exact',
    'resourceVersion=&resourceVersionMatch=',
    'allowWatchBookmarks=true',
    'includeObject=Object',
    'timeout=32s',
    'export=true&exact=true&includeUninitialized=true',
    'fieldManager=kubectl&fieldValidation=Strict&dryRun=All',
    'gracePeriodSeconds=0&propagationPolicy=Background&orphanDependents=false',
    'labelSelector=&fieldSelector=',
    'limit=0&timeoutSeconds=5',
    'continue=&limit=0',
    'pretty=maybe',
  ])('accepts %s', (query) => {
    expect(options(query)).toEqual({});
  });

  it('hands on watch, timeout and what a Table is to carry', () => {
    expect(parse('').watch).toBeUndefined();
    expect(parse('').includeObject).toBeUndefined();
    expect(parse('includeObject=Some').includeObject).toBe('Some');
    expect(parse('').timeoutSeconds).toBeUndefined();
    expect(parse('watch=true&timeoutSeconds=30')).toMatchObject({
      watch: { bookmarks: false },
      timeoutSeconds: 30,
    });
    expect('timeoutSeconds' in parse('timeoutSeconds=0')).toBe(false);
    expect('timeoutSeconds' in parse('timeoutSeconds=-1')).toBe(false);
    expect(parse('watch=perhaps').watch).toEqual({ bookmarks: false });
    expect(parse('watch=FALSE').watch).toBeUndefined();
    expect(parse('watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan').watch).toEqual({
      sendInitialEvents: true,
      bookmarks: false,
    });
  });

  // Texts recorded from kube-apiserver v1.36.2.
  it.each([
    [
      'resourceVersionMatch=Exact',
      'resourceVersionMatch',
      'FieldValueForbidden',
      'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    ],
    [
      'resourceVersion=5&resourceVersionMatch=Foo',
      'resourceVersionMatch',
      'FieldValueNotSupported',
      'Unsupported value: "Foo": supported values: "Exact", "NotOlderThan", ""',
    ],
    [
      'resourceVersion=0&resourceVersionMatch=Exact',
      'resourceVersionMatch',
      'FieldValueForbidden',
      'Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ],
    [
      'sendInitialEvents=true',
      'sendInitialEvents',
      'FieldValueForbidden',
      'Forbidden: sendInitialEvents is forbidden for list',
    ],
  ])('answers %s as Kubernetes does', (query, field, reason, message) => {
    expect(refusal(query).toStatus()).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `ListOptions.meta.k8s.io "" is invalid: ${field}: ${message}`,
      reason: 'Invalid',
      details: { group: 'meta.k8s.io', kind: 'ListOptions', causes: [{ reason, message, field }] },
      code: 422,
    });
  });

  it.each(['limit', 'timeoutSeconds'])('answers a malformed %s as Kubernetes does', (name) => {
    expect(refusal(`${name}=abc`)).toMatchObject({
      reason: 'BadRequest',
      message: 'strconv.ParseInt: parsing "abc": invalid syntax',
    });
    expect(refusal(`${name}=99999999999999999999`).message).toBe(
      'strconv.ParseInt: parsing "99999999999999999999": value out of range',
    );
  });
});
