import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseFieldSelector } from '../../../src/kube/field-selector.js';
import { kubernetesParameters } from '../../../src/query/kubernetes-parameters.js';
import { parameters, parametersByLabel, parametersByUrl } from '../../../src/query/parameters.js';
import { options, parse, refusal, search } from './parse.js';

const page = readFileSync(join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'search-conditions.md'), 'utf8');

/** Every row of the specification's table of conditions, and what was decided on top of it. */
const specified: [condition: string, label: string | undefined, url: string | undefined][] = [
  ['resource names', 'names', 'names'],
  ['clusters', 'clusters', 'clusters'],
  ['namespaces', 'namespaces', 'namespaces'],
  ['order', 'orderby', 'orderby'],
  ['owner uid', 'owner-uid', 'ownerUID'],
  ['owner name', 'owner-name', 'ownerName'],
  ['owner group resource', 'owner-gr', 'ownerGR'],
  ['owner seniority', 'owner-seniority', 'ownerSeniority'],
  ['since', 'since', 'since'],
  ['before', 'before', 'before'],
  ['page size', 'limit', 'limit'],
  ['page size, as documented', 'size', 'limit'],
  ['offset', 'offset', 'continue'],
  ['return continue', 'with-continue', 'withContinue'],
  ['return remaining count', 'with-remaining-count', 'withRemainingCount'],
  ['inject events', 'inject-events', 'injectEvents'],
  ['only metadata', undefined, 'onlyMetadata'],
  ['fuzzy name', 'fuzzy-name', 'fuzzyName'],
  ['forward', 'forward', undefined],
  ['groups', undefined, 'groups'],
  ['resources', undefined, 'resources'],
  ['raw where', undefined, 'whereSQL'],
  ['parameterised where', undefined, 'whereSQLStatement'],
  ['its parameters', undefined, 'whereSQLParam'],
  ['its parameters as JSON', undefined, 'whereSQLJSONParams'],
  ['full text', 'query', 'query'],
  ['fields', undefined, 'fieldSelector'],
  ['labels', undefined, 'labelSelector'],
];

describe('the table of parameters', () => {
  it.each(specified)('has %s', (_condition, label, url) => {
    const byLabel = label === undefined ? undefined : parametersByLabel.get(`${search}/${label}`);
    const byUrl = url === undefined ? undefined : parametersByUrl.get(url);
    expect(byLabel ?? byUrl).toBeDefined();
    expect(byUrl ?? byLabel).toBe(byLabel ?? byUrl);
  });

  it('has no search label but those of the specification, and query', () => {
    const labels = specified.flatMap(([, label]) => (label === undefined ? [] : [`${search}/${label}`]));
    expect(new Set(parametersByLabel.keys())).toEqual(
      new Set([...labels, 'internalstorage.clusterpedia.io/fuzzy-name']),
    );
  });

  it('names nothing twice', () => {
    const urls = parameters.flatMap(({ url = [] }) => url);
    const labels = parameters.flatMap(({ labels: keys = [] }) => keys);
    expect(new Set(urls).size).toBe(urls.length);
    expect(new Set(labels).size).toBe(labels.length);
    expect(new Set(parameters.map(({ name }) => name)).size).toBe(parameters.length);
  });

  it.each(parameters.map((parameter) => [parameter.name, parameter] as const))('explains %s', (_name, parameter) => {
    expect(parameter.description).toMatch(/[.:]$/);
    expect(parameter.grammar).not.toBe('');
    expect(page).toContain(`| ${parameter.name} |`);
  });

  it.each(
    parameters.flatMap(({ name, examples, scope }) => examples.map((example) => [name, example, scope] as const)),
  )('has an example of %s that is understood: %s', (_name, example, scope) => {
    expect(() => parse(example, scope === 'any' ? { collection: 'any' } : {})).not.toThrow();
  });

  it('changes something with each example of a condition', () => {
    const without = new Set(['return continue', ...kubernetesParameters.map(({ name }) => name)]);
    for (const { name, examples, scope } of parameters.filter((parameter) => !without.has(parameter.name))) {
      const more = scope === 'any' ? { collection: 'any' } : {};
      for (const example of examples) expect([name, options(example, more)]).not.toEqual([name, {}]);
    }
  });

  it('has an example of every channel', () => {
    for (const { name, examples, url = [], labels = [] } of parameters.filter(
      (parameter) => parameter.examples.length > 0,
    )) {
      if (url[0] !== undefined && url.length === 1)
        expect([name, examples.join()]).toEqual([name, expect.stringContaining(url[0])]);
      if (labels[0] !== undefined) expect([name, examples.join()]).toEqual([name, expect.stringContaining(labels[0])]);
    }
  });
});

