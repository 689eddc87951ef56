import type {
  ClusterInventory,
  ResourceInventory,
  ResourceStorage,
  StorageFactory,
} from '@clusterdex/storage-contract';
import { apiVersionOf } from '../kube/api-version.js';
import { canConvert } from '../kube/conversion/convert-object.js';
import type { Printer } from '../kube/printers/printer.js';
import { printerFor } from '../kube/table/printer-for.js';
import { convertedStorage } from './converted-storage.js';
import type { Document } from './document.js';
import { unhealthyClusters } from './health-warning.js';

/** A resource type that is served, with the storage that serves it. */
export interface ServedResource {
  readonly inventory: ResourceInventory;
  readonly storage: ResourceStorage;
  /** How its objects are shown in Tables. */
  readonly printer: Printer;
}

/** What is served below one prefix: the types of one cluster, or of all. */
export interface ClusterView {
  /** The cluster's inventory; undefined for the view of all clusters. */
  readonly cluster: ClusterInventory | undefined;
  /** Of all clusters that are in view, by name. */
  readonly inventories: readonly ClusterInventory[];
  /** Those of them that are known to be unhealthy. */
  readonly unhealthy: readonly ClusterInventory[];
  readonly resources: readonly ResourceInventory[];
  find(group: string, version: string, resource: string): ServedResource | undefined;
  /** Documents that were made from this view, by path; they live as long as it does. */
  readonly documents: Map<string, Document>;
}

/**
 * Where two inventories disagree about a type, the first one counts; of printer columns the first one that knows any definition. Each view
 * reads its inventories in the order of the clusters' names.
 */
export function createClusterView(
  inventories: readonly ClusterInventory[],
  cluster: ClusterInventory | undefined,
  factory: StorageFactory,
): ClusterView {
  let types: ReadonlyMap<string, ResourceInventory> | undefined;
  const served = new Map<string, ServedResource>();
  const typesByKey = () => {
    types ??= collectTypes(inventories);
    return types;
  };
  return {
    cluster,
    inventories,
    unhealthy: unhealthyClusters(inventories),
    documents: new Map(),
    get resources() {
      return [...typesByKey().values()];
    },
    find(group, version, resource) {
      const key = `${group}/${version}/${resource}`;
      const found = served.get(key);
      if (found !== undefined) return found;
      const inventory = typesByKey().get(key);
      if (inventory === undefined) return undefined;
      const entry = {
        inventory,
        storage: storageOf(inventory, factory),
        printer: printerFor(inventory),
      };
      served.set(key, entry);
      return entry;
    },
  };
}

function storageOf(inventory: ResourceInventory, factory: StorageFactory): ResourceStorage {
  const { group, version, resource, kind, namespaced, storedAs } = inventory;
  if (storedAs === undefined) return factory.resourceStorage({ group, version, resource, kind, namespaced });
  const conversion = {
    kind,
    from: apiVersionOf(storedAs.group, storedAs.version),
    to: apiVersionOf(group, version),
  };
  const stored = factory.resourceStorage({ ...storedAs, resource, kind, namespaced });
  return canConvert(conversion) ? convertedStorage(stored, conversion) : stored;
}

function collectTypes(inventories: readonly ClusterInventory[]): ReadonlyMap<string, ResourceInventory> {
  const types = new Map<string, ResourceInventory>();
  for (const { resources } of inventories) {
    for (const type of resources) {
      const key = `${type.group}/${type.version}/${type.resource}`;
      const known = types.get(key);
      if (known === undefined) types.set(key, type);
      // Where one cluster has it stored in this version, that one is read.
      else if (known.storedAs !== undefined && type.storedAs === undefined) types.set(key, type);
      else if (known.printerColumns === undefined && type.printerColumns !== undefined) {
        types.set(key, { ...known, printerColumns: type.printerColumns });
      }
    }
  }
  return types;
}
