/** Writes the fields of one protobuf message, in any order. */
export class ProtobufWriter {
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  bytes(field: number, value: Uint8Array): void {
    this.push(varint(field * 8 + 2));
    this.push(varint(value.length));
    this.push(value);
  }

  string(field: number, value: string): void {
    this.bytes(field, Buffer.from(value));
  }

  message(field: number, write: (writer: ProtobufWriter) => void): void {
    const writer = new ProtobufWriter();
    write(writer);
    this.bytes(field, writer.finish());
  }

  boolean(field: number, value: boolean): void {
    this.push(varint(field * 8));
    this.push(varint(value ? 1 : 0));
  }

  /** A whole number from 0 to 2^53. */
  integer(field: number, value: number): void {
    this.push(varint(field * 8));
    this.push(varint(value));
  }

  double(field: number, value: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    this.push(varint(field * 8 + 1));
    this.push(bytes);
  }

  finish(): Uint8Array {
    return Buffer.concat(this.parts, this.length);
  }

  private push(bytes: Uint8Array): void {
    this.parts.push(bytes);
    this.length += bytes.length;
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
