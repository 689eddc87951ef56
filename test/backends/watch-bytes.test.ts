import { prepareObject } from '@clusterdex/storage-contract';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { testedStorages } from './tested-storages.js';

const configMaps = { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true } as const;
const versions = 30;
const megabyte = 2 ** 20;

// The memory storage has them all in memory anyway; SQLite's own tests ask the same.
describe.each(testedStorages().filter(({ notRun }) => notRun !== ''))(
  'a watch of $name',
  ({ name, config, notRun }) => {
    if (config === undefined) {
      it.skip(notRun, () => {});
      return;
    }
    const dataDirectory = temporaryFolder();
    let opened: OpenedStorage | undefined;
    afterAll(() => opened?.close());

    it('reads large objects a few at a time, and loses none', async () => {
      opened = await openTestStorage(name, { dataDirectory, config });
      const resource = opened.factory.resourceStorage(configMaps);
      let start = '';
      for await (const { revision } of resource.list({ limit: 1 })) start = revision ?? start;
      for (let version = 1; version <= versions; version++) {
        const metadata = { name: 'large', namespace: 'n', uid: 'u', resourceVersion: String(version) };
        const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'x'.repeat(megabyte) } };
        const prepared = prepareObject(Buffer.from(JSON.stringify(object)), { cluster: 'c' });
        await resource.write('c', [{ type: 'upsert', object: prepared }]);
      }
      const seen: string[] = [];
      const sizes: number[] = [];
      for await (const { events } of resource.watch?.({}, start, new AbortController().signal) ?? []) {
        sizes.push(events.length);
        for (const event of events) {
          const text = Buffer.from(event.object.json).toString('utf8', 0, 500);
          seen.push(/"resourceVersion":"(\d+)"/.exec(text)?.[1] ?? '');
        }
        if (seen.length >= versions) break;
      }
      expect(seen).toEqual(Array.from({ length: versions }, (_, index) => String(index + 1)));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(4);
    }, 60_000);
  },
);
