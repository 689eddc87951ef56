import {
  InvalidObjectError,
  type PreparedWithKind,
  type ResourceInventory,
  type StorageFactory,
} from '@clusterdex/storage-contract';
import { findBuiltinResource } from '../../kube/builtin-resources.js';
import { CustomTypes } from './custom-types.js';
import { guessResource } from './guess-resource.js';
import type { GuessedType } from './import-result.js';
import { parseApiVersion } from './parse-api-version.js';

const definitionKind = 'CustomResourceDefinition';
const definitionGroup = 'apiextensions.k8s.io';

/** Finds the resource of a kind: built in, defined by a CRD of the dump, by a stored one, known from the inventory, or guessed. */
export class TypeResolver {
  /** What the CRDs of the dump define. */
  readonly customTypes = new CustomTypes();
  readonly guessed: GuessedType[] = [];
  private readonly known = new Map<string, ResourceInventory>();
  private readonly atTheEnd = new Map<string, ResourceInventory>();
  private stored: { readonly definitions: CustomTypes; readonly inventory: readonly ResourceInventory[] } | undefined;

  constructor(
    private readonly factory: StorageFactory,
    private readonly cluster: string,
  ) {}

  /** Learns from the object if it is a CRD. */
  learn({ apiVersion, kind, json }: PreparedWithKind): void {
    if (kind !== definitionKind || !apiVersion.startsWith(`${definitionGroup}/`)) return;
    this.customTypes.add(JSON.parse(Buffer.from(json).toString()));
    this.known.clear();
  }

  /** The type of the object as far as it is known so far. Throws InvalidObjectError for an apiVersion that is none. */
  resolve({ apiVersion, kind }: PreparedWithKind): ResourceInventory | undefined {
    const key = `${apiVersion} ${kind}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const { group, version } = parseApiVersion(apiVersion);
    const type = findBuiltinResource(group, version, kind) ?? this.customTypes.find(group, version, kind);
    if (type !== undefined) this.known.set(key, type);
    return type;
  }

  /** As resolve, when the whole dump was seen: asks what is stored, and guesses where nothing says more. */
  async resolveAtTheEnd(object: PreparedWithKind): Promise<ResourceInventory> {
    const type = this.resolve(object);
    if (type !== undefined) return type;
    const { apiVersion, kind } = object;
    const key = `${apiVersion} ${kind}`;
    const earlier = this.atTheEnd.get(key);
    if (earlier !== undefined) return earlier;
    const { group, version } = parseApiVersion(apiVersion);
    const found = (await this.findStored(group, version, kind)) ?? this.guess(object, { group, version });
    this.atTheEnd.set(key, found);
    return found;
  }

  private guess(
    { apiVersion, kind, namespace }: PreparedWithKind,
    { group, version }: { readonly group: string; readonly version: string },
  ): ResourceInventory {
    const type = guessResource(group, version, { kind, namespaced: namespace !== '' });
    this.guessed.push({ apiVersion, kind, resource: type.resource, namespaced: type.namespaced });
    return type;
  }

  private async findStored(group: string, version: string, kind: string): Promise<ResourceInventory | undefined> {
    this.stored ??= await this.readStored();
    const { definitions, inventory } = this.stored;
    const defined = definitions.find(group, version, kind);
    if (defined !== undefined) return defined;
    return inventory.find((type) => type.group === group && type.version === version && type.kind === kind);
  }

  private async readStored(): Promise<{ definitions: CustomTypes; inventory: readonly ResourceInventory[] }> {
    const inventories = await this.factory.clusterInventories();
    const inventory = inventories.find(({ cluster }) => cluster === this.cluster)?.resources ?? [];
    const definitions = new CustomTypes();
    const types = inventory.filter(({ group, kind }) => group === definitionGroup && kind === definitionKind);
    for (const type of types) {
      const batches = this.factory.resourceStorage(type).list({ clusters: { in: [this.cluster] } });
      for await (const { objects } of batches) {
        for (const { json } of objects) definitions.add(JSON.parse(Buffer.from(json).toString()));
      }
    }
    return { definitions, inventory };
  }
}

/** Throws InvalidObjectError for an object that has a namespace and must not, or the other way round. */
export function checkScope({ namespace }: PreparedWithKind, { kind, namespaced }: ResourceInventory): void {
  if (namespaced === (namespace !== '')) return;
  const expected = namespaced ? `a namespace, since ${kind} is namespaced` : `none, since ${kind} is cluster-scoped`;
  throw new InvalidObjectError(
    `metadata.namespace: expected ${expected}, found ${namespace === '' ? 'none' : JSON.stringify(namespace)}`,
    { member: 'metadata.namespace' },
  );
}
