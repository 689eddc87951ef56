import type { ObjectBatch, ResourceType } from '@clusterdex/storage-contract';

/** What the batches of a list say besides the objects. */
export interface ListSummary {
  readonly revision: string | undefined;
  readonly continue: string | undefined;
  readonly remainingItemCount: number | undefined;
  /** Distinct, in order of appearance. */
  readonly types: readonly ResourceType[];
}

/** A list in the form in which it is wanted, as pieces of its JSON. */
export interface ListContent {
  /** The first members of the document, from its brace on, without a comma at the end. */
  readonly opening: string;
  /** The other members, each with a comma in front. */
  describe(summary: ListSummary): string;
  /** Whether `describe` needs the last batch; if so, its members come behind the items of a list that does not fit in one batch. */
  readonly describedAtEnd: boolean;
  /** The member that holds the items. */
  readonly member: 'items' | 'rows';
  items(batch: ObjectBatch): ListItems;
}

/** The items of a batch, with commas between them; empty for an empty batch. */
export interface ListItems {
  readonly bytes: Uint8Array;
  /** Called when the bytes are with the client, or never will be. */
  readonly release?: (error?: Error | null) => void;
}
