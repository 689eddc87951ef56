import {
  type CollectionResourceStorage,
  createStorageError,
  type ListOptions,
  type ObjectBatch,
  type ObjectChange,
  type ResourceStorage,
  reduceToMetadata,
  type StorageFactory,
  type StoredObject,
} from '@clusterdex/storage-contract';

export interface Fault {
  /** What the storage does, behind "the storage that". */
  readonly fault: string;
  /** The case of the kit that has to find it. */
  readonly foundBy: string;
}

/** A storage with one fault. */
export interface Mutant extends Fault {
  mutate(storage: StorageFactory): StorageFactory;
}

type ListWrapper = (list: ResourceStorage['list']) => ResourceStorage['list'];

/** Replaces members of the resource storages and leaves everything else as it is. */
function withResources(change: (original: ResourceStorage) => Partial<ResourceStorage>): Mutant['mutate'] {
  return (storage) => ({
    ...storage,
    resourceStorage(type) {
      const original = storage.resourceStorage(type);
      return { ...original, ...change(original) };
    },
  });
}

const withList = (wrap: ListWrapper) => withResources(({ list }) => ({ list: wrap(list) }));

const withOptions = (change: (options: ListOptions) => ListOptions) =>
  withList((list) => (options, signal) => list(change(options), signal));

function without(...keys: (keyof ListOptions)[]): Mutant['mutate'] {
  return withOptions((options) =>
    Object.fromEntries(Object.entries(options).filter(([key]) => !keys.includes(key as keyof ListOptions))),
  );
}

const withAnyRow = ({ withRows, ...options }: ListOptions): ListOptions => ({
  ...options,
  ...(withRows && { withRows: { prefix: '' } }),
});

/** Writes another row than the one that came, given the one that was written for an object of this name before. */
function withRowsOf(choose: (row: string | undefined, earlier: string | undefined) => string | undefined) {
  const written = new Map<string, string | undefined>();
  return withWrite((changes) =>
    changes.map((change) => {
      if (change.type === 'delete') return change;
      const { row, ...object } = change.object;
      const chosen = choose(row, written.get(object.name));
      written.set(object.name, chosen);
      return { type: 'upsert', object: chosen === undefined ? object : { ...object, row: chosen } };
    }),
  );
}

/** Reads the list to its end and changes the objects as one. */
function withObjects(change: (objects: readonly StoredObject[], options: ListOptions) => readonly StoredObject[]) {
  return withList(
    (list) =>
      async function* (options, signal): AsyncGenerator<ObjectBatch> {
        let whole: ObjectBatch | undefined;
        for await (const batch of list(options, signal)) {
          const { joined: _joined, ...rest } = batch;
          whole = { ...whole, ...rest, objects: [...(whole?.objects ?? []), ...batch.objects] };
        }
        const objects = change(whole?.objects ?? [], options);
        yield { ...whole, objects, count: objects.length };
      },
  );
}

const withWrite = (change: (changes: readonly ObjectChange[]) => readonly ObjectChange[]) =>
  withResources((original) => ({
    write: (cluster, changes, signal) => original.write(cluster, change(changes), signal),
  }));

function withCollections(change: (original: CollectionResourceStorage) => CollectionResourceStorage): Mutant['mutate'] {
  return (storage) => ({
    ...storage,
    collectionResourceStorage: (name) => change(storage.collectionResourceStorage(name)),
  });
}

const fuzzyPattern = (part: string) =>
  new RegExp(
    part
      .toLowerCase()
      .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
      .replaceAll('%', '.*')
      .replaceAll('_', '.'),
  );

/** Pages by counting instead of by place. */
const byOffset = withList(
  (list) =>
    async function* (options, signal) {
      const start = options.start !== undefined && 'after' in options.start ? Number(options.start.after) : 0;
      for await (const batch of list({ ...options, start: { offset: start } }, signal)) {
        yield batch.continue === undefined ? batch : { ...batch, continue: String(start + (options.limit ?? 0)) };
      }
    },
);

