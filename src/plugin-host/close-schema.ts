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
  const copy: Schema = { ...schema };
  const { properties, items } = copy;
  if (isSchema(properties)) {
    copy.properties = Object.fromEntries(
      Object.entries(properties).map(([key, value]) => [key, isSchema(value) ? closeSchema(value) : value]),
    );
  }
  if (isSchema(items)) copy.items = closeSchema(items);
  const says = 'additionalProperties' in copy || openers.some((keyword) => keyword in copy);
  if (!says && (isSchema(properties) || copy.type === 'object')) {
    copy.additionalProperties = isSchema(properties) ? false : copy.type !== 'object';
  }
  return copy;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
