import {
  type CapabilityName,
  type CollectionListOptions,
  type CollectionResourceStorage,
  capabilityQuestions,
  createStorageError,
  type ListOptions,
  type ObjectBatch,
  type ResourceStorage,
  type StorageFactory,
  type StorageHost,
  type StoragePlugin,
} from '@clusterdex/storage-contract';
import { overlay } from './overlay.js';

/** The contract before Tables, watches and words: the draft that 1.0 grew out of. */
export const draftContract = '0.9';

/** What the draft asked of every plugin. */
const asked: ReadonlySet<string> = new Set([
  'watch',
  'labelSelector',
  'fieldSelector',
  'ownerSearch',
  'fuzzyName',
  'orderBy',
  'continueToken',
  'remainingItemCount',
  'onlyMetadata',
  'collectionResources',
  'events',
  'fullText',
  'rawQuery',
  'history',
  'durable',
  'multiProcess',
  'keyValue',
] satisfies readonly CapabilityName[]);

/**
 * What the draft meant otherwise, so that a yes to it is no longer one: `watch` had no function yet, `fullText` was a text, a requirement
 * on a field did not say what counts in place of an absent one, and an event did not expire.
 */
const meantOtherwise: ReadonlySet<string> = new Set([
  'watch',
  'fullText',
  'fieldSelector',
  'events',
] satisfies readonly CapabilityName[]);

/** Options of a list that the storage would ignore, or mistake. */
const refused = ['fieldSelector', 'fullText', 'withRows', 'injectEvents'] as const satisfies (keyof ListOptions)[];

/** A storage of the draft as one of today: what it cannot do it says no to and refuses, and its revisions are numbers that grow. */
export function adaptDraft(exported: object): unknown {
  const { capabilities, createStorageFactory } = exported as Partial<StoragePlugin>;
  return {
    ...exported,
    capabilities: adaptCapabilities(capabilities),
    createStorageFactory:
      typeof createStorageFactory !== 'function'
        ? createStorageFactory
        : async (config: Record<string, unknown>, host: StorageHost) =>
            adaptFactory(await createStorageFactory.call(exported, config, host), host),
  };
}

function adaptCapabilities(capabilities: unknown): unknown {
  if (typeof capabilities !== 'object' || capabilities === null) return capabilities;
  const later = Object.keys(capabilityQuestions).filter((name) => !asked.has(name));
  const answers = Object.entries(capabilities).map(([name, answer]) => [
    name,
    meantOtherwise.has(name) && answer === true ? false : answer,
  ]);
  return { ...Object.fromEntries(later.map((name) => [name, false])), ...Object.fromEntries(answers) };
}

function adaptFactory(factory: StorageFactory, host: StorageHost): StorageFactory {
  if (typeof factory !== 'object' || factory === null) return factory;
  const number = createRevisions(host);
  return overlay(factory, {
    resourceStorage: (type) => adaptResourceStorage(factory.resourceStorage(type), number),
    collectionResourceStorage: (name) => adaptCollection(factory.collectionResourceStorage(name), number),
  });
}

function adaptResourceStorage(storage: ResourceStorage, number: Revisions): ResourceStorage {
  return overlay(storage, {
    async get(cluster, namespace, name, options) {
      assertKnown(options ?? {});
      return storage.get(cluster, namespace, name);
    },
    list: (options, signal) => adaptList(options, () => storage.list(options, signal), number),
    async recordEvents(cluster) {
      // It says whether it is closed.
      await storage.recordEvents(cluster, []);
      throw createStorageError(
        'NOT_SUPPORTED',
        'a storage of the draft contract cannot forget events, so it keeps none',
      );
    },
  });
}

function adaptCollection(storage: CollectionResourceStorage, number: Revisions): CollectionResourceStorage {
  return overlay(storage, {
    list: (options, signal) => adaptList(options, () => storage.list(options, signal), number),
  });
}

async function* adaptList(
  options: ListOptions | CollectionListOptions,
  list: () => AsyncIterable<ObjectBatch>,
  number: Revisions,
): AsyncIterable<ObjectBatch> {
  assertKnown(options);
  for await (const batch of list()) {
    yield batch.revision === undefined ? batch : { ...batch, revision: number(batch.revision) };
  }
}

function assertKnown(options: Pick<ListOptions, (typeof refused)[number]>): void {
  const option = refused.find((name) => {
    const value = options[name];
    return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
  });
  if (option !== undefined)
    throw createStorageError('NOT_SUPPORTED', `a storage of the draft contract does not support ${option}`);
}

type Revisions = (revision: string) => string;

/** The draft's revisions were any text. Another text is another, later revision: microseconds, or one more than the last. */
function createRevisions(host: StorageHost): Revisions {
  let last: string | undefined;
  let latest = 0;
  return (revision) => {
    if (revision !== last) latest = Math.max(latest + 1, host.now() * 1000);
    last = revision;
    return String(latest);
  };
}
