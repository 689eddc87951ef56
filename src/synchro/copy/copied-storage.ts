import type { Capabilities, StorageFactory } from '@clusterdex/storage-contract';

/** One of the two storages of a copy. */
export interface CopiedStorage {
  readonly name: string;
  readonly factory: StorageFactory;
  readonly capabilities: Pick<Capabilities, 'events' | 'rows'>;
}
