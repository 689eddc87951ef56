import {
  type CollectionListOptions,
  type ObjectBatch,
  prepareObject,
  type ResourceType,
} from '@clusterdex/storage-contract';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { testedDatabases } from './tested-storages.js';

const types = ['configmaps', 'secrets', 'services'].map(
  (resource, index): ResourceType => ({
    group: '',
    version: 'v1',
    resource,
    kind: ['ConfigMap', 'Secret', 'Service'][index] as string,
    namespaced: true,
  }),
);

interface Stored {
  readonly type: ResourceType;
  readonly name: string;
  readonly json: string;
  readonly row: string | undefined;
  readonly bucket: string;
}

function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

async function collect(batches: AsyncIterable<ObjectBatch>): Promise<string[]> {
  const found: string[] = [];
  for await (const { objects } of batches) {
    found.push(...objects.map(({ name, json, row, type }) => `${type?.resource} ${name} ${row} ${Buffer.from(json)}`));
  }
  return found;
}

/** Each with a store of its own. */
const servers = () => testedDatabases();

// The smallest cache is emptied and filled all the time; without one everything comes from the server.
describe.each([0, 1].flatMap((megabytes) => servers().map((server) => ({ ...server, megabytes }))))(
  'pages of $name that are asked for again and again, $megabytes MB of objects in memory',
  ({ name, config, notRun, megabytes }) => {
    if (config === undefined) {
      it.skip(notRun, () => {});
      return;
    }
    const folder = temporaryFolder();
    const opened: OpenedStorage[] = [];
    afterAll(async () => {
      for (const storage of opened) await storage.close();
    });

    it('are what is stored, whoever writes', async () => {
      // As two servers on one database.
      for (const cache of [megabytes, 4]) {
        const own = { ...config, objectCacheMegabytes: cache };
        opened.push(await openTestStorage(name, { dataDirectory: folder, config: own }));
      }
      const [reader, writer] = opened as [OpenedStorage, OpenedStorage];
      const below = random(megabytes + 1);
      const stored = new Map<string, Stored>();
      for (let step = 1; step <= 45; step++) {
        const type = types[below(types.length)] as ResourceType;
        // No change of an object, nothing for those who watch: the revision stays.
        const rowsAlone = below(3) === 0;
        const changes = Array.from({ length: step % 40 === 0 ? 1500 : below(4) }, () => {
          const names = [...stored.values()].filter((object) => object.type === type).map((object) => object.name);
          const called =
            rowsAlone && names.length > 0
              ? (names[below(names.length)] as string)
              : `m-${String(below(400)).padStart(4, '0')}`;
          const key = `${called} ${type.resource}`;
          const known = stored.get(key);
          if (known !== undefined && !rowsAlone && below(8) === 0) {
            stored.delete(key);
            return { type: 'delete' as const, namespace: 'default', name: called };
          }
          const prefix = `${below(2)} `;
          if (known !== undefined && (rowsAlone || below(3) === 0)) {
            const row = `${prefix}row ${step}`;
            stored.set(key, { ...known, row });
            return {
              type: 'upsert' as const,
              object: { ...prepareObject(Buffer.from(known.json), { cluster: 'c' }), row },
            };
          }
          const bucket = `b${below(5)}`;
          const metadata = { name: called, namespace: 'default', uid: key, resourceVersion: '1', labels: { bucket } };
          // Few texts, so that an object often becomes again what it was before.
          const data = { text: 'é'.repeat(below(3) * 1000) };
          const json = JSON.stringify({ apiVersion: 'v1', kind: type.kind, metadata, data });
          const object = prepareObject(Buffer.from(json), { cluster: 'c' });
          const row = below(4) === 0 ? undefined : `${prefix}row of ${step}`;
          const text = Buffer.from(object.json).toString();
          // What is stored already keeps its row when it comes without one.
          const kept = known?.json === text ? known.row : undefined;
          stored.set(key, { type, name: called, json: text, row: row ?? kept, bucket });
          return { type: 'upsert' as const, object: row === undefined ? object : { ...object, row } };
        });
        const by = below(2) === 0 ? reader : writer;
        const searches = [
          search(below),
          { limit: 300, start: { offset: below(2) * 50 } },
          { limit: 200, onlyMetadata: true, withRows: { prefix: '1 ' } },
          { limit: 100, labelSelector: [{ key: 'bucket', operator: 'in' as const, values: ['b1'] }] },
        ];
        // What is read while somebody writes may not leave anything old behind.
        await Promise.all([
          by.factory.resourceStorage(type).write('c', changes),
          ...searches.map((options) => collect(list(reader, options, type))),
          ...searches.map((options) => collect(list(reader, { ...options, types: 'all' }, undefined))),
        ]);
        for (const options of searches) {
          expect(await collect(list(reader, options, type))).toEqual(expected(stored, options, type));
          expect(await collect(list(reader, { ...options, types: 'all' }, undefined))).toEqual(
            expected(stored, options, undefined),
          );
          const some = types.slice(1).map(({ resource }) => ({ group: '', resource }));
          const ofSome = new Map([...stored].filter(([, { type: of }]) => of !== types[0]));
          expect(await collect(list(reader, { ...options, types: some }, undefined))).toEqual(
            expected(ofSome, options, undefined),
          );
        }
      }
    }, 180_000);
  },
);

function search(below: (limit: number) => number): CollectionListOptions {
  return { limit: 150, start: { offset: below(3) * 20 }, onlyMetadata: below(2) === 0 };
}

function list({ factory }: OpenedStorage, options: CollectionListOptions, type: ResourceType | undefined) {
  if (type !== undefined) return factory.resourceStorage(type).list(options);
  return factory.collectionResourceStorage('any').list(options);
}

function expected(stored: ReadonlyMap<string, Stored>, options: CollectionListOptions, type: ResourceType | undefined) {
  const { limit, start, onlyMetadata, withRows, labelSelector } = options;
  const offset = start !== undefined && 'offset' in start ? start.offset : 0;
  return [...stored.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, object]) => object)
    .filter((object) => type === undefined || object.type === type)
    .filter(({ bucket }) => labelSelector === undefined || bucket === 'b1')
    .slice(offset, offset + (limit ?? 0))
    .map(({ type: of, name, json, row }) => {
      const shown = withRows !== undefined && row?.startsWith(withRows.prefix) ? row : undefined;
      const reduced = onlyMetadata === true && (withRows === undefined || shown !== undefined);
      const { data: _, ...metadata } = JSON.parse(json) as Record<string, unknown>;
      const text = reduced ? JSON.stringify(metadata) : json;
      return `${type === undefined ? of.resource : undefined} ${name} ${shown} ${text}`;
    });
}
