import type { ResourceInventory } from '@clusterdex/storage-contract';
import { serverVersion } from '../../config/server-version.js';
import { DocumentBuilder } from '../../kube/openapi/document-builder.js';
import type { ResourcePathsOptions } from '../../kube/openapi/resource-paths.js';
import { digest } from '../document.js';
import type { InventoryCache } from '../inventory-cache.js';
import { findDefinitions, keyOf, nameOf, readDefinitions, readRevisions } from './custom-definitions.js';
import { getParameters, listParameters } from './parameter-components.js';
import type { SchemaAsset } from './schema-asset.js';

/** A document that can be made: a hash that changes whenever what is in it does, and the way to make it. */
export interface DocumentPlan {
  readonly hash: string;
  build(): Promise<DocumentBuilder>;
}

export interface PlanContext {
  readonly asset: SchemaAsset;
  readonly inventory: InventoryCache;
  /** The cluster that the path names; undefined for all. */
  readonly cluster: string | undefined;
  readonly canWatch: boolean;
}

/** A plan for each document, of the types that belong into it. What it takes to tell their hashes is read once for all. */
export async function planDocuments(
  documents: ReadonlyMap<string, readonly ResourceInventory[]>,
  context: PlanContext,
): Promise<ReadonlyMap<string, DocumentPlan>> {
  const { asset, inventory, cluster } = context;
  const isCustom = ({ group, version, kind }: ResourceInventory) =>
    asset.library.nameOf(group, version, kind) === undefined;
  const options: ResourcePathsOptions = {
    canWatch: context.canWatch,
    canGet: cluster !== undefined,
    listParameters,
    getParameters,
  };
  const sources = findDefinitions(inventory, cluster, [...documents.values()].flat().filter(isCustom));
  const revisions = await readRevisions(sources);
  return new Map([...documents].map(([name, types]) => [name, plan(name, types)]));

  function plan(name: string, types: readonly ResourceInventory[]): DocumentPlan {
    const described = types.map((type) => [keyOf(type), type.kind, type.namespaced, revisions.get(keyOf(type))]);
    return {
      hash: digest(asset.digest, JSON.stringify([serverVersion, name, options, described])),
      build: () => build(types),
    };
  }

  async function build(types: readonly ResourceInventory[]): Promise<DocumentBuilder> {
    const builder = new DocumentBuilder(asset.library, options);
    const rest = new Map(types.map((type) => [keyOf(type), type]));
    for (const source of sources) {
      const wanted = source.types.filter((type) => rest.has(keyOf(type)));
      if (wanted.length === 0) continue;
      for await (const { name, definition } of readDefinitions({ ...source, types: wanted })) {
        for (const type of wanted) {
          if (nameOf(type) === name && rest.delete(keyOf(type))) builder.add(type, definition);
        }
      }
    }
    for (const type of rest.values()) builder.add(type);
    return builder;
  }
}
