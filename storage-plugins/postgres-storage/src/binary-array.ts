const types = {
  text: 25,
  bigint: 20,
  integer: 23,
  bytea: 17,
  boolean: 16,
} as const;

export type ElementType = keyof typeof types;
type Element = string | number | bigint | boolean | Uint8Array | null;

/**
 * An array as PostgreSQL sends it in binary: bytes go as they are, without a detour by way of quoted text. For `text` an element is a
 * string or UTF-8, for `bytea` bytes or hexadecimal digits.
 */
export function binaryArray(type: ElementType, values: readonly Element[]): Buffer {
  const elements = values.map((value) => encode(type, value));
  let size = 20;
  for (const element of elements) size += 4 + (element?.byteLength ?? 0);
  const array = Buffer.allocUnsafe(size);
  // Dimensions, whether there are NULLs, type; then length and lower bound of the one dimension.
  array.writeInt32BE(values.length === 0 ? 0 : 1, 0);
  array.writeInt32BE(elements.includes(null) ? 1 : 0, 4);
  array.writeInt32BE(types[type], 8);
  if (values.length === 0) return array.subarray(0, 12);
  array.writeInt32BE(values.length, 12);
  array.writeInt32BE(1, 16);
  let offset = 20;
  for (const element of elements) {
    offset = array.writeInt32BE(element?.byteLength ?? -1, offset);
    if (element === null) continue;
    array.set(element, offset);
    offset += element.byteLength;
  }
  return array;
}

function encode(type: ElementType, value: Element): Uint8Array | null {
  if (value === null || value instanceof Uint8Array) return value;
  if (type === 'boolean') return Buffer.of(value === true ? 1 : 0);
  if (type === 'bytea') return Buffer.from(String(value), 'hex');
  if (type === 'text') return Buffer.from(String(value));
  const bytes = Buffer.allocUnsafe(type === 'bigint' ? 8 : 4);
  if (type === 'bigint') bytes.writeBigInt64BE(BigInt(value as number | bigint));
  else bytes.writeInt32BE(Number(value));
  return bytes;
}
