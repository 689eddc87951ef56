import type { ResourceType } from './resource-type.js';

/**
 * An object on its way into a storage. The host prepares it once; a storage needs to parse nothing. It may keep `json` itself where
 * that fills its whole buffer; a view into a larger buffer is copied, the larger one remains the caller's.
 * What is returned by a read are the bytes of `json`, unchanged.
 */
export interface PreparedObject {
  /** '' for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
  /** '' when the object has none. */
  readonly uid: string;
  /** The member cluster's own; '' when the object has none. Compared as a decimal number where it is one. */
  readonly resourceVersion: string;
  /** `metadata.creationTimestamp` in milliseconds since the epoch; undefined when absent. */
  readonly createdAt: number | undefined;
  /** uid of the ownerReference with `controller: true`; '' when there is none. */
  readonly ownerUid: string;
  readonly labels: Readonly<Record<string, string>>;
  /**
   * UTF-8, valid JSON, no white space outside strings, first members `apiVersion`, `kind`, `metadata` in this order, with the
   * annotation `shadow.clusterpedia.io/cluster-name`.
   */
  readonly json: Uint8Array;
  /** Byte offset just behind the value of `metadata`: `json[0..metadataEnd] + '}'` is the object reduced to its metadata. */
  readonly metadataEnd: number;
  /**
   * What the row of a Table shows of the object, to be kept beside it: text that a storage does not understand, of which it only
   * compares how it begins. Well-formed, not empty, without U+0000. Absent when nobody prepared one.
   */
  readonly row?: string;
}

/** An object that a storage returns. */
export interface StoredObject {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  /** The stored bytes; with `onlyMetadata` reduced to apiVersion, kind and metadata. */
  readonly json: Uint8Array;
  /** Present in answers of a CollectionResourceStorage. */
  readonly type?: ResourceType;
  /** With `injectEvents`: the recorded core/v1 Events of this object, each as JSON bytes, newest last. Absent when there are none. */
  readonly events?: readonly Uint8Array[];
  /** With `withRows`: the row that was written with these bytes, when it begins as was asked for. */
  readonly row?: string;
}

/** A piece of a list: read batch after batch, a list of any length needs flat memory. */
export interface ObjectBatch {
  readonly objects: readonly StoredObject[];
  /**
   * Optional, for speed: the `json` of all objects joined by one comma (0x2c) each. When it is there, `objects` may be a getter that
   * splits it on demand; `count` then says how many objects it holds.
   */
  readonly joined?: Uint8Array;
  readonly count: number;
  /**
   * Optional: the reader may call it, once, when it needs no byte of this batch any more, so that its memory is free at once instead of
   * when the garbage collector comes by. Bytes that were taken from the batch must not be read after that.
   */
  release?(): void;
  /** Collection resources: the distinct types in this batch, in order of appearance. */
  readonly types?: readonly ResourceType[];
  /**
   * In the first batch: the revision of the read, a decimal number without leading zeros from 1 to 2^63 - 1 that grows with every change, for
   * clients of Kubernetes compare such numbers. Beginning with the time at which a store was made keeps revisions of different stores apart.
   */
  readonly revision?: string;
  /** In the last batch, when a limit was given and more objects follow: the position to go on from, opaque to the host. */
  readonly continue?: string;
  /** In the last batch, when asked for: objects that match and come after this page. Negative only with an offset beyond the end. */
  readonly remainingItemCount?: number;
  /**
   * Optional, for speed: true in the last batch, when nothing is held open for the list any more. The reader need neither ask for another
   * batch nor close the list.
   */
  readonly last?: boolean;
}

/** One change of one object. A batch keeps its order for each object. */
export type ObjectChange =
  | { readonly type: 'upsert'; readonly object: PreparedObject }
  | {
      readonly type: 'delete';
      readonly namespace: string;
      readonly name: string;
      /** When given, and the stored object is newer, the delete is a no-op. */
      readonly resourceVersion?: string;
    };

export interface WriteResult {
  /** Objects inserted, replaced or deleted. */
  readonly written: number;
  /** Changes that were no-ops: the same bytes again, older than what is stored, or deletes of what is not there. */
  readonly unchanged: number;
}

/** A core/v1 Event, attached to the object that it involves. */
export interface ObjectEvent {
  readonly involvedUid: string;
  readonly eventUid: string;
  /** `namespace/name` of the Event and its resourceVersion, for a resume. */
  readonly key: string;
  readonly resourceVersion: string;
  /** Empty for an event that has expired: it is forgotten, if it is there at all. */
  readonly json: Uint8Array;
}
