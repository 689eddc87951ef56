import type { LabelRequirement } from '@clusterdex/storage-contract';
import { isNegative, labelIds } from '../label-condition.js';
import { joinSql, sql, verbatim } from '../sql.js';
import type { SqlBackend } from './sql-backend.js';

/** Up to this many objects are looked at one by one; beyond, a scan in the order of the list finds a page sooner. */
const fewObjects = 20_000;
const remembered = 1000;
const secondsRemembered = 10;

/** Finds the requirement of a search that few objects fulfil. What it says decides how a search is made, never what it finds. */
export class LabelDriver {
  readonly #backend: SqlBackend;
  readonly #counts = new Map<string, { readonly count: number; readonly until: number }>();

  constructor(backend: SqlBackend) {
    this.#backend = backend;
  }

  async find(requirements: readonly LabelRequirement[]): Promise<LabelRequirement | undefined> {
    const positive = requirements.filter((requirement) => !isNegative(requirement));
    if (positive.length === 0) return undefined;
    let best: LabelRequirement | undefined;
    let fewest = fewObjects;
    for (const [index, count] of (await this.#count(positive)).entries()) {
      if (count >= fewest) continue;
      fewest = count;
      best = positive[index];
    }
    return best;
  }

  async #count(requirements: readonly LabelRequirement[]): Promise<readonly number[]> {
    const now = performance.now();
    const known = new Map(requirements.map((requirement) => [requirement, this.#known(requirement, now)]));
    const missing = requirements.filter((requirement) => known.get(requirement) === undefined);
    if (missing.length > 0) {
      const counts = missing.map(
        (requirement) => sql`(SELECT count(*) FROM (SELECT 1 FROM object_labels x
          WHERE ${this.#backend.isLabel('x.label_id', labelIds(requirement, this.#backend.dialect))} LIMIT ${verbatim(String(fewObjects))}) few)`,
      );
      const [row] = await this.#backend.database.query(sql`SELECT ${joinSql(counts, ', ')}`);
      if (this.#counts.size + missing.length > remembered) this.#counts.clear();
      for (const [index, requirement] of missing.entries()) {
        const count = Number(row?.[index]);
        this.#counts.set(JSON.stringify(requirement), { count, until: now + secondsRemembered * 1000 });
        known.set(requirement, count);
      }
    }
    return requirements.map((requirement) => known.get(requirement) ?? fewObjects);
  }

  #known(requirement: LabelRequirement, now: number): number | undefined {
    const entry = this.#counts.get(JSON.stringify(requirement));
    return entry !== undefined && entry.until > now ? entry.count : undefined;
  }
}
