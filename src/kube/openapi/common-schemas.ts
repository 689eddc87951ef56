import type { ResourceType } from '@clusterdex/storage-contract';
import { isJsonObject, type JsonObject } from './json-value.js';
import type { SchemaLibrary } from './schema-library.js';

export type Kind = Pick<ResourceType, 'group' | 'version' | 'kind'>;

/** What types that a library does not know are made of. */
export interface CommonSchemas {
  /** The members that every object has. */
  readonly objectProperties: JsonObject;
  /** Says nothing of what an object holds: whatever is there is allowed. */
  openSchema(kind: Kind): JsonObject;
  /** A list of the objects whose schema is called `element`. */
  listSchema(kind: Kind, element: string, extensions?: JsonObject): JsonObject;
}

export const schemasPrefix = '#/components/schemas/';

/** An object of which a library has everything that others have, and little else. */
const model = { group: '', version: 'v1', kind: 'Service' };

/** Takes the words for what all objects have from an object that the library knows. */
export function createCommonSchemas(library: SchemaLibrary): CommonSchemas {
  const objectProperties = propertiesOf(library, model.kind);
  const listProperties = propertiesOf(library, `${model.kind}List`);
  return {
    objectProperties,
    openSchema: ({ group, version, kind }) => ({
      description: `${kind} of ${group === '' ? version : `${group}/${version}`}, whose schema is not known here.`,
      type: 'object',
      properties: objectProperties,
      'x-kubernetes-group-version-kind': [{ group, kind, version }],
      'x-kubernetes-preserve-unknown-fields': true,
    }),
    listSchema: ({ group, version, kind }, element, extensions = {}) => ({
      description: `${kind}List is a list of ${kind}`,
      type: 'object',
      required: ['items'],
      properties: {
        ...listProperties,
        items: { description: `List of ${kind}.`, type: 'array', items: { $ref: `${schemasPrefix}${element}` } },
      },
      'x-kubernetes-group-version-kind': [{ group, kind: `${kind}List`, version }],
      ...extensions,
    }),
  };
}

function propertiesOf(library: SchemaLibrary, kind: string): JsonObject {
  const text = library.text(library.nameOf(model.group, model.version, kind) ?? '');
  if (text === undefined) throw new Error(`the library of schemas has no ${kind}`);
  const { properties } = JSON.parse(text) as JsonObject;
  if (!isJsonObject(properties)) throw new Error(`the library's ${kind} has no properties`);
  const { apiVersion, kind: kindProperty, metadata } = properties;
  if (!isJsonObject(apiVersion) || !isJsonObject(kindProperty) || !isJsonObject(metadata)) {
    throw new Error(`the library's ${kind} is no object of Kubernetes`);
  }
  const { default: _, ...described } = metadata;
  return { apiVersion, kind: kindProperty, metadata: described };
}
