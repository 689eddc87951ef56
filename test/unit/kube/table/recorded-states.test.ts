import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type PrinterColumn, prepareObject } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import { createTable } from '../../../../src/kube/table/create-table.js';
import { parseExactJson } from '../../../../src/kube/table/exact-json.js';
import { rowPreparerFor } from '../../../../src/kube/table/prepared-rows.js';
import { printerFor } from '../../../../src/kube/table/printer-for.js';
import { type RecordedTable, readRecording } from '../../../support/recordings.js';

/** See its README. */
const folder = resolve(import.meta.dirname, '../../../../../test/fixtures/states');
const types = readdirSync(folder)
  .filter((file) => file.endsWith('.tsv'))
  .map((file) => file.slice(0, -'.tsv'.length));

interface RecordedHeader {
  readonly time: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly printerColumns?: readonly PrinterColumn[];
  readonly columnDefinitions?: readonly unknown[];
}

interface PrintedRow {
  readonly cells: readonly unknown[];
  readonly conditions?: unknown;
}

describe('a Table of objects in states of all sorts', () => {
  it('is compared for every kind that was recorded', () => {
    expect(types).toHaveLength(76);
  });

  it.each(types)('of %s has the columns and cells of the recording', (type) => {
    const [first = '', ...lines] = readFileSync(join(folder, `${type}.tsv`), 'utf8')
      .trimEnd()
      .split('\n');
    const { time, apiVersion, kind, printerColumns, columnDefinitions } = JSON.parse(first) as RecordedHeader;
    const [group = '', , resource = ''] = type.replace(/^core_/, '_').split('_');
    const printer = printerFor({ group, resource, ...(printerColumns && { printerColumns }) });
    expect(printer.columns).toEqual(
      columnDefinitions ?? readRecording<RecordedTable>(`tables/${type}.json`).columnDefinitions,
    );

    const recorded = lines.map((line) => line.split('\t'));
    const objects = recorded.map(([object = '']) => ({
      cluster: 'c',
      json: prepareObject(Buffer.from(object), { cluster: 'c', apiVersion, kind }).json,
    }));
    const table = createTable({ printer, includeObject: 'None', version: 'v1' });
    const preparer = rowPreparerFor(printer);
    for (const stored of [objects, objects.map((object) => ({ ...object, row: preparer.prepare(object.json) }))]) {
      const rows = parseExactJson(`[${table.rows(stored, Date.parse(time))}]`) as readonly PrintedRow[];
      expect(rows.map(({ cells, conditions }) => [cells.slice(1), conditions])).toEqual(
        recorded.map(([, cells = '', conditions = '']) => [
          parseExactJson(cells),
          conditions === '' ? undefined : JSON.parse(conditions),
        ]),
      );
    }
  });
});
