import type { ListOptions, ResourceStorage, StorageFactory, WatchEvent } from '@clusterdex/storage-contract';
import type { Mutant } from './mutants.js';

function withResource(change: (original: ResourceStorage) => ResourceStorage): Mutant['mutate'] {
  return (storage: StorageFactory) => ({
    ...storage,
    resourceStorage: (type) => change(storage.resourceStorage(type)),
  });
}

const withoutSecondTerm = ({ orderBy, ...options }: ListOptions): ListOptions => ({
  ...options,
  ...(orderBy && { orderBy: orderBy.slice(0, 1) }),
});

/** Faults that show only when things meet of which no case thought; what is drawn at random has to find them. */
export const randomMutants: readonly Mutant[] = [
  {
    fault: 'looks at the first term of an order only',
    foundBy: 'random lists of a random fleet are those of the reference storage',
    mutate: withResource((original) => ({
      ...original,
      list: (options, signal) => original.list(withoutSecondTerm(options), signal),
    })),
  },
  {
    fault: 'counts a delete of what is not there',
    foundBy: 'random writes are answered as by the reference storage, and leave the same',
    mutate: withResource((original) => ({
      ...original,
      async write(cluster, changes, signal) {
        const { written, unchanged } = await original.write(cluster, changes, signal);
        const deletes = changes.filter(({ type }) => type === 'delete').length;
        const counted = Math.min(deletes, unchanged);
        return { written: written + counted, unchanged: unchanged - counted };
      },
    })),
  },
  {
    fault: 'takes what stops to match a filter for a change',
    foundBy: 'watches of random writes tell what those of the reference storage tell',
    mutate: withResource((original) => {
      const { watch } = original;
      if (watch === undefined) return original;
      return {
        ...original,
        async *watch(options, revision, signal) {
          const told = (event: WatchEvent): WatchEvent =>
            options.labelSelector !== undefined && event.type === 'DELETED' ? { ...event, type: 'MODIFIED' } : event;
          for await (const batch of watch(options, revision, signal)) {
            yield { ...batch, events: batch.events.map(told) };
          }
        },
      };
    }),
  },
];
