import type { CollectionListOptions, ResourceType } from '@clusterdex/storage-contract';
import { compareText } from '@clusterdex/storage-contract/selection';
import { afterPosition, allOf, joinSql, type Sql, type SqlValue, sql, verbatim } from '@clusterdex/storage-sql';

export interface KnownType {
  readonly id: number;
  readonly type: ResourceType;
}

/** SQLite takes at most 500 parts; far fewer are of use. */
const mostTypes = 200;

/**
 * Whether a list over several types is to be merged from one list for each type: each of these comes from the index in order, and the
 * merge ends with the page. Conditions that look into objects or owners are cheaper once than once for each type.
 */
export function canMerge(options: CollectionListOptions, types: readonly KnownType[]): boolean {
  return (
    types.length > 1 &&
    types.length <= mostTypes &&
    options.limit !== undefined &&
    (options.orderBy ?? []).length === 0 &&
    (options.fieldSelector ?? []).length === 0 &&
    options.owner === undefined &&
    options.fullText === undefined &&
    options.rawQuery === undefined
  );
}

export interface MergeParts {
  /** Beside that of the type. */
  readonly conditions: readonly Sql[];
  /** Values of the key and of the type, behind which the page begins. */
  readonly after: readonly SqlValue[] | undefined;
  readonly page: Sql;
}

/** Selects id and size in the order of the key, then of the type. */
export function mergeTypes(types: readonly KnownType[], { conditions, after, page }: MergeParts): Sql {
  const ranked = [...types].sort(
    ({ type: a }, { type: b }) =>
      compareText(a.group, b.group) || compareText(a.version, b.version) || compareText(a.resource, b.resource),
  );
  const branches = ranked.map(({ id, type }, rank) => {
    const own = [sql`r.type_id = ${id}`, ...conditions];
    if (after !== undefined) own.push(behind(type, after));
    return sql`SELECT r.id, r.size, r.cluster, r.namespace, r.name, ${verbatim(`${rank}`)} FROM resources r WHERE ${allOf(own)}`;
  });
  return sql`${joinSql(branches, ' UNION ALL ')} ORDER BY 3, 4, 5, 6${page}`;
}

function behind({ group, version, resource }: ResourceType, after: readonly SqlValue[]): Sql {
  const key = [verbatim('r.cluster'), verbatim('r.namespace'), verbatim('r.name')];
  const terms = [...key, ...[group, version, resource].map((text) => sql`${text}`)];
  return afterPosition(
    terms.map((expression) => ({ expression, descending: false, nullable: false })),
    after,
  );
}
