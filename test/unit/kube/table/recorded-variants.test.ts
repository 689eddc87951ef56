import { describe, expect, it } from '@jest/globals';
import { createTable, type Table } from '../../../../src/kube/table/create-table.js';
import {
  keyOf,
  printerOf,
  type RecordedObject,
  type RecordedRow,
  type RecordedTable,
  readRecording,
  startOf,
  storedObjects,
} from '../../../support/recordings.js';

const includeObjects = ['None', 'Object'] as const;
const kinds = ['apps_v1_deployments', 'core_v1_nodes', 'core_v1_pods', 'core_v1_services'];
const singles = [
  'apps_v1_deployments.single-web',
  'core_v1_nodes.single-worker-1',
  'core_v1_pods.single-cart-6f7d-crash',
  'core_v1_services.single-lb-many',
];

describe('the recorded variants of Tables', () => {
  for (const type of kinds) {
    for (const includeObject of includeObjects) {
      it(`${type} with includeObject=${includeObject}`, () => {
        const file = `tables/variants/${type}.includeObject-${includeObject}.json`;
        const recorded = readRecording<RecordedTable>(file);
        const table = createTable({ printer: printerOf(type), includeObject, version: 'v1' });
        const objects = [...storedObjects(type).values()];
        const printed = parse(table, recorded, table.rows(objects, startOf(file)).toString());
        expect(printed).toEqual(withoutManagedFields(recorded));
      });
    }

    it(`${type}, two of them, to be continued`, () => {
      const file = `tables/variants/${type}.limit-2.json`;
      const recorded = readRecording<RecordedTable>(file);
      expect(recorded.metadata).toHaveProperty('remainingItemCount');
      const table = createTable({ printer: printerOf(type), includeObject: 'Metadata', version: 'v1' });
      const rows = table.rows([...storedObjects(type).values()].slice(0, 2), startOf(file)).toString();
      expect(parse(table, recorded, rows)).toEqual(withoutManagedFields(recorded));
    });
  }

  for (const single of singles) {
    for (const includeObject of ['Metadata', 'Object'] as const) {
      const variant = includeObject === 'Metadata' ? single : `${single}.includeObject-Object`;
      it(variant, () => {
        const type = single.slice(0, single.indexOf('.'));
        const file = `tables/variants/${variant}.json`;
        const recorded = readRecording<RecordedTable>(file);
        const object = storedObjects(type).get(keyOf(recorded.rows[0]?.object as RecordedObject));
        if (object === undefined) throw new Error(`${variant}: not in the list`);
        const table = createTable({ printer: printerOf(type), includeObject, version: 'v1' });
        const metadata = JSON.stringify(recorded.metadata);
        const bytes = table.single(metadata, object, { now: startOf(file), columns: true });
        expect(withoutCluster(JSON.parse(bytes.toString()) as RecordedTable)).toEqual(withoutManagedFields(recorded));
      });
    }
  }

  it('a single custom resource', () => {
    const type = 'delivery.acme.example_v1_rollouts';
    const recorded = readRecording<RecordedTable>('tables/variants/rollouts.single.json');
    const object = storedObjects(type).get(keyOf(recorded.rows[0]?.object as RecordedObject));
    const table = createTable({ printer: printerOf(type), includeObject: 'Metadata', version: 'v1' });
    const rows = table.rows(object === undefined ? [] : [object], startOf('tables/variants/rollouts.single.json'));
    expect(parse(table, recorded, rows.toString())).toEqual(withoutManagedFields(recorded));
  });

  it('meta.k8s.io/v1beta1, in the Table and in its rows', () => {
    const file = 'tables/variants/core_v1_pods.v1beta1.json';
    const recorded = readRecording<RecordedTable>(file);
    const table = createTable({ printer: printerOf('core_v1_pods'), includeObject: 'Metadata', version: 'v1beta1' });
    const objects = [...storedObjects('core_v1_pods').values()].slice(0, recorded.rows.length);
    const printed = parse(table, recorded, table.rows(objects, startOf(file)).toString());
    expect(printed).toEqual(withoutManagedFields(recorded));
  });

  it('an empty list', () => {
    const recorded = readRecording<RecordedTable>('tables/variants/core_v1_pods.empty-namespace.json');
    const table = createTable({ printer: printerOf('core_v1_pods'), includeObject: 'Metadata', version: 'v1' });
    expect(parse(table, recorded, table.rows([], 0).toString())).toEqual(recorded);
  });
});

function parse(table: Table, recorded: RecordedTable, rows: string): RecordedTable {
  return withoutCluster(
    JSON.parse(
      `${table.opening},"metadata":${JSON.stringify(recorded.metadata)}${table.columns},"rows":[${rows}]}`,
    ) as RecordedTable,
  );
}

/** What only we add: the first column, the annotation of the objects. */
function withoutCluster(table: RecordedTable): RecordedTable {
  return {
    ...table,
    columnDefinitions: table.columnDefinitions.slice(1),
    rows: table.rows.map((row) => ({ ...row, cells: row.cells.slice(1), object: withoutAnnotations(row.object) })),
  };
}

/** What a storage does not keep. */
function withoutManagedFields(table: RecordedTable): RecordedTable {
  return { ...table, rows: table.rows.map((row) => ({ ...row, object: withoutAnnotations(row.object) })) };
}

/** Annotations are prepared when an object is written, and tested there. */
function withoutAnnotations(object: RecordedRow['object']): RecordedRow['object'] {
  if (object === null) return null;
  const { annotations: _, managedFields: __, ...metadata } = object.metadata as Record<string, unknown>;
  return { ...object, metadata: metadata as RecordedObject['metadata'] };
}
