import type { LabelRequirement } from '@clusterdex/storage-contract';
import { isNegative, joinSql, labelIds, sql } from '@clusterdex/storage-sql';
import type { PostgresDatabase } from './postgres-database.js';
import { postgresDialect } from './postgres-dialect.js';

/** Up to this many objects are looked at one by one; beyond, a scan in the order of the list is cheaper. */
const fewObjects = 2000;
const remembered = 1000;
const secondsRemembered = 10;

/** Finds the requirement of a search that few objects fulfil. What it says decides how a search is made, never what it finds. */
export class LabelDriver {
  readonly #database: PostgresDatabase;
  readonly #counts = new Map<string, { readonly count: number; readonly until: number }>();

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  async find(requirements: readonly LabelRequirement[]): Promise<LabelRequirement | undefined> {
    const positive = requirements.filter((requirement) => !isNegative(requirement));
    if (positive.length === 0) return undefined;
    const known = await this.#count(positive);
    let best: LabelRequirement | undefined;
    let fewest = fewObjects;
    for (const [index, count] of known.entries()) {
      if (count >= fewest) continue;
      fewest = count;
      best = positive[index];
    }
    return best;
  }

  async #count(requirements: readonly LabelRequirement[]): Promise<readonly number[]> {
    const now = performance.now();
    const keys = requirements.map((requirement) => JSON.stringify(requirement));
    const missing = requirements.filter((_, index) => !((this.#counts.get(keys[index] ?? '')?.until ?? 0) > now));
    if (missing.length > 0) {
      const counts = missing.map(
        (requirement) => sql`(SELECT count(*) FROM (SELECT 1 FROM object_labels x
          WHERE x.label_id = ANY(ARRAY(${labelIds(requirement, postgresDialect)})) LIMIT ${fewObjects}) few)`,
      );
      const [row] = await this.#database.query(sql`SELECT ${joinSql(counts, ', ')}`);
      if (this.#counts.size + missing.length > remembered) this.#counts.clear();
      const until = now + secondsRemembered * 1000;
      for (const [index, requirement] of missing.entries()) {
        this.#counts.set(JSON.stringify(requirement), { count: Number(row?.[index]), until });
      }
    }
    return keys.map((key) => this.#counts.get(key)?.count ?? fewObjects);
  }
}
