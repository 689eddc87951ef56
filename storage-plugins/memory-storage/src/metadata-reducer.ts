import type { StoredRecord } from './stored-record.js';

/** Of a list, so many bytes share a piece of memory: one for each object would take most of the time of the list. */
const pieceBytes = 64 * 1024;
const closingBrace = 0x7d;

export type MetadataReducer = (record: StoredRecord) => Uint8Array;

/** Makes objects that are reduced to their metadata. Those that it made may share memory: it is for one batch. */
export function createMetadataReducer(): MetadataReducer {
  let piece = Buffer.alloc(0);
  let used = 0;
  return ({ json, metadataEnd }) => {
    const length = metadataEnd + 1;
    if (used + length > piece.length) {
      piece = Buffer.allocUnsafeSlow(Math.max(length, pieceBytes));
      used = 0;
    }
    piece.set(json.subarray(0, metadataEnd), used);
    piece[used + metadataEnd] = closingBrace;
    used += length;
    return piece.subarray(used - length, used);
  };
}

/** One object, in memory of its own. */
export const reduceToMetadata: MetadataReducer = ({ json, metadataEnd }) => {
  const reduced = new Uint8Array(metadataEnd + 1);
  reduced.set(json.subarray(0, metadataEnd));
  reduced[metadataEnd] = closingBrace;
  return reduced;
};
