import type { ElasticsearchConfig } from './config.js';

/** Version of what the index of objects holds; a new one is filled by a copy behind the alias. */
export const schemaVersion = 1;

export interface IndexNames {
  /** Alias of the index that holds the objects now. */
  readonly resources: string;
  /** The index of objects of a version; the number at its end is what index lifecycle management expects. */
  resourcesIndex(version: number): string;
  /** Aliases as well: a write that requires one makes no index. */
  readonly changes: string;
  readonly meta: string;
  readonly template: string;
}

export function indexNames(prefix: string): IndexNames {
  return {
    resources: `${prefix}-resources`,
    resourcesIndex: (version) => `${prefix}-resources-v${version}-000001`,
    changes: `${prefix}-changes`,
    meta: `${prefix}-meta`,
    template: `${prefix}-resources`,
  };
}

/** The index behind an alias that never moves. */
export const firstIndex = (alias: string): string => `${alias}-000001`;

const keyword = { type: 'keyword' } as const;
const long = { type: 'long' } as const;
const kept = { type: 'keyword', index: false, doc_values: false } as const;
/** Of one word only its presence counts: hundreds of them in an object cost as little as they can. */
const words = { type: 'text', analyzer: 'whitespace', norms: false, index_options: 'docs' } as const;

type Settings = Readonly<Record<string, unknown>>;

export interface IndexDefinition {
  readonly settings: Settings;
  readonly mappings: Settings;
}

const settingsOf = ({ replicas }: Pick<ElasticsearchConfig, 'replicas'>, more: Settings = {}): Settings => ({
  number_of_shards: 1,
  number_of_replicas: replicas,
  ...more,
});

/**
 * Objects. What is only searched (`excludes`) is not in `_source`, so that a list reads the object and little else. No field is ever
 * added by what an object holds.
 */
export function resourcesDefinition(
  config: Pick<ElasticsearchConfig, 'shards' | 'replicas' | 'refreshInterval'>,
): IndexDefinition {
  return {
    settings: settingsOf(config, { number_of_shards: config.shards, refresh_interval: config.refreshInterval }),
    mappings: {
      dynamic: false,
      _meta: { clusterdex: { version: schemaVersion } },
      _source: { excludes: ['search'] },
      properties: {
        search: {
          dynamic: false,
          properties: {
            key: keyword,
            type: keyword,
            group: keyword,
            version: keyword,
            resource: keyword,
            kind: keyword,
            cluster: keyword,
            namespace: keyword,
            name: keyword,
            lowerName: keyword,
            uid: keyword,
            owner: keyword,
            resourceVersion: keyword,
            created: long,
            synced: long,
            tokens: words,
            words: { ...words, index_options: 'positions' },
          },
        },
        object: kept,
        row: kept,
        state: { type: 'object', enabled: false },
      },
    },
  };
}

/** The log of changes: packed batches, read by their ids only. */
export function changesDefinition(config: Pick<ElasticsearchConfig, 'replicas'>): IndexDefinition {
  return {
    settings: settingsOf(config, { refresh_interval: '60s' }),
    mappings: { dynamic: false, properties: {} },
  };
}

/** The state of the store, inventories, and events of objects. */
export function metaDefinition(config: Pick<ElasticsearchConfig, 'replicas'>): IndexDefinition {
  return {
    settings: settingsOf(config, { refresh_interval: '60s' }),
    mappings: {
      dynamic: false,
      _meta: { clusterdex: { version: schemaVersion } },
      properties: { kind: keyword, cluster: keyword, involved: keyword, recorded: long },
    },
  };
}
