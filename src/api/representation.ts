import type { CollectionListOptions, StoredObject } from '@clusterdex/storage-contract';
import type { ListContent, ListSummary } from './list-content.js';

/** What a list says besides its objects. */
export interface ListDescription {
  /** The first members of the list as such, from its brace on. */
  readonly opening: string;
  /** The other members of the list as such, each with a comma in front. */
  describe(summary: ListSummary): string;
  /** The metadata of a list in another form. */
  metadata(summary: ListSummary): object;
  readonly describedAtEnd: boolean;
  readonly injectEvents: boolean;
}

/** What objects are made into on their way to a client. */
export interface Representation {
  /** What to ask a storage for, to answer with a list. */
  forList(options: CollectionListOptions): CollectionListOptions;
  /** What to ask a storage for, to answer with a watch. */
  forWatch(options: CollectionListOptions): CollectionListOptions;
  list(description: ListDescription): ListContent;
  /** A document of one object. */
  object(object: StoredObject): Uint8Array;
  /** What the events of one watch carry, called once for each in their order. */
  events(): (object: WatchedObject, revision: string) => Uint8Array;
}

export interface WatchedObject {
  /** '' for a bookmark. */
  readonly cluster: string;
  /** As it is to be shown, with the revision of the event; whole, or nothing but metadata. */
  readonly json: Uint8Array;
}
