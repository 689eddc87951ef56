import type { ListOptions, ResourceInventory, ResourceStorage } from '@clusterdex/storage-contract';
import { isJsonObject, type JsonValue } from '../../kube/openapi/json-value.js';
import type { InventoryCache } from '../inventory-cache.js';

/** Where the CustomResourceDefinitions of some types are. */
export interface DefinitionSource {
  readonly cluster: string;
  readonly storage: ResourceStorage;
  readonly types: readonly ResourceInventory[];
  /** Stands for the revision of a definition that has none. */
  readonly updatedAt: number;
}

const definitionsGroup = 'apiextensions.k8s.io';
const definitionsVersions = ['v1', 'v1beta1'];

/** For each of the types the first cluster that has it, as long as that cluster's definitions are stored. */
export function findDefinitions(
  inventory: InventoryCache,
  cluster: string | undefined,
  types: readonly ResourceInventory[],
): readonly DefinitionSource[] {
  const missing = new Map(types.map((type) => [keyOf(type), type]));
  const sources: DefinitionSource[] = [];
  for (const stored of inventory.view(cluster)?.inventories ?? []) {
    if (missing.size === 0) break;
    const found = stored.resources.filter((type) => missing.delete(keyOf(type)));
    const storage = found.length === 0 ? undefined : definitionStorage(inventory, stored.cluster);
    if (storage === undefined) continue;
    sources.push({ cluster: stored.cluster, storage, types: found, updatedAt: stored.updatedAt });
  }
  return sources;
}

function definitionStorage(inventory: InventoryCache, cluster: string): ResourceStorage | undefined {
  const view = inventory.view(cluster);
  for (const version of definitionsVersions) {
    const served = view?.find(definitionsGroup, version, 'customresourcedefinitions');
    if (served !== undefined) return served.storage;
  }
  return undefined;
}

/** For each of these types that has a definition, what changes whenever that does; by `group/version/resource`. */
export async function readRevisions(sources: readonly DefinitionSource[]): Promise<ReadonlyMap<string, string>> {
  const revisions = new Map<string, string>();
  for (const source of sources) {
    const found = new Map<string, string>();
    for await (const { name, definition } of readDefinitions(source, { onlyMetadata: true })) {
      const metadata = isJsonObject(definition) ? definition.metadata : undefined;
      const { uid = '', resourceVersion = source.updatedAt } = isJsonObject(metadata) ? metadata : {};
      found.set(name, `${source.cluster} ${uid} ${resourceVersion}`);
    }
    for (const type of source.types) {
      const revision = found.get(nameOf(type));
      if (revision !== undefined) revisions.set(keyOf(type), revision);
    }
  }
  return revisions;
}

/** The definitions themselves, one at a time. */
export async function* readDefinitions(
  source: DefinitionSource,
  options: Pick<ListOptions, 'onlyMetadata'> = {},
): AsyncIterable<{ readonly name: string; readonly definition: JsonValue }> {
  const names = [...new Set(source.types.map(nameOf))];
  const filters = { clusters: { in: [source.cluster] }, names: { in: names } };
  for await (const batch of source.storage.list({ ...filters, ...options })) {
    for (const { name, json } of batch.objects) {
      yield { name, definition: JSON.parse(Buffer.from(json.buffer, json.byteOffset, json.length).toString()) };
    }
  }
}

/** The name of the definition of a type. */
export function nameOf({ group, resource }: ResourceInventory): string {
  return `${resource}.${group}`;
}

export function keyOf({ group, version, resource }: ResourceInventory): string {
  return `${group}/${version}/${resource}`;
}
