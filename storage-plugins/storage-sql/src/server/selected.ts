/** What a list found: which objects, in which order. */
export interface Selected {
  readonly ids: Float64Array;
  /** Bytes of JSON of each object. */
  readonly sizes: Float64Array;
  /** What says of each object which version of it this was (see SqlBackend); empty where nobody asks. */
  readonly stamps: Float64Array;
  readonly revision: string;
  /** Of the whole database: as long as it is the same, so is everything here. */
  readonly stamp: number;
  /** Of the declared fields, when it was found. */
  readonly fieldGeneration: number;
  /** Where the next page begins, when there is one. */
  readonly position: string | undefined;
  readonly remaining: number | undefined;
}
