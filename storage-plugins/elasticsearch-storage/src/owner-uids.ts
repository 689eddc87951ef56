import { createStorageError, type ListOptions } from '@clusterdex/storage-contract';
import { term } from './document.js';
import { allOf, anyOf, isOneOf, not, type Query } from './field-query.js';
import { ListOrder } from './list-order.js';
import { nameQueries } from './list-query.js';
import type { Search } from './search.js';

const uidsPerPage = 5000;

/**
 * Own(seniority) of the contract's OwnerSelection; undefined when the options select no owner. One search for each generation between the
 * object and its owner. INVALID unless the options name exactly one cluster.
 */
export async function ownerUids(
  search: Search,
  options: ListOptions,
  signal: AbortSignal | undefined,
): Promise<readonly string[] | undefined> {
  const { owner, clusters, namespaces } = options;
  if (owner === undefined) return undefined;
  const [cluster, another] = clusters?.in ?? [];
  if (cluster === undefined || another !== undefined) {
    throw createStorageError('INVALID', 'expected exactly one cluster for a search by owner');
  }
  const inCluster = isOneOf('search.cluster', [term(cluster)]);
  const uidsOf = (queries: readonly Query[]) => readUids(search, allOf([inCluster, ...queries]), signal);
  let uids: readonly string[];
  if (owner.uid !== undefined) uids = [term(owner.uid)];
  else {
    const { group, resource } = owner.groupResource ?? {};
    const inNamespaces = nameQueries('search.namespace', namespaces);
    uids = await uidsOf([
      isOneOf('search.name', [term(owner.name ?? '')]),
      ...(group === undefined ? [] : [isOneOf('search.group', [group])]),
      ...(resource === undefined ? [] : [isOneOf('search.resource', [resource])]),
      ...(inNamespaces.length === 0 ? [] : [anyOf([isOneOf('search.namespace', ['']), allOf(inNamespaces)])]),
    ]);
  }
  for (let generation = 0; generation < owner.seniority && uids.length > 0; generation++) {
    uids = await uidsOf([isOneOf('search.owner', uids), not(isOneOf('search.owner', ['']))]);
  }
  // No uid is no owner: many objects have neither.
  return uids.filter((uid) => uid !== '');
}

/** Who of these uids is an owner. */
export async function readUids(
  search: Search,
  query: Query,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const uids = new Set<string>();
  const request = { query, order: new ListOrder({}), after: undefined, size: uidsPerPage, signal };
  for await (const hits of search.pages({ ...request, fields: ['search.uid'] })) {
    for (const { fields } of hits) for (const uid of fields?.['search.uid'] ?? []) if (uid !== '') uids.add(uid);
  }
  return [...uids];
}
