import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { ResourceType } from '@clusterdex/storage-contract';

const compress = promisify(deflateRaw);
const decompress = promisify(inflateRaw);

/** One change of one object, as the log keeps it. */
export interface ChangeEntry {
  readonly namespace: string;
  readonly name: string;
  /** Absent when it was created. */
  readonly before: string | undefined;
  /** Absent when it was deleted. */
  readonly after: string | undefined;
  readonly row: string | undefined;
}

/** A part of a batch, which fits into one document. */
export interface ChangePiece {
  readonly type: ResourceType;
  readonly cluster: string;
  /** How many pieces the batch has. */
  readonly pieces: number;
  /** Where its first change stands in the batch. */
  readonly first: number;
  readonly entries: readonly ChangeEntry[];
}

/** Pods deflate to a tenth in little time at this level. */
const level = 1;

export async function packPiece(piece: ChangePiece): Promise<string> {
  return (await compress(JSON.stringify(piece), { level })).toString('base64');
}

export async function unpackPiece(packed: string): Promise<ChangePiece> {
  return JSON.parse((await decompress(Buffer.from(packed, 'base64'))).toString()) as ChangePiece;
}
