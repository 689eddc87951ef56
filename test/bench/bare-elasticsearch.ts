import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepareObject, type ResourceType } from '@clusterdex/storage-contract';
import { type SelectableObject, selectableFromJson } from '@clusterdex/storage-contract/selection';
import { Client } from '@elastic/elasticsearch';
import { repositoryRoot } from '../support/clusterdex.js';
import { bucketLabel } from '../support/fleet.js';
import { fleetTypes } from '../support/fleet-types.js';
import { batchSize, listLimit, type Subject } from './subject.js';

type Salt = readonly [number, number];

/** What of the storage itself is used, so that both sides index and read the same documents. */
interface Documents {
  createDocument(
    source: {
      type: ResourceType;
      selectable: SelectableObject;
      json: Uint8Array;
      row: string | undefined;
      state: { digest: string; synced: number; metadataEnd: number; batch: string };
    },
    salt: Salt,
  ): string;
  documentId(type: ResourceType, place: readonly [string, string, string]): string;
}
interface Definitions {
  resourcesDefinition(config: object): object;
}
interface Tokens {
  labelEquals(key: string, value: string, salt: Salt): string;
}

const load = async <Module>(file: string): Promise<Module> =>
  (await import(
    pathToFileURL(join(repositoryRoot, 'storage-plugins/elasticsearch-storage/dist/src', file)).href
  )) as Module;

/** The limit of an Elasticsearch storage: `_bulk` of the same documents, and the client's own gets and searches. */
export async function createBareElasticsearch({
  addresses,
  prefix,
}: Readonly<Record<string, unknown>>): Promise<Subject> {
  const { createDocument, documentId } = await load<Documents>('document.js');
  const { resourcesDefinition } = await load<Definitions>('index-definitions.js');
  const { labelEquals } = await load<Tokens>('tokens.js');
  const salt: Salt = [1, 2];
  const type = fleetTypes.pods;
  const index = `${prefix}-bare`;
  const client = new Client({ nodes: addresses as string[], disablePrototypePoisoningProtection: true });
  const definition = resourcesDefinition({ shards: 1, replicas: 0, refreshInterval: '30s' });
  await client.indices.create({ index, ...definition });
  let isFresh = true;
  const search = async (query: object): Promise<number> => {
    if (!isFresh) await client.indices.refresh({ index });
    isFresh = true;
    const { hits } = await client.search<{ object: string }>({
      index,
      size: listLimit,
      track_total_hits: false,
      query,
      sort: [{ 'search.key': 'asc' }],
    });
    // As they are sent to somebody: in one piece of bytes.
    return Buffer.from(hits.hits.map(({ _source }) => _source?.object).join(',')).length;
  };
  return {
    async ingest(cluster, pods) {
      for (let start = 0; start < pods.length; start += batchSize) {
        const lines = pods.slice(start, start + batchSize).map((raw) => {
          const { json, namespace, name, metadataEnd } = prepareObject(raw, { cluster });
          const selectable = selectableFromJson(json, cluster);
          const state = { digest: '0'.repeat(22), synced: Date.now(), metadataEnd, batch: 'aaaaaaaaaaaa' };
          const document = createDocument({ type, selectable, json, row: undefined, state }, salt);
          return `{"index":{"_id":"${documentId(type, [cluster, namespace, name])}"}}\n${document}\n`;
        });
        const bulkBody = lines.join('');
        await client.transport.request({ method: 'POST', path: `/${index}/_bulk`, bulkBody });
      }
      isFresh = false;
    },
    async get(key) {
      const { _source } = await client.get<{ object: string }>({ index, id: documentId(type, key) });
      return Buffer.from(_source?.object ?? '').length;
    },
    list: () => search({ term: { 'search.type': '/v1/pods' } }),
    label: (value) => search({ term: { 'search.tokens': labelEquals(bucketLabel, value, salt) } }),
    async close() {
      await client.indices.delete({ index });
      await client.close();
    },
  };
}
