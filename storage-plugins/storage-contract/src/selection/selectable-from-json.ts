import { fieldValue } from './field-value.js';
import { parseFields } from './parse-fields.js';
import { parseMilliseconds } from './parse-time.js';
import type { SelectableObject } from './selectable-object.js';

const decoder = new TextDecoder();

/** Parses a stored object, for whoever has nothing but its bytes. Throws SyntaxError when they are no JSON. */
export function selectableFromJson(json: Uint8Array, cluster: string): SelectableObject {
  const fields = parseFields(decoder.decode(json));
  const metadata = fieldValue([{ key: 'metadata' }], fields);
  const created = text(metadata, 'creationTimestamp');
  return {
    cluster,
    namespace: text(metadata, 'namespace'),
    name: text(metadata, 'name'),
    uid: text(metadata, 'uid'),
    kind: text(fields, 'kind'),
    resourceVersion: text(metadata, 'resourceVersion'),
    ownerUid: controllerUid(fieldValue([{ key: 'ownerReferences' }], metadata)),
    labels: stringMembers(fieldValue([{ key: 'labels' }], metadata)),
    createdAt: created === '' ? undefined : parseMilliseconds(created),
    syncedAt: undefined,
    json,
    fields: () => fields,
  };
}

function text(value: unknown, key: string): string {
  const member = fieldValue([{ key }], value);
  return typeof member === 'string' ? member : '';
}

function controllerUid(references: unknown): string {
  if (!Array.isArray(references)) return '';
  const controller = references.find((reference) => fieldValue([{ key: 'controller' }], reference) === true);
  return text(controller, 'uid');
}

function stringMembers(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).filter(([, member]) => typeof member === 'string'));
}
