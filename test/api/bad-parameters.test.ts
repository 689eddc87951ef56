import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parametersByUrl } from '../../src/query/parameters.js';
import { loadObjects, sampleObjects } from './support/load-objects.js';
import { startTestApp, type TestApp } from './support/start-test-app.js';

const base = '/apis/clusterpedia.io/v1beta1';
const pods = `${base}/resources/api/v1/pods`;
const pod = `${base}/resources/clusters/staging/api/v1/namespaces/shop/pods/x`;
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const many = (count: number, separator: string) =>
  Array.from({ length: count }, (_, index) => `a${index}=b`).join(separator);

interface BadValues {
  readonly parameter: string;
  /** What is out of range, malformed, or does not go with what else is there; decoded. */
  readonly values: readonly string[];
  readonly code: 400 | 410 | 422 | 504;
  /** Part of the message, for each value. */
  readonly message: string;
  /** Other parameters, as they stand in a URL. */
  readonly with?: string;
  readonly path?: string;
  readonly accept?: string;
}

const integers = ['abc', '1.5', '0x10', '1e3', ' 1', '٣', '--1', '9'.repeat(20), '-9223372036854775809'];
const int64 = { values: integers, code: 400, message: 'strconv.ParseInt: parsing' } as const;
const times = ['yesterday', '2024-13-01', '2024-05-01T12:00:00', '12', '1'.repeat(11), '2024-05-01T25:00:00Z', '-1'];
const paths = ['[', 'a b', 'spec.', '..a', "a['b", 'spec.containers[x].name'];

const bad: readonly BadValues[] = [
  { parameter: 'limit', ...int64 },
  { parameter: 'timeoutSeconds', ...int64 },
  { parameter: 'continue', values: ['garbage', 'AAAA', 'a'.repeat(9000), '-1'], code: 400, message: 'continue' },
  { parameter: 'continue', values: ['5'], with: 'resourceVersionMatch=NotOlderThan', code: 422, message: 'forbidden' },
  {
    parameter: 'resourceVersion',
    values: ['abc', '-1', '1'.repeat(30)],
    code: 400,
    message: 'strconv.ParseUint: parsing',
  },
  { parameter: 'resourceVersion', values: ['18446744073709551615'], code: 504, message: 'Too large resource version' },
  {
    parameter: 'resourceVersionMatch',
    values: ['Exact', 'NotOlderThan'],
    code: 422,
    message: 'unless resourceVersion',
  },
  {
    parameter: 'resourceVersionMatch',
    values: ['exact', 'x'],
    with: 'resourceVersion=1',
    code: 422,
    message: 'Unsupported value',
  },
  { parameter: 'resourceVersionMatch', values: ['Exact'], with: 'resourceVersion=1', code: 410, message: 'too old' },
  { parameter: 'sendInitialEvents', values: ['true', 'false', ''], code: 422, message: 'forbidden for list' },
  {
    parameter: 'sendInitialEvents',
    values: ['true'],
    with: 'watch=1',
    code: 422,
    message: 'requires setting resourceVersionMatch',
  },
  { parameter: 'includeObject', values: ['Everything', 'none'], accept: table, code: 400, message: 'includeObject' },
  { parameter: 'since', values: times, code: 400, message: 'since: ' },
  { parameter: 'before', values: times, code: 400, message: 'before: ' },
  {
    parameter: 'before',
    values: ['2024-05-01'],
    with: 'since=2024-05-02',
    code: 400,
    message: 'is earlier than since',
  },
  { parameter: 'orderby', values: ['name up', 'spec.containers[].name', ...paths], code: 400, message: 'orderby: ' },
  { parameter: 'orderby', values: ['name'], with: 'watch=1', code: 422, message: 'in the order in which they happen' },
  {
    parameter: 'labelSelector',
    values: ['a in (', '-a', 'a=b c', '==', 'a>b', `${'a'.repeat(64)}=b`],
    code: 400,
    message: '',
  },
  { parameter: 'labelSelector', values: [many(251, ',')], code: 400, message: 'at most 250 requirements' },
  {
    parameter: 'labelSelector',
    values: ['search.clusterpedia.io/limit notin (1)'],
    code: 400,
    message: 'search.clusterpedia.io/limit',
  },
  { parameter: 'labelSelector', values: ['search.clusterpedia.io/nmaes=a'], code: 400, message: 'did you mean' },
  { parameter: 'labelSelector', values: ['search.clusterpedia.io/forward=a'], code: 400, message: 'not available' },
  {
    parameter: 'fieldSelector',
    values: ['a in (', 'a>b', ...paths.filter((path) => path !== 'a b')],
    code: 400,
    message: 'fieldSelector: ',
  },
  { parameter: 'fieldSelector', values: [many(251, ',')], code: 400, message: 'at most 250 requirements' },
  { parameter: 'fuzzyName', values: [many(251, ',')], code: 400, message: 'at most 250 parts' },
  {
    parameter: 'ownerSeniority',
    values: ['11', '-1'],
    with: 'clusters=a&ownerName=b',
    code: 400,
    message: 'ownerSeniority: ',
  },
  { parameter: 'ownerSeniority', ...int64 },
  { parameter: 'ownerGR', values: ['.apps', '.'], code: 400, message: 'ownerGR: ' },
  { parameter: 'ownerUID', values: ['x'], code: 400, message: 'cluster' },
  { parameter: 'ownerName', values: ['x'], with: 'clusters=a,b', code: 400, message: 'cluster' },
  {
    parameter: 'query',
    values: ['*', '"a', 'a OR', '(a OR b)', 'a AND b', 'a*b', 'x*', '-'],
    code: 400,
    message: 'query: ',
  },
  { parameter: 'whereSQL', values: ['1=1', '1'], code: 422, message: 'whereSQL' },
  { parameter: 'whereSQLStatement', values: ['name = 1', 'x'], code: 422, message: 'AllowParameterizedSQLQuery' },
  { parameter: 'whereSQLParam', values: ['', 'x'], code: 422, message: 'AllowParameterizedSQLQuery' },
  { parameter: 'whereSQLJSONParams', values: ['%', 'W10='], code: 422, message: 'AllowParameterizedSQLQuery' },
  { parameter: 'injectEvents', values: ['true'], with: 'watch=1', code: 422, message: 'without their events' },
  { parameter: 'groups', values: ['apps'], code: 400, message: 'collection resource any' },
  {
    parameter: 'groups',
    values: ['a/b/c', '*x/y/z'],
    path: `${base}/collectionresources/any`,
    code: 400,
    message: 'groups: ',
  },
  { parameter: 'resources', values: ['/v1/pods'], code: 400, message: 'collection resource any' },
  {
    parameter: 'resources',
    values: ['pods', 'a/b/c/d', 'a/'],
    path: `${base}/collectionresources/any`,
    code: 400,
    message: 'resources: ',
  },
];

