import { isJsonObject, type JsonObject, type JsonValue } from './json-value.js';

export interface CustomResourceSchema {
  readonly schema: JsonObject;
  /** What the schema of the list has, too. */
  readonly extensions: JsonObject;
}

/** Deeper than anybody writes, and less deep than a stack: what is below it may be anything. */
const deepest = 200;
const integerOrString: JsonValue = [{ type: 'integer' }, { type: 'string' }];
const embeddedRequirements = ['kind', 'apiVersion'];

/**
 * The schema of a custom resource, from its CustomResourceDefinition (v1 or v1beta1, parsed): what every object has is filled in, as a
 * kube-apiserver publishes it. Undefined when the definition has none of that version, or is malformed.
 */
export function customResourceSchema(
  definition: JsonValue,
  { version, objectProperties }: { readonly version: string; readonly objectProperties: JsonObject },
): CustomResourceSchema | undefined {
  const spec = isJsonObject(definition) ? definition.spec : undefined;
  if (!isJsonObject(spec)) return undefined;
  const { group } = spec;
  const kind = isJsonObject(spec.names) ? spec.names.kind : undefined;
  if (typeof group !== 'string' || typeof kind !== 'string') return undefined;
  const versions = Array.isArray(spec.versions) ? spec.versions.filter(isJsonObject) : [];
  const served = versions.find(({ name }) => name === version) ?? (spec.version === version ? spec : undefined);
  const validation = served?.schema ?? (served === undefined ? undefined : spec.validation);
  const root = isJsonObject(validation) ? validation.openAPIV3Schema : undefined;
  if (served === undefined || !isJsonObject(root)) return undefined;
  const extensions = selectableFields(served.selectableFields);
  const completed = complete(root, { objectProperties, depth: 0 });
  const properties = isJsonObject(completed.properties) ? completed.properties : {};
  const schema = {
    ...completed,
    type: 'object',
    properties: { ...properties, ...objectProperties },
    'x-kubernetes-group-version-kind': [{ group, kind, version }],
    ...extensions,
  };
  return { schema, extensions };
}

function selectableFields(fields: JsonValue | undefined): JsonObject {
  if (!Array.isArray(fields)) return {};
  const paths = fields.flatMap((field) =>
    isJsonObject(field) && typeof field.jsonPath === 'string' ? field.jsonPath.replace(/^\./, '') : [],
  );
  return paths.length === 0
    ? {}
    : { 'x-kubernetes-selectable-fields': paths.map((fieldPath: string) => ({ fieldPath })) };
}

interface Position {
  readonly objectProperties: JsonObject;
  readonly depth: number;
}

function complete(schema: JsonObject, position: Position): JsonObject {
  if (position.depth > deepest) return {};
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  const { properties, items, additionalProperties } = schema;
  const completed = new Map(Object.entries(schema));
  if (schema['x-kubernetes-int-or-string'] === true) completed.set('anyOf', integerOrString);
  if (isJsonObject(properties) || isEmbedded) {
    const inner = isJsonObject(properties) ? Object.entries(properties) : [];
    completed.set('properties', {
      ...Object.fromEntries(inner.map(([name, value]) => [name, completeValue(value, position)])),
      ...(isEmbedded ? position.objectProperties : {}),
    });
  }
  if (isEmbedded) {
    const required = Array.isArray(schema.required) ? schema.required : [];
    completed.set('required', [...new Set([...required, ...embeddedRequirements])]);
  }
  if (items !== undefined) completed.set('items', completeValue(items, position));
  if (additionalProperties !== undefined) {
    completed.set('additionalProperties', completeValue(additionalProperties, position));
  }
  return Object.fromEntries(completed);
}

function completeValue(value: JsonValue, position: Position): JsonValue {
  return isJsonObject(value) ? complete(value, { ...position, depth: position.depth + 1 }) : value;
}
