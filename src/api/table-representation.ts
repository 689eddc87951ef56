import type { CollectionListOptions, StoredObject } from '@clusterdex/storage-contract';
import type { Printer } from '../kube/printers/printer.js';
import { createTable, type Table } from '../kube/table/create-table.js';
import type { MetaVersion } from '../kube/table/partial-objects.js';
import { answerMemory, releaseAnswer } from './answer-memory.js';
import { findMember } from './find-member.js';
import { injectEvents } from './inject-events.js';
import type { Representation } from './representation.js';

export interface TableRepresentationOptions {
  readonly printer: Printer;
  readonly version: MetaVersion;
  readonly includeObject: 'None' | 'Metadata' | 'Object';
  /** Milliseconds since the epoch: ages are as of then. */
  now(): number;
}

/** Objects as rows of a Table. */
export function tableRepresentation(options: TableRepresentationOptions): Representation {
  const { includeObject, now } = options;
  const onlyMetadata = includeObject !== 'Object';
  const whole = createTable(options);
  const listed = createTable({ ...options, onlyMetadata, memory: answerMemory });
  const withRows = listed.rowPrefix === undefined ? undefined : { prefix: listed.rowPrefix };

  return {
    forList: (asked) => ({
      ...withoutMetadata(asked),
      ...(onlyMetadata && { onlyMetadata }),
      ...(withRows !== undefined && { withRows }),
    }),
    forWatch: withoutMetadata,
    list: ({ metadata, describedAtEnd, injectEvents: withEvents }) => ({
      opening: listed.opening,
      describe: (summary) => `,"metadata":${JSON.stringify(metadata(summary))}${listed.columns}`,
      describedAtEnd,
      member: 'rows',
      items({ objects }) {
        const bytes = listed.rows(withEvents ? objects.map(withInjected) : objects, now());
        return { bytes, release: releaseAnswer(Buffer.from(bytes.buffer)) };
      },
    }),
    object: (object) => single(whole, withInjected(object)),
    events() {
      let columns = true;
      return (object, revision) => {
        const bytes = whole.single(JSON.stringify({ resourceVersion: revision }), object, { now: now(), columns });
        columns = false;
        return bytes;
      };
    },
  };

  function single(table: Table, object: StoredObject): Uint8Array {
    return table.single(listMetadataOf(object.json), object, { now: now(), columns: true });
  }
}

/** A row is made of the whole object where there is none. */
function withoutMetadata({ onlyMetadata: _, ...options }: CollectionListOptions): CollectionListOptions {
  return options;
}

function withInjected(object: StoredObject): StoredObject {
  return { ...object, json: injectEvents(object) };
}

function listMetadataOf(json: Uint8Array): string {
  const at = findMember(json, findMember(json, 0, 'metadata'), 'resourceVersion');
  if (at === -1) return '{}';
  const text = Buffer.from(json.buffer, json.byteOffset + at, json.byteLength - at);
  return `{"resourceVersion":${text.toString('utf8', 0, text.indexOf('"', 1) + 1)}}`;
}
