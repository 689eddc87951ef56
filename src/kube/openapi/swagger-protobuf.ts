import { isJsonObject, type JsonObject, type JsonValue } from './json-value.js';
import { ProtobufWriter } from './protobuf-writer.js';

/** Field numbers of the message Schema in openapi.v2, by what they hold. */
const strings = { $ref: 1, format: 2, title: 3, description: 4, pattern: 13, discriminator: 26 };
const doubles = { multipleOf: 6, maximum: 7, minimum: 9 };
const integers = { maxLength: 11, minLength: 12, maxItems: 14, minItems: 15, maxProperties: 17, minProperties: 18 };
const booleans = { exclusiveMaximum: 8, exclusiveMinimum: 10, uniqueItems: 16, readOnly: 27 };
const field = {
  required: 19,
  enum: 20,
  additionalProperties: 21,
  type: 22,
  items: 23,
  properties: 25,
  example: 30,
  extension: 31,
};

export interface EncodedParts {
  /** The message Paths. */
  readonly paths: Uint8Array;
  /** Each a message NamedSchema. */
  readonly definitions: readonly Uint8Array[];
}

/** The message Document of openapi.v2, of parts that are encoded already. */
export function encodeSwagger(
  info: { readonly title: string; readonly version: string },
  { paths, definitions }: EncodedParts,
): Uint8Array {
  const writer = new ProtobufWriter();
  writer.string(1, '2.0');
  writer.message(2, (inner) => {
    inner.string(1, info.title);
    inner.string(2, info.version);
  });
  writer.bytes(8, paths);
  writer.message(9, (inner) => {
    for (const definition of definitions) inner.bytes(1, definition);
  });
  return writer.finish();
}

/** The message NamedSchema. */
export function encodeDefinition(name: string, schema: JsonObject): Uint8Array {
  const writer = new ProtobufWriter();
  writeNamedSchema(writer, name, schema);
  return writer.finish();
}

function writeNamedSchema(writer: ProtobufWriter, name: string, schema: JsonValue): void {
  writer.string(1, name);
  writer.message(2, (inner) => writeSchema(inner, isJsonObject(schema) ? schema : {}));
}

/** The fields of the message Schema. */
export function writeSchema(writer: ProtobufWriter, schema: JsonObject): void {
  for (const [name, number] of Object.entries(strings)) {
    const value = schema[name];
    if (typeof value === 'string') writer.string(number, value);
  }
  for (const [name, number] of Object.entries(doubles)) {
    const value = schema[name];
    if (typeof value === 'number') writer.double(number, value);
  }
  for (const [name, number] of Object.entries(integers)) {
    const value = schema[name];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) writer.integer(number, value);
  }
  for (const [name, number] of Object.entries(booleans)) if (schema[name] === true) writer.boolean(number, true);
  writeLists(writer, schema);
  writeInnerSchemas(writer, schema);
  writeExtensions(writer, field.extension, schema);
}

/** Each a message NamedAny. */
export function writeExtensions(writer: ProtobufWriter, number: number, members: JsonObject): void {
  for (const [name, value] of Object.entries(members)) {
    if (!name.startsWith('x-')) continue;
    writer.message(number, (inner) => {
      inner.string(1, name);
      inner.message(2, (any) => writeAny(any, value));
    });
  }
}

function writeLists(writer: ProtobufWriter, schema: JsonObject): void {
  for (const name of textsOf(schema.required)) writer.string(field.required, name);
  if (Array.isArray(schema.enum)) {
    for (const value of schema.enum) writer.message(field.enum, (any) => writeAny(any, value));
  }
  const types = typeof schema.type === 'string' ? [schema.type] : textsOf(schema.type);
  if (types.length > 0) {
    writer.message(field.type, (inner) => {
      for (const type of types) inner.string(1, type);
    });
  }
  if (schema.example !== undefined) writer.message(field.example, (any) => writeAny(any, schema.example ?? null));
}

function writeInnerSchemas(writer: ProtobufWriter, schema: JsonObject): void {
  const { additionalProperties, items, properties } = schema;
  if (typeof additionalProperties === 'boolean') {
    writer.message(field.additionalProperties, (inner) => inner.boolean(2, additionalProperties));
  } else if (isJsonObject(additionalProperties)) {
    writer.message(field.additionalProperties, (inner) => {
      inner.message(1, (of) => writeSchema(of, additionalProperties));
    });
  }
  if (isJsonObject(items)) {
    writer.message(field.items, (inner) => inner.message(1, (of) => writeSchema(of, items)));
  }
  if (isJsonObject(properties)) {
    writer.message(field.properties, (inner) => {
      for (const [name, value] of Object.entries(properties)) {
        inner.message(1, (named) => writeNamedSchema(named, name, value));
      }
    });
  }
}

/** Any value is text in YAML, which JSON is. */
function writeAny(writer: ProtobufWriter, value: JsonValue): void {
  writer.string(2, `${JSON.stringify(value)}\n`);
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}
