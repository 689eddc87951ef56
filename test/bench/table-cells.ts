import { prepareObject } from '@clusterdex/storage-contract';
import { podPrinter } from '../../src/kube/printers/pods.js';
import type { Fields } from '../../src/kube/printers/printer.js';
import { createTable, type TableObject } from '../../src/kube/table/create-table.js';
import { extractFields } from '../../src/kube/table/extract-fields.js';
import { compileFieldPlan } from '../../src/kube/table/field-plan.js';
import { rowPreparerFor } from '../../src/kube/table/prepared-rows.js';
import { generateFleet } from '../support/fleet.js';

/**
 * What the rows of a Table of 500 pods cost, by way of making them; run it after a build with
 * `node dist/test/bench/table-cells.js`. The figures stand in docs/adr/0010-tables.md.
 */
const count = 500;
const rounds = 200;
const now = Date.now();

const whole = pods();
const bytes = whole.reduce((sum, { json }) => sum + json.length, 0);
console.log(
  `${count} pods, ${(bytes / 1e6).toFixed(2)} MB; milliseconds for all of them: the fastest of ${rounds} rounds, and the median\n`,
);

const preparer = rowPreparerFor(podPrinter);
const plan = compileFieldPlan(['metadata.name', 'metadata.creationTimestamp', ...podPrinter.fields]);
const withRows = whole.map((object) => ({ ...object, row: preparer.prepare(object.json) }));
const reduced = withRows.map((object) => ({ ...object, json: metadataOnly(object.json) }));
const rows = withRows.reduce((sum, { row }) => sum + row.length, 0);
const table = createTable({ printer: podPrinter, includeObject: 'Metadata', version: 'v1' });
const none = createTable({ printer: podPrinter, includeObject: 'None', version: 'v1' });
const all = createTable({ printer: podPrinter, includeObject: 'Object', version: 'v1' });
const ofReduced = createTable({ printer: podPrinter, includeObject: 'Metadata', version: 'v1', onlyMetadata: true });

measure('JSON.parse of each object', () => whole.map(({ json }) => JSON.parse(text(json))));
measure('  and its cells', () => whole.map(({ json }) => podPrinter.cells(JSON.parse(text(json)) as Fields)));
measure('extracted fields', () => whole.map(({ json }) => extractFields(json, plan)));
measure('  and row texts, as when an object is written', () => whole.map(({ json }) => preparer.prepare(json)));
measure('rows from whole objects, metadata', () => table.rows(whole, now));
measure('rows from whole objects with a row text, metadata', () => table.rows(withRows, now));
measure('rows from reduced objects with a row text, metadata', () => ofReduced.rows(reduced, now));
measure('rows with a row text, no object', () => none.rows(reduced, now));
measure('rows with a row text, whole objects', () => all.rows(withRows, now));
console.log(
  `\nrow texts: ${Math.round(rows / count)} bytes each; a Table: ${(ofReduced.rows(reduced, now).length / 1e6).toFixed(2)} MB`,
);

function pods(): TableObject[] {
  const found: TableObject[] = [];
  for (const { cluster, type, object } of generateFleet({ seed: 1, clusters: ['alpha'], pods: count })) {
    if (type.resource !== 'pods') continue;
    found.push({ cluster, json: prepareObject(Buffer.from(JSON.stringify(object)), { cluster }).json });
  }
  return found;
}

function metadataOnly(json: Uint8Array): Uint8Array {
  const { metadataEnd } = prepareObject(json, { cluster: 'alpha' });
  return Buffer.concat([json.subarray(0, metadataEnd), Buffer.from('}')]);
}

function text(json: Uint8Array): string {
  return Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString();
}

function measure(name: string, run: () => unknown): void {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    run();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  console.log(`${figure(times[0])}${figure(times[rounds / 2])}  ${name}`);
}

function figure(milliseconds = 0): string {
  return milliseconds.toFixed(2).padStart(8);
}
