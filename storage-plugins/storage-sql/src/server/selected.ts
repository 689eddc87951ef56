/** What a list found: which objects, in which order. */
export interface Selected {
  readonly ids: Float64Array;
  /** Bytes of JSON of each object. */
  readonly sizes: Float64Array;
  readonly revision: string;
  /** Where the next page begins, when there is one. */
  readonly position: string | undefined;
  readonly remaining: number | undefined;
}