describe('docs/search-conditions.md', () => {
  it('shows field selectors that are understood', () => {
    const block = /## Field selector[\s\S]*?```text\n([\s\S]*?)```/.exec(page)?.[1]?.trim().split('\n') ?? [];
    expect(block.length).toBeGreaterThan(10);
    for (const selector of block) expect(parseFieldSelector(selector)).not.toEqual([]);
  });

  it('shows commands that are understood', () => {
    const urls = [...page.matchAll(/--data-urlencode '([^']+)'/g)].map((match) => match[1] ?? '');
    const selectors = [...page.matchAll(/kubectl .* -l '([^']+)'/g)].map((match) => `labelSelector=${match[1]}`);
    expect(urls.length).toBeGreaterThan(1);
    expect(selectors.length).toBeGreaterThan(0);
    for (const query of [urls.join('&'), ...selectors]) expect(options(query)).not.toEqual({});
  });
});

describe('unknown parameters', () => {
  it.each([
    ['nmaes=a', 'names'],
    ['ownerUid=a', 'ownerUID'],
    ['fieldselector=a', 'fieldSelector'],
    ['orderBy=name', 'orderby'],
    ['Limit=1', 'limit'],
    ['cluster=a', 'clusters'],
    ['with_continue=1', 'withContinue'],
    ['size=5', 'since'],
    [`${'x'.repeat(60_000)}=1`, ''],
    ['=1', ''],
  ])('%s is refused, naming the nearest', (query, nearest) => {
    const error = refusal(query);
    expect(error.reason).toBe('BadRequest');
    expect(error.message).toMatch(/^unknown parameter ".*"; did you mean [A-Za-z]+\?$/);
    expect(error.message).toContain(`did you mean ${nearest}`);
    expect(error.message.length).toBeLessThan(200);
  });

  it('are not proposed where they have no meaning', () => {
    expect(refusal('group=apps').message).not.toContain('did you mean groups');
    expect(refusal('group=apps', { collection: 'any' }).message).toContain('did you mean groups');
  });
});

describe('a parameter that is repeated', () => {
  it('counts the first time', () => {
    expect(options('names=a&names=b')).toEqual({ names: { in: ['a'] } });
    expect(options('limit=5&limit=abc')).toEqual({ limit: 5 });
    expect(options('names=&names=b')).toEqual({});
  });
});

describe('parsed options', () => {
  it('are frozen', () => {
    const found = options('names=a&labelSelector=a=b&fieldSelector=a=b&orderby=name&clusters=c&ownerUID=u');
    expect(Object.isFrozen(found)).toBe(true);
    for (const value of Object.values(found)) expect(Object.isFrozen(value)).toBe(true);
    expect(Object.keys(found)).toHaveLength(6);
  });
});

describe("what Clusterpedia's Go client sends", () => {
  it.each([
    [`${search}/clusters in (aaa,bbb,ccc)`, { clusters: { in: ['aaa', 'bbb', 'ccc'] } }],
    [
      `${search}/clusters in (aaa,bbb,ccc),${search}/namespaces=ddd`,
      { clusters: { in: ['aaa', 'bbb', 'ccc'] }, namespaces: { in: ['ddd'] } },
    ],
    [
      `${search}/clusters=aaa,${search}/namespaces in (bbb,ccc,ddd)`,
      { clusters: { in: ['aaa'] }, namespaces: { in: ['bbb', 'ccc', 'ddd'] } },
    ],
    [
      `${search}/orderby in (name,uid_desc)`,
      {
        orderBy: [
          { by: { column: 'name' }, descending: false },
          { by: { column: 'uid' }, descending: true },
        ],
      },
    ],
    [`${search}/with-remaining-count=true`, { withRemainingCount: true }],
    ['a=b', { labelSelector: [{ key: 'a', operator: 'in', values: ['b'] }] }],
    ['', {}],
  ])('%j', (labelSelector, expected) => {
    expect(options(`continue=0&labelSelector=${labelSelector}&limit=0&timeoutSeconds=10`)).toEqual(expected);
  });
});
