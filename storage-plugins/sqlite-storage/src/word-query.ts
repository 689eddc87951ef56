import type { FullTextQuery, FullTextTerm } from '@clusterdex/storage-contract';
import { type Sql, sql, verbatim } from '@clusterdex/storage-sql';

/** How a search for words is made. */
export interface FullTextConditions {
  /** On `resources r`, to be tested row by row in any order. */
  readonly condition: Sql;
  readonly usesIndex: boolean;
  /** The same where few objects are found: it begins with them. `count` counts them, as far as `most`. */
  readonly whenFew?: { readonly condition: Sql; readonly count: Sql; readonly most: number };
}

/** Of a phrase so many words are looked up; the rest is seen in the object. */
const mostWords = 16;
/** Beyond, the rows of the list are gone through in their order. */
const fewObjects = 2000;

/** Looks into every object. */
export function scanCondition(query: FullTextQuery): FullTextConditions {
  return { condition: verify(query), usesIndex: false };
}

/**
 * Takes objects from the index of words, and those that the index does not know yet; looks into the latter, and into all where the index knows
 * words but not whether they stand next to each other.
 */
export function fullTextConditions(query: FullTextQuery): FullTextConditions {
  if (query.required.length === 0) return exclusion(query);
  const match = matchExpression(query);
  const isExact = [...query.required.flat(), ...query.excluded].every(({ words }) => words.length === 1);
  const candidates = sql`(SELECT rowid FROM words WHERE words MATCH ${match} UNION ALL SELECT id FROM stale_words
    UNION ALL SELECT id FROM resources WHERE id > (SELECT coalesce(indexed_id, 0) FROM revision))`;
  const checked = isExact ? sql`(${known} OR ${verify(query)})` : verify(query);
  return {
    // The sign keeps SQLite from beginning with the candidates.
    condition: sql`+r.id IN ${candidates} AND ${checked}`,
    usesIndex: true,
    whenFew: {
      condition: sql`r.id IN ${candidates} AND ${checked}`,
      count: sql`SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ${match} LIMIT ${fewObjects})`,
      most: fewObjects - 1,
    },
  };
}

const known = verbatim(
  'r.id <= (SELECT coalesce(indexed_id, 0) FROM revision) AND r.id NOT IN (SELECT id FROM stale_words)',
);

/** Of phrases the index does not know where they do not stand. */
function exclusion(query: FullTextQuery): FullTextConditions {
  if (query.excluded.some(({ words }) => words.length > 1)) return scanCondition(query);
  const unwanted = query.excluded.map(termExpression).join(' OR ');
  const unlisted = sql`r.id NOT IN (SELECT rowid FROM words WHERE words MATCH ${unwanted})`;
  return { condition: sql`CASE WHEN ${known} THEN ${unlisted} ELSE ${verify(query)} END`, usesIndex: true };
}

function verify(query: FullTextQuery): Sql {
  return sql`text_matches((SELECT CAST(w.object AS BLOB) FROM objects w WHERE w.id = r.id), ${JSON.stringify(query)})`;
}

/** In the language of FTS5, which knows in which objects words stand, and not where. */
function matchExpression({ required, excluded }: FullTextQuery): string {
  const wanted = required.map((alternatives) => `(${alternatives.map(termExpression).join(' OR ')})`).join(' AND ');
  const unwanted = excluded.filter(({ words }) => words.length === 1).map(termExpression);
  return unwanted.length === 0 ? wanted : `(${wanted}) NOT (${unwanted.join(' OR ')})`;
}

function termExpression({ words, prefix }: FullTextTerm): string {
  const last = words.at(-1);
  const whole = [...new Set(prefix ? words.slice(0, -1) : words)].slice(0, mostWords).map((word) => `"${word}"`);
  const parts = prefix ? [...whole, `"${last}" *`] : whole;
  return parts.length === 1 ? `${parts[0]}` : `(${parts.join(' AND ')})`;
}
