import assert from 'node:assert/strict';
import type { CollectionListOptions, ListOptions } from '../list-options.js';
import type { ResourceType } from '../resource-type.js';
import type { StorageFactory } from '../storage-factory.js';
import type { ObjectBatch, StoredObject } from '../stored-object.js';
import { pods } from './test-objects.js';

/** A list that was read to its end. */
export interface Listing {
  readonly objects: readonly StoredObject[];
  /** `cluster/namespace/name` of each object. */
  readonly ids: readonly string[];
  readonly names: readonly string[];
  readonly types: readonly ResourceType[];
  readonly revision: string | undefined;
  readonly continue: string | undefined;
  readonly remaining: number | undefined;
}

/** Reads a list of pods, or of another type, and checks what holds for every list. */
export function list(storage: StorageFactory, options: ListOptions = {}, type: ResourceType = pods): Promise<Listing> {
  return readList(storage.resourceStorage(type).list(Object.freeze(options)));
}

export function listCollection(
  storage: StorageFactory,
  name: string,
  options: CollectionListOptions = {},
): Promise<Listing> {
  return readList(storage.collectionResourceStorage(name).list(Object.freeze(options)));
}

/** Reads page after page to the end. `between` runs behind every page but the last. */
export async function listPages(
  storage: StorageFactory,
  options: ListOptions,
  between: (page: Listing) => Promise<void> = async () => undefined,
): Promise<readonly Listing[]> {
  const pages: Listing[] = [];
  for (let page = await list(storage, options); ; ) {
    pages.push(page);
    if (page.continue === undefined) return pages;
    assert.ok(page.objects.length > 0, 'a page that is followed by another is not empty');
    assert.ok(pages.length < 1000, 'the pages of a list come to an end');
    await between(page);
    page = await list(storage, { ...options, start: { after: page.continue } });
  }
}

export async function readList(batches: AsyncIterable<ObjectBatch>): Promise<Listing> {
  const read: ObjectBatch[] = [];
  const objects: StoredObject[] = [];
  for await (const batch of batches) {
    checkBatch(batch);
    read.push(batch);
    // Copies, because a batch may be released, which is nobody else's loss.
    objects.push(...batch.objects.map((object) => ({ ...object, json: Uint8Array.from(object.json) })));
    batch.release?.();
  }
  const last = read.at(-1);
  assert.ok(last, 'a list has at least one batch');
  assert.match(
    String(read[0]?.revision),
    /^[1-9][0-9]{0,18}$/,
    'the first batch carries the revision, a decimal number',
  );
  for (const batch of read.slice(0, -1)) {
    assert.equal(batch.continue, undefined, 'only the last batch carries continue');
    assert.equal(batch.remainingItemCount, undefined, 'only the last batch carries remainingItemCount');
  }
  return {
    objects,
    ids: objects.map(({ cluster, namespace, name }) => `${cluster}/${namespace}/${name}`),
    names: objects.map(({ name }) => name),
    types: read.flatMap((batch) => batch.types ?? []),
    revision: read[0]?.revision,
    continue: last.continue,
    remaining: last.remainingItemCount,
  };
}

function checkBatch(batch: ObjectBatch): void {
  const { objects, joined } = batch;
  assert.equal(batch.count, objects.length, 'count is the number of objects');
  for (const object of objects) {
    const { metadata } = JSON.parse(textOf(object.json)) as { metadata: { name: string; namespace?: string } };
    assert.deepEqual(
      [object.namespace, object.name],
      [metadata.namespace ?? '', metadata.name],
      'an object stands beside its own bytes',
    );
  }
  if (joined === undefined) return;
  assert.equal(textOf(joined), objects.map(({ json }) => textOf(json)).join(','), 'joined is the objects with commas');
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
