import { createStorageError, type ListOptions, type OwnerSelection } from '@clusterdex/storage-contract';
import { compileNameFilter } from '@clusterdex/storage-contract/selection';
import type { TypeTable } from './memory-state.js';
import type { Pacer } from './pacer.js';
import { scan } from './scan.js';

/**
 * Own(seniority) of the contract's OwnerSelection; undefined when the options select no owner. `tables` are those of all types.
 * INVALID unless the options name exactly one cluster.
 */
export async function ownerUids(
  tables: readonly TypeTable[],
  options: ListOptions,
  pacer: Pacer,
): Promise<ReadonlySet<string> | undefined> {
  const { owner } = options;
  if (owner === undefined || (owner.uid === undefined && owner.name === undefined)) return undefined;
  const [cluster, another] = options.clusters?.in ?? [];
  if (cluster === undefined || another !== undefined) {
    throw createStorageError(
      'INVALID',
      `an owner is searched in exactly one cluster, not in ${options.clusters?.in?.length ?? 'all'}`,
    );
  }
  let uids = owner.uid === undefined ? await uidsOfName(tables, { owner, options, pacer }) : new Set([owner.uid]);
  const inCluster = tables.flatMap(({ clusters }) => clusters.get(cluster) ?? []);
  for (let level = 0; level < owner.seniority; level++) {
    const next = new Set<string>();
    for (const table of inCluster) {
      for (const uid of uids) {
        if (pacer.due()) await pacer.pause();
        for (const record of table.byOwner.get(uid)) next.add(record.uid);
      }
    }
    uids = next;
  }
  // No uid is no owner: many objects have neither.
  uids.delete('');
  return uids;
}

async function uidsOfName(
  tables: readonly TypeTable[],
  { owner, options, pacer }: { owner: OwnerSelection; options: ListOptions; pacer: Pacer },
): Promise<Set<string>> {
  const { name = '', groupResource } = owner;
  const { clusters, namespaces } = options;
  const ofType = tables.filter(
    ({ type }) =>
      groupResource === undefined || (type.group === groupResource.group && type.resource === groupResource.resource),
  );
  const inNamespace = compileNameFilter(namespaces ?? {});
  const wanted = namespaces?.in === undefined ? {} : { namespaces: { in: ['', ...namespaces.in] } };
  const uids = new Set<string>();
  for (const record of scan(ofType, { options: { ...(clusters && { clusters }), ...wanted, names: { in: [name] } } })) {
    if (pacer.due()) await pacer.pause();
    if (record.namespace === '' || inNamespace(record.namespace)) uids.add(record.uid);
  }
  return uids;
}
