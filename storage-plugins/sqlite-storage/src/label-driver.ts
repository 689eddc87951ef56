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

/** The requirement that the fewest objects satisfy, if these are few: a search that begins with them needs no scan. */
export function findLabelDriver(
  statements: Statements,
  requirements: readonly LabelRequirement[],
): LabelDriver | undefined {
  let best: LabelDriver | undefined;
  let fewest = fewObjects;
  for (const requirement of requirements) {
    if (isNegative(requirement)) continue;
    const query = labelIds(requirement, sqliteDialect);
    const ids = (statements.rows(`${query.text} LIMIT ${fewObjects}`).all(...query.parameters) as [number][]).map(
      ([id]) => id,
    );
    if (ids.length >= fewObjects) continue;
    const marks = ids.map(() => '?').join();
    const count = `SELECT count(*) FROM (SELECT 1 FROM object_labels WHERE label_id IN (${marks}) LIMIT ${fewObjects})`;
    const [objects] = ids.length === 0 ? [0] : (statements.rows(count).get(...ids) as [number]);
    if (objects < fewest) {
      fewest = objects;
      best = { requirement, labelIds: ids, objects };
    }
  }
  return best;
}
