import { isStorageError } from '../../errors.js';
import type { CollectionListOptions } from '../../list-options.js';
import type { ResourceType } from '../../resource-type.js';
import type { StorageFactory } from '../../storage-factory.js';
import type { StoredObject } from '../../stored-object.js';
import { type Listing, readList, textOf } from '../listing.js';
import type { Query } from './random-query.js';

/** What a storage answers, in lines that are the same for each storage that does it right. */
export type Answer = readonly string[];

/** The whole list, then, when there is a limit, page after page, then pages behind offsets. An error is a line with its code. */
export async function answerOf(storage: StorageFactory, { of, options }: Query): Promise<Answer> {
  const list = (more: CollectionListOptions): Promise<Listing> => {
    const frozen = Object.freeze(more);
    const resource = typeof of === 'string' ? storage.collectionResourceStorage(of) : storage.resourceStorage(of);
    return readList(resource.list(frozen));
  };
  const { limit, ...whole } = options;
  const lines: string[] = [];
  try {
    const all = await list(whole);
    lines.push(...describe('all', all));
    if (limit === undefined) return lines;
    let page = await list(options);
    for (let number = 1; ; number++) {
      lines.push(...describe(`page ${number}`, page));
      if (page.continue === undefined) break;
      if (number > all.objects.length) return [...lines, 'pages that do not end'];
      page = await list({ ...options, start: { after: page.continue } });
    }
    for (const offset of [Math.floor(all.objects.length / 2), all.objects.length + 2]) {
      lines.push(...describe(`behind ${offset}`, await list({ ...options, start: { offset } })));
    }
  } catch (error) {
    lines.push(describeError(error));
  }
  return lines;
}

export function describeError(error: unknown): string {
  if (isStorageError(error)) return `error ${error.code}`;
  return `no StorageError: ${error instanceof Error ? error.message : String(error)}`;
}

export function describeObject({ cluster, namespace, name, type, json, row, events }: StoredObject): string {
  const more = {
    ...(type && { type: nameOf(type) }),
    ...(row !== undefined && { row }),
    ...(events && { events: events.map(textOf) }),
  };
  const extras = Object.keys(more).length === 0 ? '' : ` ${JSON.stringify(more)}`;
  return `${cluster}/${namespace}/${name}${extras} ${textOf(json)}`;
}

function describe(what: string, { objects, remaining, types }: Listing): Answer {
  const count = remaining === undefined ? '' : `, ${remaining} remain`;
  const kinds = types.length === 0 ? '' : `, of ${[...new Set(types.map(nameOf))].join(', ')}`;
  return [
    `${what}: ${objects.length}${count}${kinds}`,
    ...objects.map((object) => `${what}: ${describeObject(object)}`),
  ];
}

function nameOf({ group, version, resource }: ResourceType): string {
  return `${group}/${version}/${resource}`;
}
