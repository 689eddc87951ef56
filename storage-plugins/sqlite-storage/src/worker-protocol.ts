import type { ObjectEvent, ResourceType, WriteResult } from '@clusterdex/storage-contract';
import type { DatabaseOptions } from './open-database.js';
import type { PackedChanges } from './pack-changes.js';
import type { PackedForm, PackedObjects } from './packed-reader.js';
import type { PackedPage, PageRequest } from './read-page.js';
import type { IdentifierQuery, IdentifierResult } from './select-identifiers.js';

/** What a worker thread is asked to do, and what it answers: one entry an operation. */
export interface WorkerOperations {
  /** Resolves when the thread has its database open. */
  open: { readonly request: undefined; readonly response: undefined };
  /** With `form`, the first batch comes along. */
  select: {
    readonly request: {
      readonly query: IdentifierQuery;
      readonly form: PackedForm | undefined;
      readonly mostBytes: number;
    };
    readonly response: { readonly found: IdentifierResult; readonly first: PackedObjects | undefined };
  };
  read: {
    readonly request: { readonly ids: Float64Array; readonly form: PackedForm };
    readonly response: PackedObjects;
  };
  /** As many of the objects, from the first on, as fit in so many bytes. */
  readPage: {
    readonly request: PageRequest;
    readonly response: PackedPage;
  };
  write: {
    readonly request: { readonly type: ResourceType; readonly cluster: string; readonly changes: PackedChanges };
    readonly response: WriteResult;
  };
  clean: {
    readonly request: { readonly cluster: string; readonly type: ResourceType | undefined; readonly limit: number };
    readonly response: number;
  };
  recordEvents: {
    readonly request: { readonly cluster: string; readonly events: readonly ObjectEvent[] };
    readonly response: undefined;
  };
  putInventory: {
    readonly request: { readonly cluster: string; readonly inventory: string };
    readonly response: undefined;
  };
  /** From now on words are indexed. */
  beginWords: { readonly request: undefined; readonly response: undefined };
  /** Indexes words for so many milliseconds; says whether there are more. */
  indexWords: { readonly request: number; readonly response: boolean };
  /** Forgets the index of words. */
  dropWords: { readonly request: undefined; readonly response: undefined };
  /** Makes the declared fields these. */
  declareFields: { readonly request: readonly string[]; readonly response: undefined };
  /** Brings objects under declared fields for so many milliseconds; says whether there are more. */
  buildFields: { readonly request: number; readonly response: boolean };
  forgetCluster: { readonly request: string; readonly response: undefined };
  close: { readonly request: undefined; readonly response: undefined };
}

export type OperationName = keyof WorkerOperations;

export interface WorkerRequest<Name extends OperationName = OperationName> {
  readonly id: number;
  readonly operation: Name;
  readonly request: WorkerOperations[Name]['request'];
}

export interface WorkerFailure {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly stack: string | undefined;
}

export type WorkerReply =
  | { readonly id: number; readonly response: unknown }
  | { readonly id: number; readonly failure: WorkerFailure };

export interface WorkerSetup {
  readonly mode: 'read' | 'write';
  readonly database: DatabaseOptions;
}
