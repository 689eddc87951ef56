import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { collectionPrinter } from '../../../../src/kube/printers/collection-printer.js';
import { customResourcePrinter } from '../../../../src/kube/printers/custom-resource-printer.js';
import { createTable } from '../../../../src/kube/table/create-table.js';
import { printersVersion, rowPreparerFor } from '../../../../src/kube/table/prepared-rows.js';
import { printerFor } from '../../../../src/kube/table/printer-for.js';
import { encodeRow, renderRow } from '../../../../src/kube/table/row-text.js';
import { printerOf, recordedTypes, storedObjects } from '../../../support/recordings.js';

const metadata =
  '"metadata":{"name":"n","creationTimestamp":"2026-11-20T11:00:00Z","annotations":{"a":"}\\"{","z":"é"}}';
const json = Buffer.from(`{"apiVersion":"v1","kind":"ConfigMap",${metadata},"data":{"a":"1","b":"2"}}`);
const reduced = Buffer.from(`{"apiVersion":"v1","kind":"ConfigMap",${metadata}}`);
const configMaps = printerFor({ group: '', resource: 'configmaps' });
const now = Date.parse('2026-11-20T12:00:00Z');

describe('a row that was prepared before', () => {
  const row = rowPreparerFor(configMaps).prepare(json);

  it('grows older', () => {
    const table = createTable({ printer: configMaps, includeObject: 'None', version: 'v1' });
    const cells = (at: number) => JSON.parse(table.rows([{ cluster: 'c', json, row }], at).toString()).cells;
    expect(cells(now)).toEqual(['c', 'n', 2, '60m']);
    expect(cells(now + 3 * 3600_000)).toEqual(['c', 'n', 2, '4h']);
  });

  it('needs the metadata of its object only', () => {
    const whole = createTable({ printer: configMaps, includeObject: 'Metadata', version: 'v1' });
    const ofReduced = createTable({
      printer: configMaps,
      includeObject: 'Metadata',
      version: 'v1',
      onlyMetadata: true,
    });
    const rows = ofReduced.rows([{ cluster: 'c', json: reduced, row }], now).toString();
    expect(rows).toBe(whole.rows([{ cluster: 'c', json }], now).toString());
    expect(JSON.parse(rows).object).toEqual({
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      ...JSON.parse(`{${metadata}}`),
    });
  });

  it('is made anew when it was prepared for other columns', () => {
    const columns = (name: string) => customResourcePrinter([{ name, type: 'string', jsonPath: '.data.a' }]);
    const other = rowPreparerFor(columns('Other')).prepare(json);
    const table = createTable({ printer: columns('A'), includeObject: 'None', version: 'v1' });
    expect(other.startsWith(String(table.rowPrefix))).toBe(false);
    expect(rowPreparerFor(columns('A')).prepare(json).startsWith(String(table.rowPrefix))).toBe(true);
    for (const stale of [other, '', 'nonsense']) {
      expect(JSON.parse(table.rows([{ cluster: 'c', json, row: stale }], now).toString()).cells).toEqual([
        'c',
        'n',
        '1',
      ]);
    }
  });
});

describe('an object that is reduced to its metadata', () => {
  const table = (resource: string) =>
    createTable({
      printer: printerFor({ group: '', resource }),
      includeObject: 'None',
      version: 'v1',
      onlyMetadata: true,
    });

  it('is enough for kinds that show nothing else', () => {
    expect(table('serviceaccounts').rowPrefix).toBeUndefined();
    expect(table('limitranges').rowPrefix).toBeUndefined();
    const rows = table('serviceaccounts')
      .rows([{ cluster: 'c', json: reduced }], now)
      .toString();
    expect(JSON.parse(rows).cells).toEqual(['c', 'n', '60m']);
  });

  it('may stand beside whole ones that have no row text', () => {
    const configMapTable = createTable({
      printer: configMaps,
      includeObject: 'Metadata',
      version: 'v1',
      onlyMetadata: true,
    });
    const row = rowPreparerFor(configMaps).prepare(json);
    const reducedRows = configMapTable.rows([{ cluster: 'c', json: reduced, row }], now).toString();
    expect(configMapTable.rows([{ cluster: 'c', json }], now).toString()).toBe(reducedRows);
  });

  it('is refused with the row text of another table, rather than shown wrongly', () => {
    const row = rowPreparerFor(printerFor({ group: '', resource: 'pods' })).prepare(json);
    expect(() => table('configmaps').rows([{ cluster: 'c', json: reduced, row }], now)).toThrow(/whole object/);
  });
});

describe('the version of the printers', () => {
  it('is raised with what they show', () => {
    const hash = createHash('sha256');
    for (const type of recordedTypes) {
      const preparer = rowPreparerFor(printerOf(type));
      for (const [key, object] of storedObjects(type)) hash.update(`${key} ${preparer.prepare(object.json)}\n`);
    }
    // Another hash means that stored rows are out of date: raise printersVersion, then put the new hash here.
    expect([printersVersion, hash.digest('hex').slice(0, 16)]).toEqual(['2', '94207043d22024cd']);
  });
});

describe('renderRow', () => {
  it.each<[Parameters<typeof encodeRow>[0], string]>([
    [[], ']'],
    [['a', 1, true, null], '"a",1,true,null]'],
    [[{ since: now - 5000 }], '"5s"]'],
    [[{ before: '3 (', since: now - 60_000, after: ' ago)' }, 'x', { since: now }], '"3 (60s ago)","x","0s"]'],
    [['\u0001 0 \u0001', { before: '"\u0001', since: now, after: '\\' }], '"\\u0001 0 \\u0001","\\"\\u00010s\\\\"]'],
  ])('%j', (cells, expected) => {
    expect(renderRow(encodeRow(cells), now)).toBe(expected);
  });
});

describe('a Table of one object', () => {
  const table = createTable({ printer: configMaps, includeObject: 'Metadata', version: 'v1' });

  it('comes without columns from the second event of a watch on', () => {
    const event = (columns: boolean) =>
      JSON.parse(table.single('{"resourceVersion":"7"}', { cluster: 'c', json }, { now, columns }).toString());
    expect(event(true).columnDefinitions.map(({ name }: { name: string }) => name)).toEqual([
      'Cluster',
      'Name',
      'Data',
      'Age',
    ]);
    expect(event(false)).toMatchObject({ kind: 'Table', columnDefinitions: null, metadata: { resourceVersion: '7' } });
  });

  it('shows a bookmark as an object that has nothing else', () => {
    const bookmark = Buffer.from('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"resourceVersion":"7"}}');
    const { rows } = JSON.parse(
      table.single('{"resourceVersion":"7"}', { cluster: '', json: bookmark }, { now, columns: false }).toString(),
    );
    expect(rows).toEqual([
      {
        cells: ['', '', 0, '<unknown>'],
        object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { resourceVersion: '7' } },
      },
    ]);
  });
});

describe('a Table of many kinds', () => {
  it('says of each object what it is', () => {
    const table = createTable({ printer: collectionPrinter, includeObject: 'None', version: 'v1', onlyMetadata: true });
    const deployment = Buffer.from(
      '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","namespace":"s"}}',
    );
    const rows = table
      .rows(
        [
          { cluster: 'c', json: reduced },
          { cluster: 'c', json: deployment },
        ],
        now,
      )
      .toString();
    expect(JSON.parse(`[${rows}]`).map(({ cells }: { cells: unknown }) => cells)).toEqual([
      ['c', '', 'v1', 'ConfigMap', '', 'n', '60m'],
      ['c', 'apps', 'v1', 'Deployment', 's', 'd', '<unknown>'],
    ]);
  });
});
