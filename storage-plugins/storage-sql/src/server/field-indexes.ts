import type { FieldIndexStatus, FieldPath, ResourceType } from '@clusterdex/storage-contract';
import { declaresFor, type FieldDeclaration, fieldLabelName, parseFieldDeclaration } from '../field-index/index.js';
import { sql, verbatim } from '../sql.js';
import type { SqlBackend, SqlConnection } from './sql-backend.js';
import { textOf } from './values.js';

type State = FieldIndexStatus['state'];

/** What the database says of its declared fields. Another generation, another set: whoever writes or searches by one that is gone begins again. */
export interface FieldIndexSet {
  readonly generation: number;
  readonly declarations: readonly (FieldDeclaration & { readonly state: State })[];
}

/**
 * The declared fields of a database. They belong to it and not to a process: every writer keeps to them, whatever its own config says. A
 * writer names the generation that it kept to in the step that gives its changes their revisions, for which all writers queue.
 */
export class FieldIndexes {
  readonly #backend: SqlBackend;
  #current: FieldIndexSet = { generation: -1, declarations: [] };

  constructor(backend: SqlBackend) {
    this.#backend = backend;
  }

  async current(): Promise<FieldIndexSet> {
    return this.#current.generation < 0 ? this.refresh() : this.#current;
  }

  async refresh(): Promise<FieldIndexSet> {
    this.#current = await this.#backend.database.snapshot(readSet);
    return this.#current;
  }

  /** Makes the declared fields these. Searches use a new one when it is built. */
  async declare(texts: readonly string[]): Promise<void> {
    const wanted = new Set(texts.map((text) => parseFieldDeclaration(text).text));
    const before = await this.refresh();
    const differs =
      before.declarations.some(({ text, state }) => wanted.has(text) === (state === 'removing')) ||
      [...wanted].some((text) => before.declarations.every((declaration) => declaration.text !== text));
    if (!differs) return;
    await this.#backend.database.transaction(async (connection) => {
      const generation = await lockGeneration(connection);
      const { declarations } = await readSet(connection);
      for (const { text } of declarations) {
        if (wanted.has(text)) {
          await connection.query(
            sql`UPDATE field_indexes SET state = 'building' WHERE declaration = ${text} AND state = 'removing'`,
          );
        } else await connection.query(sql`UPDATE field_indexes SET state = 'removing' WHERE declaration = ${text}`);
      }
      const known = new Set(declarations.map(({ text }) => text));
      for (const text of wanted) {
        if (!known.has(text)) {
          await connection.query(sql`INSERT INTO field_indexes (declaration, state) VALUES (${text}, 'building')`);
        }
      }
      await beginGeneration(connection, generation + 1);
      await connection.query(
        sql`INSERT INTO field_builds (generation, holder, held_until, progress) VALUES (${generation + 1}, '', 0, '')`,
      );
    });
    await this.refresh();
  }
}

/** The fields by which objects of a type are to be kept. */
export function pathsFor({ declarations }: FieldIndexSet, type: ResourceType): readonly FieldPath[] {
  const fitting = declarations.filter(
    (declaration) => declaration.state !== 'removing' && declaresFor(declaration, type),
  );
  // The same field may be declared for all types and for this one.
  return [...new Map(fitting.map(({ path }) => [fieldLabelName(path), path])).values()];
}

export const readyDeclarations = ({ declarations }: FieldIndexSet): readonly FieldDeclaration[] =>
  declarations.filter(({ state }) => state === 'ready');

/** All writers queue for this row at their end: when it is locked, what they wrote is committed, or will know the next generation. */
export async function lockGeneration(connection: SqlConnection): Promise<number> {
  const [row] = await connection.query(verbatim('SELECT field_generation FROM revision FOR UPDATE'));
  return Number(row?.[0]);
}

export async function beginGeneration(connection: SqlConnection, generation: number): Promise<void> {
  await connection.query(sql`UPDATE revision SET field_generation = ${generation}`);
  await connection.query(verbatim('DELETE FROM field_builds'));
}

async function readSet(connection: SqlConnection): Promise<FieldIndexSet> {
  const [row] = await connection.query(verbatim('SELECT field_generation FROM revision'));
  const rows = await connection.query(verbatim('SELECT declaration, state FROM field_indexes ORDER BY declaration'));
  return {
    generation: Number(row?.[0]),
    declarations: rows.map(([text, state]) => ({
      ...parseFieldDeclaration(textOf(text ?? '')),
      state: textOf(state ?? '') as State,
    })),
  };
}
