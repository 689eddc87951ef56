import type { StoredObject } from './stored-object.js';

/** One change of one object, as a watcher with a filter sees it. */
export interface WatchEvent {
  /** ADDED also when an object begins to match the filter, DELETED also when it stops to. */
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** The revision of the change. */
  readonly revision: string;
  /** As the change left it; for DELETED as it was before. */
  readonly object: StoredObject;
}

export interface WatchBatch {
  /** In the order of their revisions. */
  readonly events: readonly WatchEvent[];
  /** Every change up to this one has been delivered or did not concern the watcher. A watch that begins here continues this one. */
  readonly revision: string;
}
