import { describe, expect, it } from '@jest/globals';
import {
  keyOf,
  type RecordedObject,
  type RecordedRow,
  type RecordedTable,
  readRecording,
  recordedTypes,
  startOf,
} from '../support/recordings.js';
import { serveRecording } from '../support/serve-recording.js';

const tableType = 'application/json;as=Table;v=v1;g=meta.k8s.io';
/** Other views of objects that a dump holds once. */
const otherViews = [
  'autoscaling_v1_horizontalpodautoscalers',
  'delivery.acme.example_v1alpha1_rollouts',
  'events.k8s.io_v1_events',
];
const storedTypes = recordedTypes.filter((type) => !otherViews.includes(type));

describe.each(['sqlite', 'memory'])('Tables of a recorded cluster on %s', (storageName) => {
  const server = serveRecording(storageName);

  async function table(path: string, file: string): Promise<RecordedTable> {
    server.setTime(startOf(file));
    const response = await fetch(`${server.cluster}${path}`, { headers: { accept: tableType } });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    return (await response.json()) as RecordedTable;
  }

  it('are of 63 types', () => {
    expect(storedTypes).toHaveLength(63);
  });

  it.each(storedTypes)('%s', async (type) => {
    const file = `tables/${type}.json`;
    const recorded = readRecording<RecordedTable>(file);
    const printed = await table(pathOf(type), file);
    expect(printed).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
    expect(printed.columnDefinitions[0]).toMatchObject({ name: 'Cluster', type: 'string', format: '', priority: 0 });
    expect(printed.columnDefinitions.slice(1)).toEqual(recorded.columnDefinitions);
    expect(printed.rows.map(({ cells }) => cells[0])).toEqual(recorded.rows.map(() => 'alpha'));
    expect(inOrder(type, printed.rows).map(comparable)).toEqual(inOrder(type, recorded.rows).map(asStored));
  });
});

/** A kube-apiserver computes component statuses, in whatever order they come. */
function inOrder(type: string, rows: readonly RecordedRow[]): readonly RecordedRow[] {
  if (type !== 'core_v1_componentstatuses') return rows;
  const key = ({ object }: RecordedRow) => keyOf(object as RecordedObject);
  return rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

function comparable({ cells, conditions, object }: RecordedRow): unknown {
  return { cells: cells.slice(1), conditions, object: withoutAnnotations(object) };
}

function asStored({ cells, conditions, object }: RecordedRow): unknown {
  return { cells, conditions, object: withoutAnnotations(object) };
}

/** A storage does not keep managedFields, and adds an annotation. A lease was renewed between the recordings. */
function withoutAnnotations(object: RecordedObject | null): unknown {
  const {
    annotations: _,
    managedFields: __,
    resourceVersion,
    ...metadata
  } = (object?.metadata ?? {}) as Record<string, unknown>;
  const isRenewed = String(metadata.name).startsWith('apiserver-');
  return { ...object, metadata: isRenewed ? metadata : { ...metadata, resourceVersion } };
}

function pathOf(type: string): string {
  const [group = '', version, resource] = type.replace(/^core_/, '_').split('_');
  return group === '' ? `/api/${version}/${resource}` : `/apis/${group}/${version}/${resource}`;
}
