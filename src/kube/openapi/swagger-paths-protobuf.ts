import { isJsonObject, type JsonObject, type JsonValue } from './json-value.js';
import { ProtobufWriter } from './protobuf-writer.js';
import { writeExtensions, writeSchema } from './swagger-protobuf.js';

/** Field numbers of messages of openapi.v2, by what they hold. */
const methods = { get: 2, put: 3, post: 4, delete: 5, options: 6, head: 7, patch: 8 };
const pathItem = { parameters: 9, extension: 10 };
const operation = {
  strings: { summary: 2, description: 3, operationId: 5 },
  lists: { tags: 1, produces: 6, consumes: 7 },
  parameters: 8,
  responses: 9,
  extension: 13,
};
/** A header, and a parameter in a path. */
const header = { type: 1, format: 2, description: 18 };
const pathParameter = { in: 2, description: 3, name: 4, type: 5, format: 6 };

/** The message Paths, of paths in the words of OpenAPI v2 whose parameters stand in the path or are the body. */
export function encodeSwaggerPaths(paths: JsonObject): Uint8Array {
  const writer = new ProtobufWriter();
  writeNamed(writer, { number: 2, members: paths }, (item, path) => {
    for (const [method, number] of Object.entries(methods)) {
      const value = path[method];
      if (isJsonObject(value)) item.message(number, (inner) => writeOperation(inner, value));
    }
    writeParameters(item, pathItem.parameters, path.parameters);
    writeExtensions(item, pathItem.extension, path);
  });
  return writer.finish();
}

function writeOperation(writer: ProtobufWriter, members: JsonObject): void {
  for (const [name, number] of Object.entries(operation.lists)) {
    const list = members[name];
    for (const text of Array.isArray(list) ? list : []) writer.string(number, String(text));
  }
  writeStrings(writer, operation.strings, members);
  writeParameters(writer, operation.parameters, members.parameters);
  writer.message(operation.responses, (responses) => {
    writeNamed(responses, { number: 1, members: members.responses }, (value, response) => {
      value.message(1, (inner) => writeResponse(inner, response));
    });
  });
  writeExtensions(writer, operation.extension, members);
}

function writeResponse(writer: ProtobufWriter, { description, schema, headers, ...members }: JsonObject): void {
  writer.string(1, typeof description === 'string' ? description : '');
  if (isJsonObject(schema)) writer.message(2, (item) => item.message(1, (inner) => writeSchema(inner, schema)));
  if (isJsonObject(headers)) {
    writer.message(3, (all) => {
      writeNamed(all, { number: 1, members: headers }, (inner, value) => writeStrings(inner, header, value));
    });
  }
  writeExtensions(writer, 5, members);
}

/** Each a message ParametersItem. */
function writeParameters(writer: ProtobufWriter, number: number, parameters: JsonValue | undefined): void {
  for (const parameter of Array.isArray(parameters) ? parameters.filter(isJsonObject) : []) {
    writer.message(number, (item) => {
      item.message(1, (either) => {
        if (parameter.in === 'body') either.message(1, (body) => writeBody(body, parameter));
        else either.message(2, (other) => other.message(4, (path) => writePathParameter(path, parameter)));
      });
    });
  }
}

function writeBody(writer: ProtobufWriter, { description, name, required, schema }: JsonObject): void {
  writeStrings(
    writer,
    { description: 1, name: 2, in: 3 },
    { description: description ?? '', name: name ?? '', in: 'body' },
  );
  if (required === true) writer.boolean(4, true);
  writer.message(5, (inner) => writeSchema(inner, isJsonObject(schema) ? schema : {}));
}

function writePathParameter(writer: ProtobufWriter, parameter: JsonObject): void {
  if (parameter.required === true) writer.boolean(1, true);
  writeStrings(writer, pathParameter, parameter);
}

function writeStrings(writer: ProtobufWriter, numbers: Readonly<Record<string, number>>, members: JsonObject): void {
  for (const [name, number] of Object.entries(numbers)) {
    const value = members[name];
    if (typeof value === 'string' && value !== '') writer.string(number, value);
  }
}

interface NamedMembers {
  readonly number: number;
  readonly members: JsonValue | undefined;
}

/** Members of an object, each as a message of name and value. */
function writeNamed(
  writer: ProtobufWriter,
  { number, members }: NamedMembers,
  write: (writer: ProtobufWriter, value: JsonObject) => void,
): void {
  for (const [name, value] of Object.entries(isJsonObject(members) ? members : {})) {
    writer.message(number, (inner) => {
      inner.string(1, name);
      inner.message(2, (named) => write(named, isJsonObject(value) ? value : {}));
    });
  }
}
