import type { MemoryState } from './memory-state.js';
import type { Writer } from './writer.js';

/** What the parts of an open storage share. */
export interface StorageCore {
  readonly state: MemoryState;
  readonly writer: Writer;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Throws CLOSED after shutdown. */
  check(): void;
}
