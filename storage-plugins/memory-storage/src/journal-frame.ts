import { crc32 } from 'node:zlib';
import type { Operation } from './operation.js';

/**
 * A frame is what is synced at once: length and checksum of the payload, then the payload: length of the head, the head (JSON: the
 * operations, and the length of each piece of raw bytes), the raw bytes.
 */
export interface Frame {
  readonly operations: readonly Operation[];
  readonly bytes: readonly Uint8Array[];
}

/** A frame whose operations are JSON already. */
export interface WritableFrame {
  readonly operations: string;
  readonly bytes: readonly Uint8Array[];
}

interface Head {
  readonly operations: readonly Operation[];
  readonly lengths: readonly number[];
}

/** Length and checksum. */
export const frameHeaderLength = 8;

/** Writes the frame into `buffer`, or into a larger one if it does not fit, and returns the filled part. */
export function encodeFrame({ operations, bytes }: WritableFrame, buffer: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
  const lengths: Head['lengths'] = bytes.map((piece) => piece.byteLength);
  const head = `{"operations":${operations},"lengths":[${lengths}]}`;
  const headLength = Buffer.byteLength(head);
  const length = bytes.reduce((sum, piece) => sum + piece.byteLength, frameHeaderLength + 4 + headLength);
  const target = buffer.byteLength >= length ? buffer : Buffer.allocUnsafeSlow(length);
  target.writeUInt32LE(headLength, frameHeaderLength);
  target.write(head, frameHeaderLength + 4);
  let offset = frameHeaderLength + 4 + headLength;
  for (const piece of bytes) {
    target.set(piece, offset);
    offset += piece.byteLength;
  }
  target.writeUInt32LE(length - frameHeaderLength, 0);
  target.writeUInt32LE(crc32(target.subarray(frameHeaderLength, length)), 4);
  return target.subarray(0, length);
}

/** Length and checksum of the payload that follows. */
export function decodeFrameHeader(header: Buffer): { length: number; checksum: number } {
  return { length: header.readUInt32LE(0), checksum: header.readUInt32LE(4) };
}

/** The bytes are views into the payload; undefined when the checksum says that it is not what was written. */
export function decodeFrame(payload: Buffer, checksum: number): Frame | undefined {
  if (payload.byteLength < 4 || crc32(payload) !== checksum) return undefined;
  const headEnd = 4 + payload.readUInt32LE(0);
  const { operations, lengths } = JSON.parse(payload.toString('utf8', 4, headEnd)) as Head;
  let offset = headEnd;
  const bytes = lengths.map((length) => {
    offset += length;
    return payload.subarray(offset - length, offset);
  });
  return { operations, bytes };
}
