import { describe, expect, it } from '@jest/globals';
import { testedStorages } from '../../backends/tested-storages.js';
import type { KubernetesObject } from '../../support/kubernetes-object.js';
import { type SampleStorage, serveSamples } from '../../support/serve-samples.js';
import {
  conditionRows,
  orderRows,
  otherRows,
  ownerRows,
  rawRows,
  rawRowsWithoutGate,
  sourceRows,
  timeRows,
} from './condition-rows.js';
import { byDefault, type Facts, facts } from './facts.js';
import { keyRows, lexerRows, selectorRows } from './field-rows.js';
import { pods, resourcesOf, type SearchRow } from './search-row.js';

const base = '/apis/clusterpedia.io/v1beta1';

function encode(query: string): string {
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return `${part.slice(0, equals)}=${encodeURIComponent(part.slice(equals + 1))}`;
    })
    .join('&');
}

function describeItem({ kind, metadata }: KubernetesObject): string {
  const annotations = metadata.annotations as Readonly<Record<string, string>>;
  return [annotations['shadow.clusterpedia.io/cluster-name'], kind, metadata.namespace ?? '', metadata.name].join(' ');
}

function describeFact({ cluster, object, namespace, name }: Facts): string {
  return [cluster, object.kind, namespace, name].join(' ');
}

function expectedFacts(row: SearchRow, path: string): readonly Facts[] {
  const resources = resourcesOf(path);
  const order = row.order ?? byDefault;
  const found = facts
    .filter((fact) => (resources === undefined || resources.includes(fact.resource)) && row.finds?.(fact) === true)
    .sort((a, b) => order(a, b) || byDefault(a, b));
  return row.page === undefined ? found : found.slice(...row.page);
}

function testRows(
  rows: readonly SearchRow[],
  options: { storage: SampleStorage; parameters?: readonly string[] },
): void {
  const server = serveSamples(options.storage, options.parameters);
  it.each(rows.map((row) => [row.row, row] as const))('%s', async (_, row) => {
    const path = row.path ?? pods;
    const query = encode(row.query.replaceAll('STORAGE', options.storage.name));
    const { status, body, json } = await server.get(`${base}${path}${query === '' ? '' : `?${query}`}`);
    if (row.status !== undefined) {
      expect({ status, kind: json.kind, code: json.code, failed: json.status }).toEqual({
        status: row.status,
        kind: 'Status',
        code: row.status,
        failed: 'Failure',
      });
      expect(json.message).toMatch(
        new RegExp(row.says?.source.replaceAll('STORAGE', options.storage.name) ?? '.', row.says?.flags),
      );
      return;
    }
    expect(status === 200 ? 200 : body).toBe(200);
    const expected = expectedFacts(row, path);
    expect(json.items.map(describeItem)).toEqual(expected.map(describeFact));
    row.shows?.(json, expected);
  });
}

const storages = testedStorages().map((storage) => [storage.name, storage] as const);

describe.each(storages)('search conditions on %s', (_, storage) => {
  if (storage.config === undefined) {
    it.skip(storage.notRun, () => {});
    return;
  }
  const rows = [
    ...sourceRows,
    ...conditionRows,
    ...timeRows,
    ...ownerRows,
    ...orderRows,
    ...otherRows,
    ...rawRowsWithoutGate,
    ...lexerRows,
    ...keyRows,
    ...selectorRows,
  ];
  testRows(rows, { storage });

  it('has rows that find something and rows that are refused', () => {
    const finding = rows.filter((row) => row.finds !== undefined && expectedFacts(row, row.path ?? pods).length > 0);
    expect(finding.length).toBeGreaterThan(80);
    expect(rows.filter((row) => row.status !== undefined).length).toBeGreaterThan(40);
    expect(rows.every((row) => (row.finds === undefined) !== (row.status === undefined))).toBe(true);
  });
});

describe('raw conditions on sqlite', () => {
  testRows(rawRows, {
    storage: { name: 'sqlite' },
    parameters: ['--feature-gates', 'AllowParameterizedSQLQuery=true'],
  });
});

describe('raw conditions on memory, which speaks no SQL', () => {
  const says = /rawQuery/;
  const row: SearchRow = {
    row: '2.9 a storage without SQL',
    query: 'whereSQLStatement=name = ?&whereSQLParam=x',
    status: 422,
    says,
  };
  testRows([row], { storage: { name: 'memory' }, parameters: ['--feature-gates', 'AllowParameterizedSQLQuery=true'] });
});
