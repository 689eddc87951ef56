import { isJsonObject, type JsonObject, type JsonValue } from './json-value.js';
import { toSwaggerSchema } from './swagger-schema.js';

/** Paths of OpenAPI v3 in the words of v2: a body is a parameter there, and types of content belong to the operation. */
export function toSwaggerPaths(paths: JsonObject): JsonObject {
  return mapObject(paths, (path) =>
    mapObject(path, (value, name) => {
      if (name === 'parameters') return listOf(value).map(toParameter);
      return isJsonObject(value) ? toOperation(value) : value;
    }),
  );
}

function toOperation({ parameters = [], requestBody, responses, ...members }: JsonObject): JsonObject {
  const body = isJsonObject(requestBody) ? requestBody : undefined;
  const all = [...listOf(parameters).map(toParameter), ...(body === undefined ? [] : [bodyParameter(body)])];
  const answers = Object.values(isJsonObject(responses) ? responses : {}).filter(isJsonObject);
  const produces = [...new Set(answers.flatMap(typesOf))];
  return {
    ...members,
    ...(body !== undefined && { consumes: typesOf(body) }),
    ...(produces.length > 0 && { produces }),
    ...(all.length > 0 && { parameters: all }),
    responses: mapObject(responses, toResponse),
  };
}

function bodyParameter(body: JsonObject): JsonObject {
  return { name: 'body', in: 'body', ...(body.required === true && { required: true }), schema: schemaOf(body) ?? {} };
}

function toParameter(parameter: JsonObject): JsonObject {
  const { schema, ...members } = parameter;
  return { ...members, ...(isJsonObject(schema) && toSwaggerSchema(schema)) };
}

function toResponse(response: JsonValue): JsonValue {
  if (!isJsonObject(response)) return response;
  const { content: _content, headers, ...members } = response;
  const schema = schemaOf(response);
  return {
    ...members,
    ...(schema !== undefined && { schema }),
    ...(isJsonObject(headers) && {
      headers: mapObject(headers, (header) => toParameter(isJsonObject(header) ? header : {})),
    }),
  };
}

/** Of the first type of content. */
function schemaOf({ content }: JsonObject): JsonObject | undefined {
  const [first] = Object.values(isJsonObject(content) ? content : {});
  return isJsonObject(first) && isJsonObject(first.schema) ? toSwaggerSchema(first.schema) : undefined;
}

function typesOf({ content }: JsonObject): readonly string[] {
  return Object.keys(isJsonObject(content) ? content : {});
}

function listOf(value: JsonValue): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function mapObject(value: JsonValue | undefined, change: (value: JsonValue, name: string) => JsonValue): JsonObject {
  const entries = Object.entries(isJsonObject(value) ? value : {});
  return Object.fromEntries(entries.map(([name, member]) => [name, change(member, name)]));
}
