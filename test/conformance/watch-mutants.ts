import type { ListOptions, StorageFactory, WatchBatch } from '@clusterdex/storage-contract';
import type { Mutant } from './mutants.js';

type Watch = (options: ListOptions, revision: string, signal: AbortSignal) => AsyncIterable<WatchBatch>;

function withWatch(wrap: (watch: Watch) => Watch): Mutant['mutate'] {
  return (storage: StorageFactory) => ({
    ...storage,
    resourceStorage(type) {
      const original = storage.resourceStorage(type);
      const { watch } = original;
      return watch === undefined ? original : { ...original, watch: wrap(watch) };
    },
  });
}

function losesOneIn(count: number): Mutant['mutate'] {
  let seen = 0;
  return withWatch(
    (watch) =>
      async function* (options, revision, signal) {
        for await (const batch of watch(options, revision, signal)) {
          yield { ...batch, events: batch.events.filter(() => ++seen % count !== 0) };
        }
      },
  );
}

function repeatsWhenItResumes(): Mutant['mutate'] {
  const reached = new Set<string>();
  return withWatch(
    (watch) =>
      async function* (options, revision, signal) {
        const start = reached.has(revision) ? String(Number(revision) - 1) : revision;
        for await (const batch of watch(options, start, signal)) {
          reached.add(batch.revision);
          yield batch;
        }
      },
  );
}

const soak = 'each watcher sees what the store holds, whoever writes, drops or is slow';

/** Faults of watches alone; the kit needs a while to see those that are rare. */
export const watchMutants: readonly Mutant[] = [
  { fault: 'loses one event in a hundred', foundBy: soak, mutate: losesOneIn(100) },
  {
    fault: 'repeats the last event when a watch resumes',
    foundBy: 'a watch that resumes where another ended misses nothing and repeats nothing',
    mutate: repeatsWhenItResumes(),
  },
  {
    fault: 'repeats the last event when a watch resumes, which many notice',
    foundBy: soak,
    mutate: repeatsWhenItResumes(),
  },
  {
    fault: 'watches without the filter',
    foundBy: 'a watch has every filter that a list has',
    mutate: withWatch((watch) => (_options, revision, signal) => watch({}, revision, signal)),
  },
];