/** Any text is a value of these. */
const anyText: Readonly<Record<string, string>> = {
  clusters: 'a name that no cluster has finds nothing',
  namespaces: 'a name that no namespace has finds nothing',
  names: 'a name that no object has finds nothing',
  watch: 'everything but 0 and false is true, as in Kubernetes',
  pretty: 'what is not true is false, as in Kubernetes',
  allowWatchBookmarks: 'everything but 0 and false is true, as in Kubernetes',
  withContinue: 'everything but 0 and false is true',
  withRemainingCount: 'everything but 0 and false is true',
  onlyMetadata: 'everything but 0 and false is true',
  dryRun: 'accepted, without effect',
  exact: 'accepted, without effect',
  export: 'accepted, without effect',
  fieldManager: 'accepted, without effect',
  fieldValidation: 'accepted, without effect',
  gracePeriodSeconds: 'accepted, without effect',
  includeUninitialized: 'accepted, without effect',
  orphanDependents: 'accepted, without effect',
  propagationPolicy: 'accepted, without effect',
  timeout: 'accepted, without effect',
};

it('says of every parameter what is bad about it, or why nothing is', () => {
  const told = new Set([...bad.map(({ parameter }) => parameter), ...Object.keys(anyText)]);
  expect([...told].sort()).toEqual([...parametersByUrl.keys()].sort());
});

describe.each(['sqlite', 'memory'])('a parameter out of range on %s', (storageName) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp(storageName, (factory) =>
      loadObjects(factory, 'staging', { objects: sampleObjects('staging') }),
    );
  });
  afterAll(() => app?.stop());

  it.each(bad)('is refused: $parameter ($message)', async (row) => {
    for (const value of row.values) {
      const more = row.with === undefined ? '' : `${row.with}&`;
      const path = `${row.path ?? pods}?${more}${row.parameter}=${encodeURIComponent(value)}`;
      const { code, text } = await app.ask(path, { headers: row.accept === undefined ? {} : { accept: row.accept } });
      expect({ path, code, text }).toEqual({ path, code: row.code, text: expect.stringContaining('"kind":') });
      expect(JSON.parse(text)).toMatchObject({
        kind: 'Status',
        status: 'Failure',
        message: expect.stringContaining(row.message),
        code: row.code,
      });
    }
  });

  it.each(Object.keys(anyText))(
    'is not, for any text will do: %s',
    async (parameter) => {
      for (const value of parameter === 'watch'
        ? ['0', 'perhaps']
        : ['', '%00', 'perhaps', '-1', '%F0%9F%A6%80', "'"]) {
        const path = `${pods}?timeoutSeconds=1&limit=1&${parameter}=${value}`;
        // A watch of pods would go on for that second.
        const answered = parameter === 'watch' ? `${pods}?timeoutSeconds=1&limit=1&watch=${value}&names=nobody` : path;
        expect({ path, code: (await app.ask(answered)).code }).toEqual({ path, code: 200 });
      }
    },
    20_000,
  );

  it('is refused as well when it is unknown, or has no place with a single object', async () => {
    for (const path of [`${pods}?limits=1`, `${pods}?LIMIT=1`, `${pods}?=1`, `${pod}?limit=1`, `${pod}?frob=1`]) {
      const { code, text } = await app.ask(path);
      expect({ path, code, reason: JSON.parse(text).reason }).toEqual({ path, code: 400, reason: 'BadRequest' });
    }
  });

  it.each(['%', '%zz', '%c3%28', '%ff', 'a=%'])('has no escape that is none: %s', async (query) => {
    const { code, text } = await app.ask(`${pods}?${query}`);
    expect({ query, code, reason: JSON.parse(text).reason }).toEqual({ query, code: 400, reason: 'BadRequest' });
  });
});
