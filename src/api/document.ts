import { createHash } from 'node:crypto';

/** A whole answer that can be kept, and told from another by its entity tag. */
export interface Document {
  readonly bytes: Uint8Array;
  /** Of Content-Type. */
  readonly type: string;
  /** With its quotes, as in the header. */
  readonly etag: string;
}

/** One line of JSON. */
export function createDocument(value: object, type = 'application/json'): Document {
  const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
  return { bytes, type, etag: `"${digest(bytes)}"` };
}

/** As long and as loud as those of a kube-apiserver. */
export function digest(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').toUpperCase();
}
