import { decodeAny, decodeSchema, messages } from './decode-definitions.js';

type Value = Buffer | number;

const methods: Readonly<Record<number, string>> = { 2: 'get', 3: 'put', 4: 'post', 5: 'delete', 8: 'patch' };

/** The paths of an openapi.v2 Document, as an old client reads them, in the words of JSON. */
export function decodePaths(document: Uint8Array): unknown {
  return decodeNamed(one(Buffer.from(document), 8), 2, (path) => {
    const item = new Map<string, unknown>();
    for (const [number, value] of messages(path)) {
      const method = methods[number];
      if (method !== undefined) item.set(method, decodeOperation(value));
      else if (number === 9) item.set('parameters', all(path, 9).map(decodeParameter));
      else throw new Error(`a field of a path that nobody knows: ${number}`);
    }
    return Object.fromEntries(item);
  });
}

function decodeOperation(value: Value): unknown {
  const texts = { produces: 6, consumes: 7, tags: 1 };
  return withoutNothing({
    description: text(value, 3),
    operationId: text(value, 5),
    ...Object.fromEntries(Object.entries(texts).map(([name, number]) => [name, list(all(value, number).map(String))])),
    parameters: list(all(value, 8).map(decodeParameter)),
    responses: decodeNamed(one(value, 9), 1, (response) => decodeResponse(one(response, 1))),
    ...decodeExtensions(value, 13),
  });
}

function decodeResponse(value: Value): unknown {
  const [schema] = all(value, 2);
  const [headers] = all(value, 3);
  return withoutNothing({
    description: text(value, 1),
    schema: schema === undefined ? undefined : decodeSchema(one(schema, 1)),
    headers:
      headers === undefined
        ? undefined
        : decodeNamed(headers, 1, (header) =>
            withoutNothing({ type: text(header, 1), format: text(header, 2), description: text(header, 18) }),
          ),
  });
}

function decodeParameter(value: Value): unknown {
  const [kind, parameter] = messages(one(value, 1))[0] ?? [0, 0];
  if (kind === 1)
    return withoutNothing({
      name: text(parameter, 2),
      in: text(parameter, 3),
      schema: decodeSchema(one(parameter, 5)),
    });
  const path = one(parameter, 4);
  return { name: text(path, 4), in: text(path, 2), required: one(path, 1) === 1, type: text(path, 5) };
}

function decodeExtensions(value: Value, number: number): Readonly<Record<string, unknown>> {
  return Object.fromEntries(all(value, number).map((named) => [String(one(named, 1)), decodeAny(one(named, 2))]));
}

function decodeNamed(value: Value, number: number, decode: (value: Value) => unknown): unknown {
  return Object.fromEntries(all(value, number).map((named) => [String(one(named, 1)), decode(one(named, 2))]));
}

function all(value: Value, number: number): readonly Value[] {
  return messages(value)
    .filter(([found]) => found === number)
    .map(([, content]) => content);
}

function one(value: Value, number: number): Value {
  const [found] = all(value, number);
  if (found === undefined) throw new Error(`there is no field ${number}`);
  return found;
}

function text(value: Value, number: number): string | undefined {
  return all(value, number)[0]?.toString();
}

function list(values: readonly unknown[]): readonly unknown[] | undefined {
  return values.length === 0 ? undefined : values;
}

function withoutNothing(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
