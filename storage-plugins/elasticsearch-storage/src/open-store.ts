import { createStorageError, type StorageHost } from '@clusterdex/storage-contract';
import type { ElasticsearchConfig } from './config.js';
import { Engine } from './engine.js';
import {
  changesDefinition,
  firstIndex,
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
import { upgradeIndex } from './upgrade-index.js';

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
    const found = await findIndex(engine, names);
    if (found !== undefined && found.version > schemaVersion) {
      throw createStorageError(
        'UNAVAILABLE',
        `the indexes of '${config.prefix}' are of version ${found.version}, this server knows ${schemaVersion}: it is too old for them`,
        { retryable: false },
      );
    }
    for (const [alias, definition] of [
      [names.changes, changesDefinition(config)],
      [names.meta, metaDefinition(config)],
    ] as const) {
      const aliases = { [alias]: { is_write_index: true } };
      if (!(await exists(engine, alias))) await createIndex(engine, firstIndex(alias), { ...definition, aliases });
    }
    if (found === undefined) await createResources(engine, names, config);
    const state = new StateKeeper(engine, names.meta);
    const { salt } = await state.create(host.now() * 1000);
    if (found !== undefined && found.version < schemaVersion) {
      const to = names.resourcesIndex(schemaVersion);
      await createIndex(engine, to, resourcesDefinition(config));
      await upgradeIndex({ engine, names, isOpenSearch, salt, from: found.index, to, logger: host.logger });
    }
    await verifyMapping(engine, names, config);
    const store = new Store({ engine, names, state, salt, isOpenSearch }, config, host);
    return { store, schema: { version: schemaVersion, ...(found !== undefined && { found: found.version }) } };
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

type Mappings = Readonly<
  Record<
    string,
    {
      readonly mappings: {
        readonly _meta?: { readonly clusterdex?: { readonly version?: number } };
        readonly properties?: Properties;
      };
    }
  >
>;
type Properties = Readonly<Record<string, { readonly type?: string; readonly properties?: Properties } | undefined>>;

/** The index behind the alias and its version; undefined when there is none. */
async function findIndex(
  engine: Engine,
  { resources }: IndexNames,
): Promise<{ index: string; version: number } | undefined> {
  try {
    const found = await readMappings(engine, resources);
    const [[index, { mappings }] = ['', { mappings: {} }]] = Object.entries(found);
    return { index, version: mappings._meta?.clusterdex?.version ?? 0 };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    return engine.rethrow(error);
  }
}

const readMappings = (engine: Engine, index: string): Promise<Mappings> =>
  engine.raw<Mappings>({ method: 'GET', path: `/${index}/_mapping`, what: 'reading the mapping', repeatable: true });

/** A mapping that somebody changed, or an index that came to be without it, would leave objects out of searches in silence. */
async function verifyMapping(engine: Engine, names: IndexNames, config: ElasticsearchConfig): Promise<void> {
  const wanted = (resourcesDefinition(config).mappings as { properties: Properties }).properties;
  const found = await readMappings(engine, names.resources).catch((error: unknown) => engine.rethrow(error));
  for (const [index, { mappings }] of Object.entries(found)) {
    const wrong = differences(wanted, mappings.properties ?? {}, '');
    if (wrong.length === 0) continue;
    throw createStorageError(
      'UNAVAILABLE',
      `the mapping of the index ${index} is not the one that this server made: ${wrong.slice(0, 5).join('; ')}`,
      { retryable: false },
    );
  }
}

function differences(wanted: Properties, found: Properties, path: string): readonly string[] {
  return Object.entries(wanted).flatMap(([name, property]) => {
    const at = path + name;
    const [expected, present] = [property?.type ?? 'object', found[name] && (found[name].type ?? 'object')];
    if (expected !== present) return [`${at} is ${present ?? 'missing'}, expected ${expected}`];
    return differences(property?.properties ?? {}, found[name]?.properties ?? {}, `${at}.`);
  });
}

async function exists(engine: Engine, index: string): Promise<boolean> {
  try {
    await engine.raw({ method: 'GET', path: `/${index}/_alias`, what: 'looking for an index', repeatable: true });
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
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
