import { describe, expect, it } from '@jest/globals';
import { clusterColumn, createTable, type TableObject } from '../../../../src/kube/table/create-table.js';
import { rowPreparerFor } from '../../../../src/kube/table/prepared-rows.js';
import {
  keyOf,
  printerOf,
  type RecordedTable,
  readRecording,
  recordedTypes,
  startOf,
  storedObjects,
} from '../../../support/recordings.js';

describe('a Table of each recorded kind', () => {
  it('knows every kind that was recorded', () => {
    expect(recordedTypes).toHaveLength(66);
  });

  for (const type of recordedTypes) {
    const file = `tables/${type}.json`;

    it(`of ${type} has the columns and cells of the recording`, () => {
      const recorded = readRecording<RecordedTable>(file);
      const printed = print(type, recorded, (object) => object);
      expect(printed.columnDefinitions[0]).toEqual(clusterColumn);
      expect(printed.columnDefinitions.slice(1)).toEqual(recorded.columnDefinitions);
      expect(printed.rows.map(({ cells }) => cells[0])).toEqual(recorded.rows.map(() => 'alpha'));
      expect(printed.rows.map(withoutCluster)).toEqual(recorded.rows.map(withoutObject));
    });

    it(`of ${type} is the same from rows prepared before`, () => {
      const recorded = readRecording<RecordedTable>(file);
      const preparer = rowPreparerFor(printerOf(type));
      const printed = print(type, recorded, (object) => ({
        ...object,
        json: Buffer.from('{"apiVersion":"v1","kind":"Other","metadata":{}}'),
        row: preparer.prepare(object.json),
      }));
      expect(printed.rows.map(withoutCluster)).toEqual(recorded.rows.map(withoutObject));
    });
  }
});

function print(type: string, recorded: RecordedTable, store: (object: TableObject) => TableObject): RecordedTable {
  const stored = storedObjects(type);
  // In the order of the recording: a kube-apiserver sorts the rows of one kind, which is the storage's affair here.
  const objects = recorded.rows.map(({ object }) => {
    const found = object === null ? undefined : stored.get(keyOf(object));
    if (found === undefined) throw new Error(`${type}: no object for the row of ${JSON.stringify(object)}`);
    return store(found);
  });
  const table = createTable({ printer: printerOf(type), includeObject: 'Metadata', version: 'v1' });
  const rows = table.rows(objects, startOf(`tables/${type}.json`));
  return JSON.parse(`${table.opening},"metadata":{}${table.columns},"rows":[${rows}]}`) as RecordedTable;
}

function withoutCluster({ cells, conditions }: RecordedTable['rows'][number]): unknown {
  return { cells: cells.slice(1), conditions };
}

function withoutObject({ cells, conditions }: RecordedTable['rows'][number]): unknown {
  return { cells, conditions };
}
