import type { FullTextQuery, FullTextTerm } from '@clusterdex/storage-contract';
import { searchTextOf } from '@clusterdex/storage-contract/selection';
import {
  bytesOf,
  type Row,
  type SqlConnection,
  type SqlDatabase,
  sql,
  verbatim,
  type WordBackend,
} from '@clusterdex/storage-sql';
import { binaryArray } from './binary-array.js';
import { postgresDialect } from './postgres-dialect.js';

/** A tsvector holds no more; an object with more words is looked into by each search. */
const mostBytes = 1_000_000;
const bytesBesideWord = 6;
/** Of a phrase so many words are looked up; the rest is seen in the object. */
const mostWords = 16;
/** Behind the id of every object. */
const finished = Number.MAX_SAFE_INTEGER;

const unknown = verbatim(
  `(r.id > (SELECT backfilled FROM word_index) OR EXISTS (SELECT 1 FROM stale_words s WHERE s.id = r.id ${postgresDialect.existsSuffix ?? ''})
    OR EXISTS (SELECT 1 FROM words u WHERE u.id = r.id AND u.words IS NULL ${postgresDialect.existsSuffix ?? ''}))`,
);

/** Words in a tsvector with an inverted index; `stale_words` are the ids that writers changed since, `word_index` says how far it has come otherwise. */
export function createPostgresWords(database: SqlDatabase): WordBackend {
  return {
    state: (most) =>
      verbatim(`SELECT backfilled IS NOT NULL,
      (SELECT count(*) FROM (SELECT 1 FROM stale_words LIMIT ${most + 1}) s) +
      (SELECT count(*) FROM (SELECT 1 FROM resources WHERE id > backfilled LIMIT ${most + 1}) r) FROM word_index`),
    async begin() {
      await database.transaction(async (connection) => {
        // Writers that have not heard of it yet come to their end first; the others wait for a moment.
        await connection.query(verbatim("SET LOCAL lock_timeout = '2s'"));
        await connection.query(verbatim('LOCK TABLE resources IN SHARE MODE'));
        await connection.query(verbatim('UPDATE word_index SET backfilled = 0 WHERE backfilled IS NULL'));
      });
    },
    step: (objects) => database.transaction((connection) => indexSome(connection, objects)),
    async drop() {
      const [row] = await database.query(verbatim('SELECT backfilled IS NOT NULL FROM word_index'));
      if (row?.[0] !== true) return;
      await database.transaction(async (connection) => {
        await connection.query(verbatim('UPDATE word_index SET backfilled = NULL'));
        await connection.query(verbatim('TRUNCATE words, stale_words'));
      });
    },
    async find(connection, query, most) {
      // An inverted index is read by a bitmap only.
      await connection.query(verbatim("SELECT set_config('enable_bitmapscan', 'on', true)"));
      const rows = await connection.query(
        sql`SELECT id FROM words WHERE words @@ ${tsquery(query)}::tsquery UNION ALL SELECT id FROM words WHERE words IS NULL
          UNION ALL SELECT id FROM stale_words UNION ALL SELECT id FROM resources WHERE id > (SELECT backfilled FROM word_index)
          LIMIT ${verbatim(String(most + 1))}`,
      );
      await connection.query(verbatim("SELECT set_config('enable_bitmapscan', 'off', true)"));
      return rows.length > most ? undefined : rows.map(([id]) => Number(id));
    },
    drivenBy: (ids) =>
      sql`(SELECT * FROM resources WHERE id = ANY(${binaryArray('bigint', ids)}::bigint[]) OFFSET 0) r`,
    condition: (query) =>
      sql`(EXISTS (SELECT 1 FROM words w WHERE w.id = r.id AND w.words @@ ${tsquery(query)}::tsquery ${verbatim(postgresDialect.existsSuffix ?? '')}) OR ${unknown})`,
    unknown,
  };
}

/** Whoever writes an object that is stale waits for the end of this transaction, and makes it stale again; one that is being written is passed over. */
async function indexSome(connection: SqlConnection, objects: number): Promise<boolean> {
  const [state] = await connection.query(
    verbatim(`SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema, 1)), backfilled, backfilled < ${finished}
      FROM word_index`),
  );
  const [locked, backfilled, isUnfinished] = state ?? [];
  if (locked !== true || backfilled === null || backfilled === undefined) return false;
  const stale = await connection.query(
    verbatim(`DELETE FROM stale_words WHERE id IN
      (SELECT id FROM stale_words ORDER BY id LIMIT ${objects} FOR UPDATE SKIP LOCKED) RETURNING id`),
  );
  if (stale.length > 0) {
    const ids = binaryArray(
      'bigint',
      stale.map(([id]) => Number(id)),
    );
    const found = await connection.query(sql`SELECT id, object FROM objects WHERE id = ANY(${ids}::bigint[])`);
    await connection.query(sql`DELETE FROM words WHERE id = ANY(${ids}::bigint[])`);
    await store(connection, found);
    return true;
  }
  if (isUnfinished !== true) return false;
  const found = await connection.query(
    sql`SELECT id, object FROM objects WHERE id > ${Number(backfilled)}::bigint ORDER BY id LIMIT ${verbatim(String(objects))}`,
  );
  await store(connection, found);
  const next = found.length < objects ? finished : Number(found.at(-1)?.[0]);
  await connection.query(sql`UPDATE word_index SET backfilled = ${next}::bigint`);
  return next !== finished;
}

async function store(connection: SqlConnection, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const ids = binaryArray(
    'bigint',
    rows.map(([id]) => Number(id)),
  );
  const texts = binaryArray(
    'text',
    rows.map(([, object]) => distinctWords(bytesOf(object ?? null))),
  );
  await connection.query(
    sql`INSERT INTO words (id, words) SELECT x.id, array_to_tsvector(string_to_array(x.text, ' '))
      FROM unnest(${ids}::bigint[], ${texts}::text[]) x (id, text) ON CONFLICT (id) DO UPDATE SET words = excluded.words`,
    { name: 'words' },
  );
}

/** With a blank between them; null when there are too many. */
function distinctWords(json: Uint8Array): string | null {
  const text = Buffer.from(searchTextOf(json)).toString();
  const words = [...new Set(text.split(/[ \n]+/))].filter((word) => word !== '');
  const bytes =
    Buffer.byteLength(text) < mostBytes / (1 + bytesBesideWord)
      ? 0
      : words.reduce((sum, word) => sum + Buffer.byteLength(word) + bytesBesideWord, 0);
  return bytes > mostBytes ? null : words.join(' ');
}

/** Which words stand in an object, and not where. */
function tsquery({ required, excluded }: FullTextQuery): string {
  const wanted = required.map((alternatives) => `(${alternatives.map(termQuery).join(' | ')})`);
  const unwanted = excluded.filter(({ words }) => words.length === 1).map((term) => `!${termQuery(term)}`);
  return [...wanted, ...unwanted].join(' & ');
}

function termQuery({ words, prefix }: FullTextTerm): string {
  const last = words.at(-1);
  const whole = [...new Set(prefix ? words.slice(0, -1) : words)].slice(0, mostWords).map((word) => `'${word}'`);
  return `(${(prefix ? [...whole, `'${last}':*`] : whole).join(' & ')})`;
}
