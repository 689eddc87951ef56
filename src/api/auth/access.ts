import type {
  CollectionListOptions,
  ListOptions,
  ResourceTypeSelector,
  StorageFactory,
} from '@clusterdex/storage-contract';
import type { ResourceTarget } from '../request-path.js';
import { type ContentScope, contentAttributes, innerAttributes } from './attributes.js';
import type { Authorizer } from './authorizer.js';
import { forbidden } from './forbidden.js';
import type { Limits } from './limits.js';
import type { User } from './user.js';

/** What the caller of a request may see of what clusters hold. Everything rejects with ApiError 403 when that is nothing, 503 when nobody can say. */
export interface Access {
  readonly user: User;
  checkObject(target: ResourceTarget): Promise<void>;
  /** Undefined for all that is asked for. */
  limitList(target: ResourceTarget, list: ListScope): Promise<Limits | undefined>;
  /** Which of the types of a collection may be listed, and where; undefined for all of them. */
  limitCollection(collection: CollectionScope): Promise<CollectionLimits | undefined>;
}

export interface ListScope {
  readonly verb: 'list' | 'watch';
  readonly options: ListOptions;
  /** Those that are known to hold the type. */
  readonly clusters: readonly string[];
}

export interface CollectionScope {
  readonly verb: 'list' | 'watch';
  readonly name: string;
  readonly options: CollectionListOptions;
  readonly clusters: readonly string[];
  /** All that are stored of those that are asked for. */
  readonly types: readonly { readonly group: string; readonly resource: string }[];
}

export interface CollectionLimits extends Limits {
  readonly types?: readonly ResourceTypeSelector[];
}

export interface AccessOptions {
  readonly user: User;
  readonly authorizer: Authorizer;
  readonly factory: StorageFactory;
}

const mostNamespaces = 200;
const atOnce = 32;

export function createAccess({ user, authorizer, factory }: AccessOptions): Access {
  async function may(verb: string, scope: ContentScope): Promise<boolean> {
    return (await authorizer.decide(user, contentAttributes(verb, scope))).allowed;
  }

  async function filter<Item>(items: readonly Item[], isAllowed: (item: Item) => Promise<boolean>): Promise<Item[]> {
    const chosen: Item[] = [];
    for (let at = 0; at < items.length; at += atOnce) {
      const batch = items.slice(at, at + atOnce);
      const results = await Promise.all(batch.map(isAllowed));
      chosen.push(...batch.filter((_, index) => results[index]));
    }
    return chosen;
  }

  /** Along clusters, then along namespaces. Undefined for everything, 'nothing' for nothing. */
  async function limitsOf(scope: ContentScope, { verb, options, clusters }: ListScope) {
    const { in: only } = options.clusters ?? {};
    const cluster = scope.cluster ?? (only?.length === 1 ? only[0] : undefined);
    const within = { ...scope, cluster };
    if (await may(verb, { ...scope, cluster: undefined })) return undefined;
    if (cluster !== undefined && (await may(verb, within))) return undefined;
    if (cluster === undefined) {
      const wanted = only ?? clusters;
      const seen = await filter(wanted, (name) => may(verb, { ...scope, cluster: name }));
      if (seen.length > 0) return { clusters: seen };
    }
    if (scope.namespace !== undefined) return 'nothing';
    const candidates = options.namespaces?.in ?? (await storedNamespaces(cluster));
    const seen = await filter(candidates, (namespace) => may(verb, { ...within, namespace }));
    return seen.length > 0 ? { namespaces: seen } : 'nothing';
  }

  async function storedNamespaces(cluster: string | undefined): Promise<readonly string[]> {
    const type = { group: '', version: 'v1', resource: 'namespaces', kind: 'Namespace', namespaced: false };
    const only = { onlyMetadata: true, limit: mostNamespaces, ...(cluster && { clusters: { in: [cluster] } }) };
    const names = new Set<string>();
    for await (const { objects } of factory.resourceStorage(type).list(only)) {
      for (const { name } of objects) names.add(name);
    }
    return [...names];
  }

  /** What looks at more than the objects that are listed takes more than the right to list them. */
  async function checkExtras(options: ListOptions, scope: Pick<ContentScope, 'cluster' | 'namespace'>): Promise<void> {
    const needed = [
      ...(options.injectEvents === true ? [{ ...scope, resource: 'events' }] : []),
      ...(options.rawQuery === undefined ? [] : [{ resource: '*' }]),
    ];
    for (const extra of needed) {
      if (!(await may('list', extra))) throw forbidden(user, contentAttributes('list', extra));
    }
  }

  return {
    user,
    async checkObject(target) {
      const { group, resource, cluster, namespace, name } = target;
      const scope = { group, resource, cluster, namespace, name };
      if (await may('get', scope)) return;
      if (cluster !== undefined && (await may('get', { ...scope, cluster: undefined }))) return;
      throw refusal('get', target, scope);
    },
    async limitList(target, list) {
      const { group, resource, cluster, namespace, name } = target;
      const scope = { group, resource, cluster, namespace, name };
      const limits = await limitsOf(scope, list);
      if (limits === 'nothing') throw refusal(list.verb, target, scope);
      await checkExtras(list.options, { cluster, namespace, ...(limits && firstOf(limits)) });
      return limits;
    },
    async limitCollection(collection) {
      const { verb, name, types, options } = collection;
      const all = { resource: '*' };
      const whole = await limitsOf(all, collection);
      let limits: CollectionLimits | undefined;
      if (whole === 'nothing' || whole?.namespaces !== undefined) {
        const seen = await filter(types, ({ group, resource }) => may(verb, { group, resource }));
        if (seen.length > 0) limits = { types: seen.map(({ group, resource }) => ({ group, resource })) };
        else if (whole === 'nothing') throw forbidden(user, contentAttributes(verb, { ...all, name }));
        else limits = whole;
      } else limits = whole;
      await checkExtras(options, limits?.clusters === undefined ? {} : firstOf(limits));
      return limits;
    },
  };

  function refusal(verb: string, target: ResourceTarget, scope: ContentScope) {
    const { resource, subresource, group } = contentAttributes(verb, scope);
    const right = subresource === undefined ? resource : `${resource}/${subresource}`;
    return forbidden(
      user,
      innerAttributes(verb, target),
      `it takes the right to ${verb} ${right} in API group ${group}`,
    );
  }
}

/** Events of a limited list have to be allowed where it begins; it says no to more than it has to, and never yes. */
function firstOf({ clusters, namespaces }: Limits): Pick<ContentScope, 'cluster' | 'namespace'> {
  if (clusters !== undefined) return clusters.length === 1 ? { cluster: clusters[0] } : {};
  return namespaces?.length === 1 ? { namespace: namespaces[0] } : {};
}
