import { column } from '../printers/column.js';
import type { ColumnDefinition, Printer } from '../printers/printer.js';
import { findMetadata } from './find-metadata.js';
import type { MetaVersion } from './partial-objects.js';
import { rowPreparerFor } from './prepared-rows.js';
import { renderRow } from './row-text.js';
import { collectRows, createRowWriter, type RowMemory, type RowWriter } from './row-writer.js';

export interface CreateTableOptions {
  readonly printer: Printer;
  readonly includeObject: 'None' | 'Metadata' | 'Object';
  /** Of meta.k8s.io: of the Table and of the PartialObjectMetadata in its rows. */
  readonly version: MetaVersion;
  /**
   * Objects come as a list with `onlyMetadata` gives them, and with `withRows` where the table has a `rowPrefix`. Not with includeObject
   * Object.
   */
  readonly onlyMetadata?: boolean;
  /** For the rows: each piece of memory is the caller's when its rows are. */
  readonly memory?: RowMemory;
}

/** A stored object, as a storage returns it. */
export interface TableObject {
  readonly cluster: string;
  /** What prepareObject wrote; with `onlyMetadata` reduced to its metadata if there is a row, or if that suffices. */
  readonly json: Uint8Array;
  /** The row text that was prepared when the object was written, where the storage has one. */
  readonly row?: string;
}

/** A list of objects on its way to becoming a Table. */
export interface Table {
  /** The first members of the document, from its brace on; metadata, columns and rows are to follow. */
  readonly opening: string;
  /** The member that holds the columns, with a comma in front. */
  readonly columns: string;
  /**
   * The rows, joined by commas: one for each object, empty for none. `now` in milliseconds since the epoch. Throws for an object
   * that is reduced to its metadata and has a row text that was made for another table.
   */
  rows(objects: readonly TableObject[], now: number): Buffer;
  /**
   * A Table of one row, for a single object or an event of a watch. A watch gives the columns with its first event only, and shows
   * a bookmark as an object that has nothing but a resourceVersion.
   */
  single(metadata: string, object: TableObject, options: { readonly now: number; readonly columns: boolean }): Buffer;
  /**
   * How the row texts begin that were prepared for this table: the `prefix` of `withRows`. Undefined where apiVersion, kind and metadata
   * are all that a row shows, so that none are prepared.
   */
  readonly rowPrefix: string | undefined;
}

const closingBrace = 0x7d;

export const clusterColumn: ColumnDefinition = column('Cluster', 'Name of the cluster that the object belongs to.');

/** Turns stored objects into the rows of a Table without parsing them: see docs/adr/0010-tables.md. */
export function createTable(options: CreateTableOptions): Table {
  const { printer, includeObject, version, onlyMetadata = false, memory } = options;
  const preparer = rowPreparerFor(printer);
  const columns = `,"columnDefinitions":${JSON.stringify([clusterColumn, ...printer.columns])}`;
  const opening = `{"kind":"Table","apiVersion":"meta.k8s.io/${version}"`;
  const partial = `,"object":{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/${version}","metadata":`;
  const writer = createRowWriter(memory);
  const singleWriter = createRowWriter();
  const clusterCells = new Map<string, string>();

  const isReduced = ({ row }: TableObject) => onlyMetadata && (preparer.metadataSuffices || row !== undefined);

  const fresh = (object: TableObject): string => {
    if (!preparer.metadataSuffices && isReduced(object)) {
      throw new Error('a row needs the whole object or a row text made for its table, found neither');
    }
    return preparer.read(preparer.prepare(object.json)) ?? '';
  };

  const cellsOf = (object: TableObject, now: number): string => {
    const { cluster, row } = object;
    let first = clusterCells.get(cluster);
    if (first === undefined) {
      first = `{"cells":[${JSON.stringify(cluster)},`;
      clusterCells.set(cluster, first);
    }
    return first + renderRow((row === undefined ? undefined : preparer.read(row)) ?? fresh(object), now);
  };

  const writeRow = (to: RowWriter, object: TableObject, now: number, separator: string): void => {
    const cells = separator + cellsOf(object, now);
    const { json } = object;
    if (includeObject === 'None') {
      to.text(`${cells},"object":null}`);
    } else if (includeObject === 'Object') {
      to.text(`${cells},"object":`);
      to.bytes(json, 0, json.length);
      to.byte(closingBrace);
    } else {
      const { start, end } = findMetadata(json, isReduced(object));
      to.text(cells + partial);
      to.bytes(json, start, end);
      to.byte(closingBrace);
      to.byte(closingBrace);
    }
  };

  return {
    opening,
    columns,
    rows: (objects, now) =>
      collectRows(writer, (to) => {
        for (const [index, object] of objects.entries()) writeRow(to, object, now, index === 0 ? '' : ',');
      }),
    single: (metadata, object, { now, columns: withColumns }) =>
      collectRows(singleWriter, (to) => {
        to.text(`${opening},"metadata":${metadata}${withColumns ? columns : ',"columnDefinitions":null'},"rows":[`);
        writeRow(to, object, now, '');
        to.text(']}');
      }),
    rowPrefix: preparer.metadataSuffices ? undefined : preparer.prefix,
  };
}
