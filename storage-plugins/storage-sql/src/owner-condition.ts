import {
  createStorageError,
  type ListOptions,
  type NameFilter,
  type OwnerSelection,
} from '@clusterdex/storage-contract';
import { isOneOf, joinSql, type Sql, sql, verbatim } from './sql.js';

export interface OwnerScope {
  readonly cluster: string;
  readonly namespaces: NameFilter | undefined;
}

function ownersByName(owner: OwnerSelection, scope: OwnerScope): Sql {
  const conditions = [sql`w.cluster = ${scope.cluster}`, sql`w.name = ${owner.name ?? ''}`, verbatim(`w.uid <> ''`)];
  if (scope.namespaces?.in !== undefined)
    conditions.push(isOneOf(verbatim('w.namespace'), [...scope.namespaces.in, '']));
  if (scope.namespaces?.notIn !== undefined) {
    conditions.push(sql`NOT (w.namespace <> '' AND ${isOneOf(verbatim('w.namespace'), scope.namespaces.notIn)})`);
  }
  if (owner.groupResource !== undefined) {
    const { group, resource } = owner.groupResource;
    conditions.push(
      sql`w.type_id IN (SELECT g.id FROM types g WHERE g.api_group = ${group} AND g.resource = ${resource})`,
    );
  }
  return sql`SELECT w.uid FROM resources w WHERE ${joinSql(conditions, ' AND ')}`;
}

/** The uids of the owners, in parentheses: one nested query for each generation between the object and its owner. */
export function ownerUids(owner: OwnerSelection, scope: OwnerScope): Sql {
  let owners = owner.uid === undefined ? sql`(${ownersByName(owner, scope)})` : sql`(${owner.uid})`;
  for (let generation = 0; generation < owner.seniority; generation++) {
    owners = sql`(SELECT w.uid FROM resources w WHERE w.cluster = ${scope.cluster} AND w.uid <> '' AND w.owner_uid <> '' AND w.owner_uid IN ${owners})`;
  }
  return owners;
}

/** A condition on `r.owner_uid`. */
export function ownerCondition(owner: OwnerSelection, scope: OwnerScope): Sql {
  return sql`r.owner_uid <> '' AND r.owner_uid IN ${ownerUids(owner, scope)}`;
}

/** A search by owner is one in one cluster. Throws INVALID otherwise. */
export function ownerScope({ clusters, namespaces }: ListOptions): OwnerScope {
  const [cluster, ...others] = clusters?.in ?? [];
  if (cluster === undefined || others.length > 0) {
    throw createStorageError('INVALID', 'expected exactly one cluster for a search by owner');
  }
  return { cluster, namespaces };
}
