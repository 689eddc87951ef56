import type {
  CollectionListOptions,
  ListOptions,
  ResourceTypeSelector,
  StorageFactory,
} from '@clusterdex/storage-contract';
import type { RequestTarget, ResourceTarget } from '../request-path.js';
import { type ContentScope, contentAttributes, innerAttributes, outerAttributes } from './attributes.js';
import type { Authorizer } from './authorizer.js';
import type { Gone } from './decision-cache.js';
import { forbidden } from './forbidden.js';
import type { Limits } from './limits.js';
import type { User } from './user.js';

/** What the caller of a request may see of what clusters hold. Everything rejects with ApiError 403 when that is nothing, 503 when nobody can say. */
export interface Access {
  readonly user: User;
  /** The review of the path that a request with this method goes through before any other. */
  checkPath(method: string, path: string, target: RequestTarget): Promise<void>;
  /** Whether the content may be read, or whatever the verb says. */
  allows(verb: string, scope: ContentScope): Promise<boolean>;
  /** `injectEvents`: whether the events of the object come along. */
  checkObject(target: ResourceTarget, options?: { readonly injectEvents?: boolean | undefined }): Promise<void>;
  /** Undefined for all that is asked for. */
  limitList(target: ResourceTarget, list: ListScope): Promise<Limits | undefined>;
  /** Which of the types of a collection may be listed, and where; undefined for all of them. */
  limitCollection(collection: CollectionScope): Promise<Limits | undefined>;
}

export interface ListScope {
  readonly verb: 'list' | 'watch';
  readonly options: ListOptions;
  /** Those that are known to hold the type. */
  readonly clusters: readonly string[];
  /** Of the type; what is in no namespace takes a right that is in none. */
  readonly namespaced: boolean;
}

export interface CollectionScope {
  readonly verb: 'list' | 'watch';
  readonly name: string;
  readonly options: CollectionListOptions;
  readonly clusters: readonly string[];
  /** All that are known of those that are asked for. */
  readonly types: readonly (ResourceTypeSelector & { readonly resource: string })[];
}

export interface AccessOptions {
  readonly user: User;
  readonly authorizer: Authorizer;
  readonly factory: StorageFactory;
  /** Whether everybody may ask this path, which is of no resource. */
  readonly isOpen: (path: string) => boolean;
  /** Ends the questions that are made for it. */
  readonly gone: Gone;
}

type Place = Pick<ContentScope, 'cluster' | 'namespace'>;

/** More names than these that a request brings along are looked up before rights to each of them are asked for. */
const mostNames = 200;
/** Objects that are looked at for their names, in as many clusters as have them. */
const mostNamespaces = 5000;
/** Combinations of clusters and namespaces. */
const mostPlaces = 1000;
const atOnce = 32;

