import type { LabelRequirement } from '@clusterdex/storage-contract';
import { isNegative, labelIds } from '@clusterdex/storage-sql';
import { sqliteDialect } from './sqlite-dialect.js';
import type { Statements } from './statements.js';

export interface LabelDriver {
  readonly requirement: LabelRequirement;
  readonly labelIds: readonly number[];
  /** How many objects carry one of them, of any type. */
  readonly objects: number;
}

/** Up to this many objects are looked at one by one; beyond, a scan in the order of the list is cheaper. */
export const fewObjects = 2000;

/** Milliseconds: how long an estimate of how many objects carry a label is good enough to choose a plan by. */
const estimateLife = 1000;
const mostEstimates = 1000;

interface Estimate {
  readonly labelIds: readonly number[];
  readonly objects: number;
}

/** Tells with which of its labels a search is best begun. */
export class LabelDrivers {
  readonly #statements: Statements;
  readonly #estimates = new Map<string, Estimate & { readonly until: number }>();

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** The requirement that the fewest objects satisfy, if these are few: a search that begins with them needs no scan. */
  find(requirements: readonly LabelRequirement[]): LabelDriver | undefined {
    let best: LabelDriver | undefined;
    let fewest = fewObjects;
    for (const requirement of requirements) {
      if (isNegative(requirement)) continue;
      const estimate = this.#estimate(requirement);
      if (estimate === undefined || estimate.objects >= fewest) continue;
      fewest = estimate.objects;
      best = { requirement, labelIds: estimate.labelIds, objects: estimate.objects };
    }
    return best;
  }

  #estimate(requirement: LabelRequirement): Estimate | undefined {
    // The ids of values are found once: no label is ever deleted. Other requirements may be met by labels that are yet to come.
    if (requirement.operator !== 'in') return this.#count(requirement);
    const { key, values } = requirement;
    const name = JSON.stringify([key, values]);
    const known = this.#estimates.get(name);
    const now = performance.now();
    if (known !== undefined && now < known.until) return known;
    this.#estimates.delete(name);
    const estimate = this.#count(requirement);
    if (estimate?.labelIds.length !== new Set(values).size) return estimate;
    if (this.#estimates.size >= mostEstimates) this.#estimates.clear();
    this.#estimates.set(name, { ...estimate, until: now + estimateLife });
    return estimate;
  }

  #count(requirement: LabelRequirement): Estimate | undefined {
    const query = labelIds(requirement, sqliteDialect);
    const found = this.#statements.values(`${query.text} LIMIT ${fewObjects}`).all(...query.parameters) as number[];
    if (found.length >= fewObjects) return undefined;
    if (found.length === 0) return { labelIds: found, objects: 0 };
    const marks = found.map(() => '?').join();
    const count = `SELECT count(*) FROM (SELECT 1 FROM object_labels WHERE label_id IN (${marks}) LIMIT ${fewObjects})`;
    return { labelIds: found, objects: this.#statements.values(count).get(...found) as number };
  }
}