export const mutants: readonly Mutant[] = [
  {
    fault: 'loses deletes',
    foundBy: 'a deleted object is gone from every read',
    mutate: withWrite((changes) => changes.filter(({ type }) => type !== 'delete')),
  },
  {
    fault: 'ignores the cluster of a list',
    foundBy: 'a list of one cluster holds nothing of others',
    mutate: without('clusters'),
  },
  {
    fault: 'ignores the namespace of a list',
    foundBy: 'a list of one namespace holds nothing of others',
    mutate: without('namespaces'),
  },
  {
    fault: 'ignores names',
    foundBy: 'clusters, namespaces and names combine with AND',
    mutate: without('names'),
  },
  {
    fault: 'takes an exclusion for a selection',
    foundBy: 'names can be excluded',
    mutate: withOptions(({ names, ...options }) => ({
      ...options,
      ...(names && { names: { in: [...(names.in ?? []), ...(names.notIn ?? [])] } }),
    })),
  },
  {
    fault: 'takes objects of one name for one object',
    foundBy: 'the same name in two clusters or namespaces is listed for each',
    mutate: withObjects((objects) => [...new Map(objects.map((object) => [object.name, object])).values()]),
  },
  { fault: 'ignores the limit', foundBy: 'a limit is honoured', mutate: without('limit') },
  { fault: 'ignores the order', foundBy: 'by name, descending', mutate: without('orderBy') },
  { fault: 'ignores the owner', foundBy: 'by uid of the owner', mutate: without('owner') },
  {
    fault: 'ignores the seniority of an owner',
    foundBy: 'by uid of the grandparent, over other types',
    mutate: withOptions(({ owner, ...options }) => ({
      ...options,
      ...(owner && { owner: { ...owner, seniority: 0 } }),
    })),
  },
  {
    fault: 'ignores where a page begins',
    foundBy: 'pages in the default order are the list, each object once',
    mutate: withOptions(({ start, ...options }) => ({ ...options, ...(start && 'offset' in start && { start }) })),
  },
  {
    fault: 'leaves out an object at each page boundary',
    foundBy: 'pages in the default order are the list, each object once',
    mutate: withObjects((objects, { start }) => (start !== undefined && 'after' in start ? objects.slice(1) : objects)),
  },
  {
    fault: 'pages by offset',
    foundBy: 'continue neither repeats nor skips under churn, in the default order',
    mutate: byOffset,
  },
  {
    fault: 'offers an empty last page',
    foundBy: 'there is no continue where nothing follows',
    mutate: withList(
      (list) =>
        async function* (options, signal) {
          let last: StoredObject | undefined;
          for await (const batch of list(options, signal)) {
            last = batch.objects.at(-1) ?? last;
            yield options.limit === batch.count && last !== undefined ? { continue: last.name, ...batch } : batch;
          }
        },
    ),
  },
  {
    fault: 'cuts a list at 10,000 objects',
    foundBy: 'a list of more than 10,000 objects is not cut',
    mutate: withObjects((objects) => objects.slice(0, 10_000)),
  },
  {
    fault: 'ignores an option that it does not know',
    foundBy: 'an extra label that the storage does not know is refused',
    mutate: without('extraLabelSelector'),
  },
  {
    fault: 'ignores what it does not declare',
    foundBy: 'what needs rawQuery is refused without it',
    mutate: without('rawQuery'),
  },
  {
    fault: 'ignores a search for words',
    foundBy: 'a word is found in an image',
    mutate: without('fullText'),
  },
  {
    fault: 'looks for words wherever they stand, in Secrets as well',
    foundBy: 'values of Secrets are never found, by no query',
    mutate: withList(
      (list) =>
        async function* (options, signal) {
          const { fullText, ...others } = options;
          const words = (fullText?.required ?? []).flatMap((terms) => terms.flatMap((term) => term.words));
          for await (const batch of list(others, signal)) {
            const objects = batch.objects.filter(({ json }) => {
              const text = Buffer.from(json).toString().toLowerCase();
              return words.every((word) => text.includes(word));
            });
            yield { ...batch, objects, count: objects.length };
          }
        },
    ),
  },
  {
    fault: 'takes % and _ in a fuzzy name for wildcards',
    foundBy: 'an underscore in a fuzzy name is no wildcard',
    mutate: withList(
      (list) =>
        async function* (options, signal) {
          const { fuzzyNames, ...others } = options;
          for await (const batch of list(others, signal)) {
            const patterns = fuzzyNames?.in?.map(fuzzyPattern);
            const matches = ({ name }: StoredObject) =>
              patterns?.some((pattern) => pattern.test(name.toLowerCase())) ?? true;
            const objects = batch.objects.filter(matches);
            yield { ...batch, objects, count: objects.length };
          }
        },
    ),
  },
  {
    fault: 'combines fuzzy names with AND',
    foundBy: 'several fuzzy names combine with OR',
    mutate: withObjects((objects, { fuzzyNames }) =>
      objects.filter(({ name }) => (fuzzyNames?.in ?? []).every((part) => name.includes(part))),
    ),
  },
  {
    fault: 'drops notIn from a field selector',
    foundBy: 'a field equals a text, by case; notIn is the opposite',
    mutate: withOptions(({ fieldSelector, ...options }) => ({
      ...options,
      ...(fieldSelector && { fieldSelector: fieldSelector.filter(({ operator }) => operator !== 'notIn') }),
    })),
  },
  {
    fault: 'leaves an absent field absent, whatever is to count in its place',
    foundBy: 'a text counts where a field is empty or absent',
    mutate: withOptions(({ fieldSelector, ...options }) => ({
      ...options,
      ...(fieldSelector && { fieldSelector: fieldSelector.map(({ whenEmpty: _, ...one }) => one) }),
    })),
  },
  {
    fault: 'inverts notExists of a field selector',
    foundBy: 'a field exists unless it is absent or null; notExists is the opposite',
    mutate: withOptions(({ fieldSelector, ...options }) => ({
      ...options,
      ...(fieldSelector && {
        fieldSelector: fieldSelector.map((one) =>
          one.operator === 'notExists' ? { ...one, operator: 'exists' as const } : one,
        ),
      }),
    })),
  },
  {
    fault: 'looks at the first value of in only',
    foundBy: 'a label is one of several values',
    mutate: withOptions(({ labelSelector, ...options }) => ({
      ...options,
      ...(labelSelector && { labelSelector: labelSelector.map((one) => ({ ...one, values: one.values.slice(0, 1) })) }),
    })),
  },
  {
    fault: 'looks at the first element of a list only',
    foundBy: 'a field over a list matches any element',
    mutate: withOptions(({ fieldSelector, ...options }) => ({
      ...options,
      ...(fieldSelector && {
        fieldSelector: fieldSelector.map((one) => ({
          ...one,
          path: one.path.map((segment) => (segment.list === 'any' ? { ...segment, list: 0 } : segment)),
        })),
      }),
    })),
  },
  {
    fault: 'refuses a field over a list',
    foundBy: 'a field over a list matches any element',
    mutate: withList(
      (list) =>
        async function* (options, signal) {
          const paths = (options.fieldSelector ?? []).flatMap(({ path }) => path);
          if (paths.some((segment) => segment.list !== undefined)) {
            throw createStorageError('NOT_SUPPORTED', 'a field over a list is not supported');
          }
          yield* list(options, signal);
        },
    ),
  },
  {
    fault: 'takes milliseconds for seconds',
    foundBy: 'since includes its own instant',
    mutate: withOptions(({ since, ...options }) => ({
      ...options,
      ...(since !== undefined && { since: since / 1000 }),
    })),
  },
  {
    fault: 'stores older versions over newer ones',
    foundBy: 'an upsert that is older than what is stored is a no-op, by number',
    mutate: withWrite((changes) =>
      changes.map((change) =>
        change.type === 'upsert' ? { ...change, object: { ...change.object, resourceVersion: '' } } : change,
      ),
    ),
  },
  {
    fault: 'deletes newer versions than the delete is about',
    foundBy: 'a delete of an older version than the stored one is a no-op',
    mutate: withWrite((changes) =>
      changes.map((change) =>
        change.type === 'delete' ? { type: 'delete', namespace: change.namespace, name: change.name } : change,
      ),
    ),
  },
  {
    fault: 'does the upserts of a batch before its deletes',
    foundBy: 'changes of one object in a batch are done in their order',
    mutate: withWrite((changes) => [
      ...changes.filter(({ type }) => type === 'upsert'),
      ...changes.filter(({ type }) => type === 'delete'),
    ]),
  },
  {
    fault: 'parses and writes objects anew',
    foundBy: 'get returns the stored bytes',
    mutate: withResources((original) => ({
      async get(...key) {
        const found = await original.get(...key);
        return { ...found, json: Buffer.from(JSON.stringify(JSON.parse(Buffer.from(found.json).toString()))) };
      },
    })),
  },
  {
    fault: 'returns another object for one that is not stored',
    foundBy: 'get of anything that is not stored is NOT_FOUND',
    mutate: withResources((original) => ({
      get: (...key) => original.get(...key).catch(() => original.get('c1', 'n1', 'a')),
    })),
  },
  {
    fault: 'counts what remains without the offset',
    foundBy: 'offset, returned and remaining add up to the total, beyond the end too',
    mutate: withList(
      (list) =>
        async function* (options, signal) {
          for await (const batch of list(options, signal)) {
            yield batch.remainingItemCount === undefined
              ? batch
              : { ...batch, remainingItemCount: Math.max(0, batch.remainingItemCount) };
          }
        },
    ),
  },
  {
    fault: 'returns whole objects for onlyMetadata',
    foundBy: 'onlyMetadata leaves apiVersion, kind and metadata',
    mutate: without('onlyMetadata'),
  },
  {
    fault: 'forgets rows',
    foundBy: 'an object comes with its row when the row begins as was asked for',
    mutate: without('withRows'),
  },
  {
    fault: 'gives every row, however it begins',
    foundBy: 'an object comes with its row when the row begins as was asked for',
    mutate: withOptions(withAnyRow),
  },
  {
    fault: 'reduces objects that come without a row',
    foundBy: 'onlyMetadata leaves an object whole that comes without the row that was asked for',
    mutate: withList(
      (list) =>
        async function* (options, signal) {
          for await (const batch of list(options, signal)) {
            const { onlyMetadata, withRows } = options;
            const reduce = (object: StoredObject) => ({ ...object, json: reduceToMetadata(object.json) });
            yield onlyMetadata && withRows ? { ...batch, objects: batch.objects.map(reduce) } : batch;
          }
        },
    ),
  },
  {
    fault: 'takes % and _ at the beginning of a row for wildcards',
    foundBy: 'the beginning of a row is compared character by character',
    mutate: withList(
      (list) =>
        async function* (options, signal) {
          const { prefix } = options.withRows ?? {};
          for await (const batch of list(withAnyRow(options), signal)) {
            const pattern = new RegExp(
              `^${(prefix ?? '')
                .replace(/[*?[\]]/g, '\\$&')
                .replaceAll('%', '.*')
                .replaceAll('_', '.')}`,
              'u',
            );
            const objects = batch.objects.map(({ row, ...object }) =>
              row !== undefined && pattern.test(row) ? { ...object, row } : object,
            );
            yield prefix === undefined ? batch : { ...batch, objects };
          }
        },
    ),
  },
  {
    fault: 'gives rows whether asked or not',
    foundBy: 'rows come only when asked for',
    mutate: withOptions((options) => ({ withRows: { prefix: '' }, ...options })),
  },
  {
    fault: 'gives objects the rows of their neighbours',
    foundBy: 'each object has its own row, in any order, on every page and in every batch',
    mutate: withObjects((objects) =>
      objects.map(({ row: _row, ...object }, index) => {
        const row = objects[(index + 1) % objects.length]?.row;
        return row === undefined ? object : { ...object, row };
      }),
    ),
  },
  {
    fault: 'loses rows beside events',
    foundBy: 'rows come with filters, with collections and with events',
    mutate: withObjects((objects, { injectEvents }) =>
      injectEvents ? objects.map(({ row: _row, ...object }) => object) : objects,
    ),
  },
  {
    fault: 'keeps the row of what was replaced',
    foundBy: 'an object that is replaced has the row that came with it, or none',
    mutate: withRowsOf((row, earlier) => row ?? earlier),
  },
  {
    fault: 'leaves the row as it is when the bytes are the same',
    foundBy: 'the same bytes with another row take the new row, and are unchanged',
    mutate: withRowsOf((row, earlier) => earlier ?? row),
  },
  {
    fault: 'forgets to say the types of a collection',
    foundBy: 'a collection says its distinct types, in order of appearance',
    mutate: withCollections((original) => ({
      async *list(options, signal) {
        for await (const { types: _types, ...batch } of original.list(options, signal)) yield batch;
      },
    })),
  },
  {
    fault: 'lists every type in every collection',
    foundBy: 'types are selected by group, version and resource, and combine with OR',
    mutate: (storage) => ({
      ...storage,
      collectionResourceStorage: () => ({
        list: (options, signal) => storage.collectionResourceStorage('any').list({ ...options, types: 'all' }, signal),
      }),
    }),
  },
  {
    fault: 'attaches events whether asked or not',
    foundBy: 'events are returned only when asked for',
    mutate: withOptions((options) => ({ ...options, injectEvents: true })),
  },
  {
    fault: 'forgets the inventory when it cleans',
    foundBy: 'cleanCluster removes a cluster and nothing else',
    mutate: (storage) => ({
      ...storage,
      async cleanCluster(cluster, signal) {
        const kept = (await storage.clusterInventories()).filter((inventory) => inventory.cluster === cluster);
        await storage.cleanCluster(cluster, signal);
        for (const inventory of kept) await storage.putClusterInventory(inventory);
      },
    }),
  },
  {
    fault: 'cleans a type in all clusters',
    foundBy: 'cleanClusterResource removes one type of one cluster, not the inventory, and may be repeated',
    mutate: (storage) => ({
      ...storage,
      async cleanClusterResource(_cluster, type, signal) {
        for (const cluster of ['c1', 'c2']) await storage.cleanClusterResource(cluster, type, signal);
      },
    }),
  },
  {
    fault: 'does not look at the signal',
    foundBy: 'a call with an aborted signal is TIMEOUT',
    mutate: withList((list) => (options) => list(options)),
  },
  {
    fault: 'answers after shutdown',
    foundBy: 'after shutdown every call is CLOSED',
    mutate: (storage) => ({ ...storage, prepareCluster: async () => undefined }),
  },
  {
    fault: 'takes any position for the beginning',
    foundBy: 'a position that the storage did not issue is INVALID',
    mutate: withList(
      (list) =>
        async function* (options, signal) {
          try {
            yield* list(options, signal);
          } catch {
            const { start: _start, ...others } = options;
            yield* list(others, signal);
          }
        },
    ),
  },
];
