import {
  createStorageError,
  type FieldPath,
  type ListOptions,
  type ObjectBatch,
  type ResourceStorage,
  reduceToMetadata,
  type StoredObject,
} from '@clusterdex/storage-contract';
import { type Conversion, convertObject } from '../kube/conversion/convert-object.js';
import type { JsonObject } from '../kube/conversion/json-object.js';

/**
 * A storage's objects in another version of their kind, converted one by one as they are read. Fields are compared as they are stored,
 * so what selects or orders by a field outside of the metadata is NOT_SUPPORTED. Nobody writes through it.
 */
export function convertedStorage(storage: ResourceStorage, conversion: Conversion): ResourceStorage {
  const { watch } = storage;
  const convert = (object: StoredObject, reduced = false): StoredObject => {
    const { row: _, ...others } = object;
    const json = convertJson(object.json, conversion);
    return { ...others, json: reduced ? reduceToMetadata(json) : json };
  };
  const selected = (options: ListOptions): ListOptions => {
    const { onlyMetadata: _, withRows: __, ...others } = options;
    for (const { path } of options.fieldSelector ?? []) refuseField(path, conversion);
    for (const { by } of options.orderBy ?? []) if ('path' in by) refuseField(by.path, conversion);
    return others;
  };
  return {
    async get(cluster, namespace, name, options) {
      return convert(await storage.get(cluster, namespace, name, options));
    },
    async *list(options, signal) {
      for await (const batch of storage.list(selected(options), signal)) {
        const { joined: _, release, ...others } = batch;
        const objects = batch.objects.map((object) => convert(object, isReduced(options)));
        release?.call(batch);
        yield { ...others, objects } satisfies ObjectBatch;
      }
    },
    ...(watch === undefined
      ? {}
      : {
          async *watch(options, revision, signal) {
            for await (const batch of watch.call(storage, selected(options), revision, signal)) {
              const events = batch.events.map((event) => ({
                ...event,
                object: convert(event.object, isReduced(options)),
              }));
              yield { ...batch, events };
            }
          },
        }),
    write: () => Promise.reject(readOnly(conversion)),
    recordEvents: () => Promise.reject(readOnly(conversion)),
  };
}

/** With rows, only those that have one are reduced; of these objects none has. */
function isReduced({ onlyMetadata, withRows }: ListOptions): boolean {
  return onlyMetadata === true && withRows === undefined;
}

function convertJson(json: Uint8Array, conversion: Conversion): Uint8Array {
  const object = JSON.parse(Buffer.from(json.buffer, json.byteOffset, json.length).toString()) as JsonObject;
  const { apiVersion, kind, metadata, ...others } = convertObject(object, conversion);
  return Buffer.from(JSON.stringify({ apiVersion, kind, metadata, ...others }));
}

function refuseField(path: FieldPath, { kind, from, to }: Conversion): void {
  if (path[0]?.key === 'metadata') return;
  const name = path.map(({ key }) => key).join('.');
  throw createStorageError(
    'NOT_SUPPORTED',
    `${kind} of ${to} is stored as ${from}; select and order by its fields there, not by ${JSON.stringify(name)} here`,
  );
}

function readOnly({ kind, to }: Conversion): Error {
  return createStorageError('NOT_SUPPORTED', `${kind} of ${to} is not stored itself`);
}
