import { type ObjectBatch, type ObjectChange, prepareObject } from '@clusterdex/storage-contract';
import { bucketLabel } from '../support/fleet.js';
import { fleetTypes } from '../support/fleet-types.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { batchSize, listLimit, type Subject } from './subject.js';

/** A storage, opened and guarded as the server opens it. */
export async function createPluginSubject(
  name: string,
  options: { readonly dataDirectory: string; readonly config: Readonly<Record<string, unknown>> },
): Promise<Subject> {
  const opened = await openTestStorage(name, options);
  const pods = opened.factory.resourceStorage(fleetTypes.pods);
  return {
    async ingest(cluster, raw) {
      await opened.factory.prepareCluster(cluster);
      // While one batch is written, the next waits for its turn, and a third is prepared.
      let [writing, next]: Promise<unknown>[] = [];
      for (let start = 0; start < raw.length; start += batchSize) {
        const changes = raw
          .slice(start, start + batchSize)
          .map((json): ObjectChange => ({ type: 'upsert', object: prepareObject(json, { cluster }) }));
        await writing;
        [writing, next] = [next, pods.write(cluster, changes)];
      }
      await Promise.all([writing, next]);
    },
    async get(key) {
      return (await pods.get(...key)).json.length;
    },
    list: () => countBytes(pods.list({ limit: listLimit })),
    label: (value) =>
      countBytes(
        pods.list({ labelSelector: [{ key: bucketLabel, operator: 'in', values: [value] }], limit: listLimit }),
      ),
    close: () => opened.close(),
  };
}

/** As the API server reads: joined bytes where the storage gives them. */
async function countBytes(batches: AsyncIterable<ObjectBatch>): Promise<number> {
  let bytes = 0;
  for await (const batch of batches) {
    if (batch.joined !== undefined) bytes += batch.joined.length;
    else for (const object of batch.objects) bytes += object.json.length;
  }
  return bytes;
}
