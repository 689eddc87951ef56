import { createStorageError, type StorageHost } from '@clusterdex/storage-contract';
import type { ElasticsearchConfig } from './config.js';
import { Engine } from './engine.js';
import {
  changesDefinition,
  type IndexDefinition,
  type IndexNames,
  indexNames,
  metaDefinition,
  resourcesDefinition,
  schemaVersion,
} from './index-definitions.js';
import { errorTypes, statusOf } from './map-error.js';
import { StateKeeper } from './state-keeper.js';
import { Store } from './store.js';

/** Makes the indexes that are missing, and opens the store. */
export async function openStore(
  config: ElasticsearchConfig,
  host: StorageHost,
): Promise<{ store: Store; schema: { version: number; found?: number } }> {
  const engine = new Engine(config, host);
  try {
    const isOpenSearch = await findDistribution(engine);
    const names = indexNames(config.prefix);
    if (config.indexTemplate) await putTemplate(engine, names, config);
    const found = await findVersion(engine, names);
    if (found !== undefined && found > schemaVersion) {
      throw createStorageError(
        'UNAVAILABLE',
        `the indexes of '${config.prefix}' are of version ${found}, this server knows ${schemaVersion}: it is too old for them`,
        { retryable: false },
      );
    }
    await createIndex(engine, names.changes, changesDefinition(config));
    await createIndex(engine, names.meta, metaDefinition(config));
    if (found === undefined) await createResources(engine, names, config);
    const state = new StateKeeper(engine, names.meta);
    const { salt } = await state.create(host.now());
    const store = new Store({ engine, names, state, salt, isOpenSearch }, config, host);
    return { store, schema: { version: schemaVersion, ...(found !== undefined && { found }) } };
  } catch (error) {
    await engine.close(0);
    throw error;
  }
}

/** Everything that says `X-Elastic-Product` is Elasticsearch; what does not has to say that it is OpenSearch. */
async function findDistribution(engine: Engine): Promise<boolean> {
  const answer = await engine.request<{ nodes?: Readonly<Record<string, { version?: string }>> }>({
    method: 'GET',
    path: '/_nodes/_local/info',
    query: { filter_path: 'nodes.*.version' },
    what: 'asking for the version',
    repeatable: true,
  });
  const version = Object.values(answer.nodes ?? {})[0]?.version ?? '';
  const root = await engine
    .raw<{ version?: { distribution?: string } }>({ method: 'GET', path: '/', what: 'asking for the version' })
    .catch(() => undefined);
  const isOpenSearch = root?.version?.distribution === 'opensearch';
  const major = Number.parseInt(version, 10);
  if (isOpenSearch ? major < 2 : major < 8) {
    throw createStorageError(
      'UNAVAILABLE',
      `expected Elasticsearch 8 or OpenSearch 2 or newer at ${engine.server}, found ${version}`,
      { retryable: false },
    );
  }
  return isOpenSearch;
}

async function putTemplate(engine: Engine, names: IndexNames, config: ElasticsearchConfig): Promise<void> {
  const template = resourcesDefinition(config);
  try {
    await engine.raw({
      method: 'PUT',
      path: `/_index_template/${names.template}`,
      body: { index_patterns: [`${names.resources}-*`], priority: 300, version: schemaVersion, template },
      what: 'writing the index template',
      repeatable: true,
    });
  } catch (error) {
    if (statusOf(error) !== 403) engine.rethrow(error);
    engine.logger.warn(
      {},
      'no privilege to write the index template; set indexTemplate to false, or grant manage_index_templates',
    );
  }
}

/** Of the index behind the alias; undefined when there is none. */
async function findVersion(engine: Engine, { resources }: IndexNames): Promise<number | undefined> {
  try {
    const found = await engine.raw<
      Readonly<Record<string, { mappings: { _meta?: { clusterdex?: { version?: number } } } }>>
    >({ method: 'GET', path: `/${resources}/_mapping`, what: 'reading the mapping', repeatable: true });
    return Object.values(found)[0]?.mappings._meta?.clusterdex?.version ?? 0;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    return engine.rethrow(error);
  }
}

async function createResources(engine: Engine, names: IndexNames, config: ElasticsearchConfig): Promise<void> {
  const aliases = { [names.resources]: { is_write_index: true } };
  await createIndex(engine, names.resourcesIndex(schemaVersion), { ...resourcesDefinition(config), aliases });
}

async function createIndex(
  engine: Engine,
  name: string,
  definition: IndexDefinition & { readonly aliases?: object },
): Promise<void> {
  try {
    await engine.raw({
      method: 'PUT',
      path: `/${name}`,
      query: { wait_for_active_shards: 1 },
      body: definition,
      what: 'creating an index',
      repeatable: true,
    });
  } catch (error) {
    if (!errorTypes(error).includes('resource_already_exists_exception')) engine.rethrow(error);
  }
}
