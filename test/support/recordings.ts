import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type PrinterColumn, prepareObject } from '@clusterdex/storage-contract';
import type { Printer } from '../../src/kube/printers/printer.js';
import type { TableObject } from '../../src/kube/table/create-table.js';
import { printerFor } from '../../src/kube/table/printer-for.js';

/** What a kube-apiserver answered, in test/fixtures/alpha: see its README. */
const folder = resolve(import.meta.dirname, '../../../test/fixtures/alpha');

export interface RecordedObject {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly resourceVersion: string };
  readonly [member: string]: unknown;
}

export interface RecordedRow {
  readonly cells: readonly unknown[];
  readonly conditions?: readonly unknown[];
  readonly object: RecordedObject | null;
}

export interface RecordedTable {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly columnDefinitions: readonly unknown[];
  readonly rows: readonly RecordedRow[];
}

interface RecordedList {
  readonly apiVersion: string;
  readonly kind: string;
  readonly items: readonly RecordedObject[];
}

interface CustomResourceDefinition extends RecordedObject {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly {
      readonly name: string;
      readonly additionalPrinterColumns?: readonly PrinterColumn[];
    }[];
  };
}

/** Names of the recorded types as files have them: `apps_v1_deployments`; the core group is called `core`. */
export const recordedTypes: readonly string[] = readdirSync(join(folder, 'tables'))
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length));

const starts = new Map(
  readRecording<readonly { readonly file: string; readonly start: string }[]>('requests.json').map((request) => [
    request.file,
    Date.parse(request.start),
  ]),
);
const customResourceDefinitions = readRecording<{ readonly items: readonly CustomResourceDefinition[] }>(
  'lists/apiextensions.k8s.io_v1_customresourcedefinitions.json',
).items;

export function readRecording<T>(file: string): T {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as T;
}

/** When the request of a recording was made, in milliseconds since the epoch: ages in it are as of then. */
export function startOf(file: string): number {
  const start = starts.get(file);
  if (start === undefined) throw new Error(`no request recorded for ${file}`);
  return start;
}

export function printerOf(type: string): Printer {
  const [group = '', version, resource = ''] = type.replace(/^core_/, '_').split('_');
  const definition = customResourceDefinitions.find(
    ({ spec }) => spec.group === group && spec.names.plural === resource,
  );
  const served = definition?.spec.versions.find(({ name }) => name === version);
  return printerFor({
    group,
    resource,
    ...(served === undefined ? {} : { printerColumns: served.additionalPrinterColumns ?? [] }),
  });
}

/** The objects of a recorded list as a storage hands them out, by `namespace/name`. */
export function storedObjects(type: string): ReadonlyMap<string, TableObject> {
  const list = readRecording<RecordedList>(`lists/${type}.json`);
  const { apiVersion } = list;
  const kind = list.kind.slice(0, -'List'.length);
  return new Map(
    list.items.map((item) => [
      keyOf(item),
      {
        cluster: 'alpha',
        json: prepareObject(Buffer.from(JSON.stringify(item)), { cluster: 'alpha', apiVersion, kind }).json,
      },
    ]),
  );
}

export function keyOf({ metadata }: RecordedObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
