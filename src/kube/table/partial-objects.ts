import { findMetadata } from './find-metadata.js';
import type { RowWriter } from './row-writer.js';

export type MetaVersion = 'v1' | 'v1beta1';

/** Writes objects as PartialObjectMetadata of meta.k8s.io. */
export interface PartialObjectWriter {
  /** `json` is a stored object; `reduced` when nothing but its metadata is left of it. */
  write(to: RowWriter, json: Uint8Array, reduced: boolean): void;
}

export function createPartialObjectWriter(version: MetaVersion): PartialObjectWriter {
  const opening = `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/${version}","metadata":`;
  return {
    write(to, json, reduced) {
      const { start, end } = findMetadata(json, reduced);
      to.text(opening);
      to.bytes(json, start, end);
      to.text('}');
    },
  };
}
