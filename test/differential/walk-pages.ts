import type {
  CollectionListOptions,
  CollectionResourceStorage,
  ObjectBatch,
  ResourceStorage,
  StoredObject,
} from '@clusterdex/storage-contract';

export interface Page {
  readonly objects: readonly StoredObject[];
  readonly position: string | undefined;
  readonly remaining: number | undefined;
  readonly revision: string | undefined;
}

/** Reads one list to its end. */
export async function readPage(
  storage: ResourceStorage | CollectionResourceStorage,
  options: CollectionListOptions,
): Promise<Page> {
  const batches: ObjectBatch[] = [];
  for await (const batch of storage.list(options)) batches.push(batch);
  const last = batches.at(-1);
  return {
    objects: batches.flatMap((batch) => {
      checkJoined(batch);
      return batch.objects;
    }),
    position: last?.continue,
    remaining: last?.remainingItemCount,
    revision: batches[0]?.revision,
  };
}

/** Follows `continue` from page to page. */
export async function walkPages(
  storage: ResourceStorage | CollectionResourceStorage,
  options: CollectionListOptions,
): Promise<Page[]> {
  const pages: Page[] = [];
  let page = await readPage(storage, options);
  pages.push(page);
  while (page.position !== undefined) {
    page = await readPage(storage, { ...options, start: { after: page.position } });
    pages.push(page);
    if (pages.length > 10_000) throw new Error('the pages do not end');
  }
  return pages;
}

/** A list is sent from `joined`, a Table is made from `objects`: they have to say the same. */
function checkJoined({ joined, objects, count }: ObjectBatch): void {
  if (objects.length !== count) throw new Error(`a batch of ${objects.length} objects says count ${count}`);
  if (joined === undefined) return;
  const expected = Buffer.concat(
    objects.flatMap(({ json }, index) => (index === 0 ? [json] : [Buffer.from(','), json])),
  );
  if (!expected.equals(joined)) throw new Error('joined is not the objects with commas between them');
}
