import { GrammarError } from './grammar-error.js';

/** The first four bytes of what Kubernetes sends as protobuf. */
const magic = Buffer.from('k8s\0');

/** The members of a protobuf message that hold bytes (texts and messages), by number; of a repeated one the last. GrammarError when it is none. */
export function readMessage(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const fields = new Map<number, Uint8Array>();
  let at = 0;
  while (at < bytes.length) {
    const tag = varint();
    const wire = tag % 8;
    if (wire === 0) varint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else if (wire === 2) {
      const end = varint() + at;
      if (end > bytes.length) throw malformed();
      fields.set(Math.floor(tag / 8), bytes.subarray(at, end));
      at = end;
    } else throw malformed();
  }
  if (at !== bytes.length) throw malformed();
  return fields;

  function varint(): number {
    let value = 0;
    for (let shift = 1; shift <= 2 ** 49; shift *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw malformed();
      value += (byte % 128) * shift;
      if (byte < 128) return value;
    }
    throw malformed();
  }
}

export interface ProtobufObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly fields: ReadonlyMap<number, Uint8Array>;
}

/** An object in the envelope that Kubernetes puts around protobuf. GrammarError when it is none. */
export function readProtobufObject(bytes: Uint8Array): ProtobufObject {
  if (!magic.equals(bytes.subarray(0, magic.length))) throw malformed();
  const envelope = readMessage(bytes.subarray(magic.length));
  const type = readMessage(envelope.get(1) ?? new Uint8Array());
  return {
    apiVersion: readText(type.get(1)),
    kind: readText(type.get(2)),
    fields: readMessage(envelope.get(2) ?? new Uint8Array()),
  };
}

export function readText(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes).toString();
}

function malformed(): GrammarError {
  return new GrammarError('this is no protobuf of Kubernetes');
}
