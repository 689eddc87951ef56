import { prepareObject } from '@clusterdex/storage-contract';
import { expect, it } from '@jest/globals';
import { configMaps, openStorage, temporaryDirectory } from './support.js';

const megabyte = 2 ** 20;

it('a watch reads large objects a few at a time', async () => {
  const storage = await openStorage(await temporaryDirectory());
  await storage.prepareCluster('c');
  const resource = storage.resourceStorage(configMaps);
  const revisions: string[] = [];
  for await (const { revision } of resource.list({})) if (revision !== undefined) revisions.push(revision);
  for (let version = 1; version <= 30; version++) {
    const metadata = { name: 'large', namespace: 'n', uid: 'u', resourceVersion: String(version) };
    const json = Buffer.from(
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'x'.repeat(megabyte) } }),
    );
    await resource.write('c', [{ type: 'upsert', object: prepareObject(json, { cluster: 'c' }) }]);
  }
  const stop = new AbortController();
  const sizes: number[] = [];
  for await (const { events } of resource.watch?.({}, revisions[0] ?? '', stop.signal) ?? []) {
    sizes.push(events.length);
    if (sizes.reduce((sum, size) => sum + size, 0) === 30) stop.abort();
  }
  expect(Math.max(...sizes)).toBeLessThanOrEqual(4);
  await storage.shutdown();
});
