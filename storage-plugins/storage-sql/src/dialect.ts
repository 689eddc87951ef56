import type { FieldPath, FieldRequirement, LabelRequirement } from '@clusterdex/storage-contract';
import type { Sql } from './sql.js';

/**
 * What differs from database to database. Everything else is compiled alike. Tables and aliases: `resources r` (one row an object:
 * id, type_id, cluster, namespace, name, uid, owner_uid, resource_version, version_number, created_at, synced_at, size), `objects o` (id, object), `types t`,
 * `labels l` (id, name, value), `object_labels` (label_id, object_id).
 */
export interface SqlDialect {
  /** A condition on `o.object`; the semantics are those of FieldRequirement. It is given none with `whenEmpty`. */
  fieldCondition(requirement: FieldRequirement): Sql;
  /** The value of a field for ordering: absent as NULL, a number as a number, anything else as text that compares by code point. */
  fieldOrder(path: FieldPath): Sql;
  /** A condition on `l.value` for `greaterThan` and `lessThan`: integers only, anything else does not match. */
  labelComparison(requirement: LabelRequirement): Sql;
  /** Whether `column` contains `part`, ASCII case-insensitive, every character literal. */
  contains(column: Sql, part: string): Sql;
  /** Ends an EXISTS that is to be tested row by row, where the database would otherwise make a join of it. */
  readonly existsSuffix?: string;
  /** Where an index does not serve a comparison of several columns at once. */
  readonly comparesColumnByColumn?: boolean;
  /** Where NULL does not come first (with DESC last) by itself. */
  readonly explicitNulls?: boolean;
}
