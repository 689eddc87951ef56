type Schema = Record<string, unknown>;

const openers = [
  'patternProperties',
  'unevaluatedProperties',
  '$ref',
  '$dynamicRef',
  'allOf',
  'anyOf',
  'oneOf',
  'if',
  'not',
  'dependentSchemas',
];

/**
 * A copy in which an object schema that lists its properties and says nothing of others refuses them: a misspelt key is never
 * silently ignored. A schema that wants others says `additionalProperties`; one composed of several is left as it is.
 */
export function closeSchema(schema: Schema): Schema {
  return close({ ...schema, properties: schema.properties ?? {} });
}

function close(schema: Schema): Schema {
  const copy: Schema = { ...schema };
  const { properties, items } = copy;
  if (isSchema(items)) copy.items = close(items);
  if (!isSchema(properties)) return copy;
  copy.properties = Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [key, isSchema(value) ? close(value) : value]),
  );
  const says = 'additionalProperties' in copy || openers.some((keyword) => keyword in copy);
  return says ? copy : { ...copy, additionalProperties: false };
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
