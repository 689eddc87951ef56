/** A batch of changes that is done: its changes have the revisions up to `last`. */
export type CommittedBatch = readonly [id: string, last: number, changes: number, pieces: number];

/** Somebody writes objects of a type of a cluster: until the batch is done, nobody else does. */
export interface PendingBatch {
  readonly batch: string;
  /** Grows while its writer lives. */
  readonly beat: number;
}

/** The one document that everybody agrees on; it is only ever replaced as a whole, by comparing and setting. */
export interface StoreState {
  readonly salt: readonly [number, number];
  /** Of the last change that is done. */
  readonly revision: number;
  /** Grows with every write, also with one that no watcher learns of. */
  readonly writes: number;
  /** The changes up to here are no longer kept. */
  readonly trimmed: number;
  readonly pending: Readonly<Record<string, PendingBatch>>;
  /** The last ones, oldest first. */
  readonly batches: readonly CommittedBatch[];
  /** Documents that hold older ones, by the last revision in each, oldest first. */
  readonly pages: readonly number[];
}
