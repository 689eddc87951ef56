import { createHash } from 'node:crypto';
import { type DocumentEncoding, jsonEncoding } from './document-encoding.js';

/** A whole answer that can be kept, and told from another by its entity tag. */
export interface Document {
  readonly bytes: Uint8Array;
  /** Of Content-Type. */
  readonly type: string;
  /** With its quotes, as in the header. */
  readonly etag: string;
}

/** One line of JSON. */
export function createDocument(value: object): Document {
  return documentOf(Buffer.from(`${JSON.stringify(value)}\n`));
}

/** Of JSON that is written already. */
export function documentOf(bytes: Uint8Array): Document {
  return { bytes, type: jsonEncoding.contentType, etag: `"${digest(bytes)}"` };
}

/** The same in another form, which is another entity. */
export function encodeDocument(
  document: Document,
  { encoding, type }: { readonly encoding: DocumentEncoding; readonly type: string },
): Document {
  if (encoding === jsonEncoding) return { ...document, type };
  const bytes = encoding.document(document.bytes);
  return { bytes, type, etag: `"${digest(bytes)}"` };
}

/** As long and as loud as those of a kube-apiserver. */
export function digest(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').toUpperCase();
}
