import { schemasPrefix } from './common-schemas.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.js';

/** What OpenAPI v2 has no word for. */
const unknownMembers = new Set(['default', 'nullable', 'oneOf', 'anyOf', 'not']);
/** What kubectl before 1.27 takes for a fault in a field that may be null, or hold anything. */
const structure = ['type', 'properties', 'items'];
const preserve = 'x-kubernetes-preserve-unknown-fields';

/** A schema of OpenAPI v3 in the words of v2, as a kube-apiserver publishes it: what v2 cannot say is left out. */
export function toSwaggerSchema(schema: JsonObject): JsonObject {
  if (schema[preserve] === true) {
    const kinds = schema['x-kubernetes-group-version-kind'];
    return { type: 'object', ...(kinds !== undefined && { 'x-kubernetes-group-version-kind': kinds }) };
  }
  return convert(schema);
}

function convert(schema: JsonObject): JsonObject {
  const members = new Map<string, JsonValue>();
  for (const [name, value] of Object.entries(schema)) {
    if (name === 'allOf') {
      const [first] = Array.isArray(value) ? value : [];
      if (isJsonObject(first) && typeof first.$ref === 'string') members.set('$ref', definitionReference(first.$ref));
    } else if (name === '$ref' && typeof value === 'string') members.set(name, definitionReference(value));
    else if (name === 'properties' && isJsonObject(value)) {
      members.set(name, Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, convertValue(inner)])));
    } else if (name === 'items' || name === 'additionalProperties') members.set(name, convertValue(value));
    else if (!unknownMembers.has(name)) members.set(name, value);
  }
  if (schema.nullable === true || schema[preserve] === true) for (const name of structure) members.delete(name);
  if (schema[preserve] === true && schema['x-kubernetes-embedded-resource'] === true) members.delete('required');
  // Integers or strings, and quantities: v2 has a format for them, of strings.
  if (schema.oneOf !== undefined && schema.type === undefined) members.set('type', 'string');
  return Object.fromEntries(members);
}

function convertValue(value: JsonValue): JsonValue {
  return isJsonObject(value) ? convert(value) : value;
}

function definitionReference(reference: string): string {
  return reference.startsWith(schemasPrefix) ? `#/definitions/${reference.slice(schemasPrefix.length)}` : reference;
}
