import { parse } from 'yaml';

type Field = readonly [number: number, value: Buffer | number];

const strings: Readonly<Record<number, string>> = {
  1: '$ref',
  2: 'format',
  3: 'title',
  4: 'description',
  13: 'pattern',
  26: 'discriminator',
};
const numbers: Readonly<Record<number, string>> = {
  6: 'multipleOf',
  7: 'maximum',
  9: 'minimum',
  11: 'maxLength',
  12: 'minLength',
  14: 'maxItems',
  15: 'minItems',
  17: 'maxProperties',
  18: 'minProperties',
};
const booleans: Readonly<Record<number, string>> = {
  8: 'exclusiveMaximum',
  10: 'exclusiveMinimum',
  16: 'uniqueItems',
  27: 'readOnly',
};

/** The definitions of an openapi.v2 Document, as an old client reads them, in the words of JSON. */
export function decodeDefinitions(document: Uint8Array): Readonly<Record<string, unknown>> {
  const field = fieldsOf(Buffer.from(document)).find(([number]) => number === 9);
  return Object.fromEntries(messages(field?.[1]).map(([, value]) => decodeNamed(value)));
}

function decodeNamed(value: Buffer | number): readonly [string, unknown] {
  const [name, schema] = messages(value);
  return [String(name?.[1]), schema === undefined ? {} : decodeSchema(schema[1])];
}

export function decodeSchema(value: Buffer | number): unknown {
  const schema = new Map<string, unknown>();
  const append = (name: string, element: unknown) =>
    schema.set(name, [...((schema.get(name) as unknown[]) ?? []), element]);
  for (const [number, content] of messages(value)) {
    const named = strings[number] ?? numbers[number];
    if (named !== undefined) schema.set(named, typeof content === 'number' ? content : content.toString());
    else if (booleans[number] !== undefined) schema.set(booleans[number], content === 1);
    else if (number === 19) append('required', content.toString());
    else if (number === 20) append('enum', decodeAny(content));
    else if (number === 21) {
      const [either] = messages(content);
      schema.set('additionalProperties', either?.[0] === 1 ? decodeSchema(either[1]) : either?.[1] === 1);
    } else if (number === 22)
      schema.set(
        'type',
        messages(content)
          .map(([, type]) => type.toString())
          .join(),
      );
    else if (number === 23) schema.set('items', decodeSchema(messages(content)[0]?.[1] ?? 0));
    else if (number === 25)
      schema.set('properties', Object.fromEntries(messages(content).map(([, of]) => decodeNamed(of))));
    else if (number === 30) schema.set('example', decodeAny(content));
    else if (number === 31) {
      const [name, any] = messages(content);
      schema.set(String(name?.[1]), decodeAny(any?.[1] ?? 0));
    } else throw new Error(`a field that nobody knows: ${number}`);
  }
  return Object.fromEntries(schema);
}

export function decodeAny(value: Buffer | number): unknown {
  return parse(String(messages(value)[0]?.[1]));
}

/** Fields of a message, by their numbers. */
export function messages(value: Buffer | number | undefined): readonly Field[] {
  return Buffer.isBuffer(value) ? fieldsOf(value) : [];
}

function fieldsOf(bytes: Buffer): readonly Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = bytes[at++] ?? 0;
      value += (byte % 0x80) * scale;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    if (tag % 8 === 0) fields.push([number, varint()]);
    else if (tag % 8 === 1) {
      fields.push([number, bytes.readDoubleLE(at)]);
      at += 8;
    } else if (tag % 8 === 2) {
      const length = varint();
      fields.push([number, bytes.subarray(at, at + length)]);
      at += length;
    } else throw new Error(`a wire type that nobody uses: ${tag % 8}`);
  }
  return fields;
}
