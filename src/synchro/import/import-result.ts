/** What became of the objects of one kind. */
export interface KindCount {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource?: string;
  readonly imported: number;
  readonly unchanged: number;
  readonly failed: number;
}

/** An object that was not imported, or a part of an input without objects. */
export interface ImportFailure {
  readonly file: string;
  /** Counts the objects of the file, from 0. */
  readonly index?: number;
  /** Bytes from the beginning of the file, decompressed. */
  readonly offset?: number;
  /** `Pod shop/web-1`, as far as it is known. */
  readonly object?: string;
  readonly reason: string;
}

/** A kind whose resource had to be guessed. */
export interface GuessedType {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  readonly namespaced: boolean;
}

export interface ImportResult {
  readonly cluster: string;
  readonly kinds: readonly KindCount[];
  readonly imported: number;
  readonly unchanged: number;
  /** Objects that were read and not imported. */
  readonly failed: number;
  /** The first ones; `failureCount` counts all, those that are no objects included. */
  readonly failures: readonly ImportFailure[];
  readonly failureCount: number;
  readonly guessed: readonly GuessedType[];
  /** Why the import ended before its end, if it did. */
  readonly stopped?: 'interrupted' | 'storage';
  readonly storageError?: string;
  readonly milliseconds: number;
}

export interface ImportProgress {
  readonly file: string;
  readonly bytesRead: number;
  /** Undefined when it is not known. */
  readonly bytesTotal: number | undefined;
  /** Read so far, from all files. */
  readonly objects: number;
}
