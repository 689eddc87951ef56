import { createHash } from 'node:crypto';
import type { TypeContents } from './copy-result.js';
import type { ObjectKey } from './object-cursor.js';

/** Counts and digests what one side holds of a type, object after object in key order. */
export class ContentsDigest {
  private readonly hash = createHash('sha256');
  private objects = 0;
  private events = 0;

  /** `json` has to be what the target is to hold. */
  add({ namespace, name }: ObjectKey, json: Uint8Array, events: number): void {
    this.objects++;
    this.events += events;
    this.hash.update(`${namespace}\0${name}\0${json.length}\0`);
    this.hash.update(json);
  }

  /** Once, at the end. */
  contents(): TypeContents {
    return { objects: this.objects, events: this.events, digest: this.hash.digest('hex') };
  }
}