export function createAccess({ user, authorizer, factory, isOpen, gone }: AccessOptions): Access {
  async function may(verb: string, scope: ContentScope): Promise<boolean> {
    return (await authorizer.decide(user, contentAttributes(verb, scope), gone)).allowed;
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
  async function limitsOf(scope: ContentScope, { verb, options, clusters, namespaced }: ListScope) {
    const { in: only } = options.clusters ?? {};
    const cluster = scope.cluster ?? single(only);
    if (await allows(verb, { ...scope, cluster })) return undefined;
    if (cluster === undefined) {
      const seen = await filter(named(only, clusters), (name) => may(verb, { ...scope, cluster: name }));
      if (seen.length > 0) return { clusters: seen };
    }
    if (scope.namespace !== undefined || !namespaced) return 'nothing';
    const { in: asked } = options.namespaces ?? {};
    const stored = asked === undefined || asked.length > mostNames ? await storedNamespaces(cluster) : [];
    const candidates = named(asked, stored);
    const seen = await filter(candidates, (namespace) => allows(verb, { ...scope, cluster, namespace }));
    return seen.length > 0 ? { namespaces: seen } : 'nothing';
  }

  async function storedNamespaces(cluster: string | undefined): Promise<readonly string[]> {
    const type = { group: '', version: 'v1', resource: 'namespaces', kind: 'Namespace', namespaced: false };
    const only = { onlyMetadata: true, limit: mostNamespaces, ...(cluster && { clusters: { in: [cluster] } }) };
    const names = new Set<string>();
    for await (const { objects } of factory.resourceStorage(type).list(only)) {
      for (const { name } of objects) names.add(name);
      if (names.size >= mostNames) break;
    }
    return [...names].slice(0, mostNames);
  }

  /** What looks at more than the objects that are listed takes more than the right to list them. */
  async function checkExtras(options: ListOptions, limits: Limits | undefined): Promise<void> {
    const { injectEvents, owner, rawQuery } = options;
    if (injectEvents !== true && owner === undefined && rawQuery === undefined) return;
    const places = placesOf(options, limits);
    if (injectEvents === true) await checkRight({ resource: 'events' }, places);
    if (owner !== undefined) await checkRight(owner.groupResource ?? everything, places);
    if (rawQuery !== undefined) await checkRight(everything, [{}]);
  }

  /** Everywhere, or else in each of the places. */
  async function checkRight(type: Pick<ContentScope, 'group' | 'resource'>, places: readonly Place[]): Promise<void> {
    if (await may('list', type)) return;
    const scopes = places.map((place) => ({ ...place, ...type }));
    const [missing] = await filter(scopes, async (scope) => !(await allows('list', scope)));
    if (missing !== undefined) throw forbidden(user, contentAttributes('list', missing));
  }

  /** In one cluster, or in all of them. */
  async function allows(verb: string, scope: ContentScope): Promise<boolean> {
    return (
      (await may(verb, scope)) || (scope.cluster !== undefined && (await may(verb, { ...scope, cluster: undefined })))
    );
  }

  return {
    user,
    allows,
    async checkPath(method, path, target) {
      const attributes = outerAttributes(method, path, target);
      if ('path' in attributes && isOpen(path)) return;
      const { allowed, reason } = await authorizer.decide(user, attributes, gone);
      if (!allowed) throw forbidden(user, attributes, reason);
    },
    async checkObject(target, { injectEvents = false } = {}) {
      const { group, resource, cluster, namespace, name } = target;
      const scope = { group, resource, cluster, namespace, name };
      if (!(await allows('get', scope))) throw refusal('get', target, scope);
      if (injectEvents) await checkRight({ resource: 'events' }, [{ cluster, namespace }]);
    },
    async limitList(target, list) {
      const { group, resource, cluster, namespace, name } = target;
      const scope = { group, resource, cluster, namespace, name };
      const limits = await limitsOf(scope, list);
      if (limits === 'nothing') throw refusal(list.verb, target, scope);
      await checkExtras(list.options, limits);
      return limits;
    },
    async limitCollection(collection) {
      const { verb, name, types, options } = collection;
      const whole = await limitsOf(everything, { ...collection, namespaced: true });
      const limits = whole === 'nothing' || whole?.namespaces !== undefined ? await byTypes() : whole;
      await checkExtras(options, limits);
      return limits;

      /** Types everywhere show more than everything in some namespaces, as a rule. */
      async function byTypes(): Promise<Limits> {
        const place = { cluster: single(options.clusters?.in), namespace: single(options.namespaces?.in) };
        const seen = await filter(types, ({ group, resource }) => allows(verb, { ...place, group, resource }));
        if (seen.length > 0) return { types: seen };
        if (whole !== 'nothing' && whole !== undefined) return whole;
        throw forbidden(user, contentAttributes(verb, { ...everything, name }));
      }
    },
  };

  function refusal(verb: string, target: ResourceTarget, scope: ContentScope) {
    const { resource, subresource, group } = contentAttributes(verb, scope);
    const right = subresource === undefined ? resource : `${resource}/${subresource}`;
    const why = `it takes the right to ${verb} ${right} in API group ${group}`;
    return forbidden(user, innerAttributes(verb, target), why);
  }
}

const everything = Object.freeze({ resource: '*', group: '' });

function single(names: readonly string[] | undefined): string | undefined {
  return names?.length === 1 ? names[0] : undefined;
}

/** The names that a request asks for; of very many those that are known. */
function named(asked: readonly string[] | undefined, known: readonly string[]): readonly string[] {
  if (asked === undefined) return known;
  if (asked.length <= mostNames) return asked;
  const wanted = new Set(asked);
  return known.filter((name) => wanted.has(name));
}

/** Where the objects of a list may be; what all of that is in where it is too much to ask for rights one by one. */
function placesOf(options: ListOptions, limits: Limits | undefined): readonly Place[] {
  const clusters = limits?.clusters ?? options.clusters?.in ?? [undefined];
  const namespaces = limits?.namespaces ?? options.namespaces?.in ?? [undefined];
  if (clusters.length > mostPlaces) return [{}];
  if (clusters.length * namespaces.length > mostPlaces) return clusters.map((cluster) => ({ cluster }));
  return clusters.flatMap((cluster) => namespaces.map((namespace) => ({ cluster, namespace })));
}
