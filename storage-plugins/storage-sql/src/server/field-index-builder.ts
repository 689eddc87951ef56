import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type FieldPath, isStorageError } from '@clusterdex/storage-contract';
import { selectableFromJson } from '@clusterdex/storage-contract/selection';
import { objectKey } from '../decide-changes.js';
import { digestOf } from '../digest-of.js';
import { declaresFor, fieldLabelsOf } from '../field-index/index.js';
import { afterPosition } from '../order.js';
import { sql, verbatim } from '../sql.js';
import { beginGeneration, type FieldIndexes, type FieldIndexSet, lockGeneration, pathsFor } from './field-indexes.js';
import type { LabelIds } from './label-ids.js';
import type { SqlBackend } from './sql-backend.js';
import type { TypesRegistry } from './types-registry.js';
import { bytesOf, textOf } from './values.js';

const rowsPerStep = 200;
/** Who builds says so with each step; after so long without a word another goes on. */
const claimMilliseconds = 20_000;
const retryMilliseconds = 2000;
const keyOrder = ['r.cluster', 'r.namespace', 'r.name'].map((column) => ({
  expression: verbatim(column),
  descending: false,
  nullable: false,
}));

interface BuilderParts {
  readonly fields: FieldIndexes;
  readonly types: TypesRegistry;
  readonly labels: LabelIds;
}

interface Progress {
  readonly typeId: number;
  readonly after: readonly [cluster: string, namespace: string, name: string];
}

interface StepRow {
  readonly id: number;
  readonly key: readonly [cluster: string, namespace: string, name: string];
  readonly digest: string;
  readonly labelIds: string;
}

/**
 * Brings what was stored before a field was declared under its index, and what is left of a removed one out of it: step by step, beside reads
 * and writes, one process at a time. Whoever opens the database goes on with what another left.
 */
export class FieldIndexBuilder {
  readonly #backend: SqlBackend;
  readonly #parts: BuilderParts;
  readonly #holder = randomUUID();
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(backend: SqlBackend, parts: BuilderParts) {
    this.#backend = backend;
    this.#parts = parts;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        const set = await this.#parts.fields.refresh();
        if (set.declarations.every(({ state }) => state === 'ready')) return;
        if (await this.#build(set)) continue;
      } catch (error) {
        if (isStorageError(error) && error.code === 'CLOSED') return;
        this.#backend.logger.warn({ error: String(error) }, 'the build of a field index was interrupted');
      }
      await setTimeout(retryMilliseconds, undefined, { signal: this.#stop.signal, ref: false }).catch(() => {});
    }
  }

  /** False when another builds, when there is another set by now, or at the end of the process. */
  async #build(set: FieldIndexSet): Promise<boolean> {
    let progress = await this.#claim(set, undefined);
    if (progress === undefined) return false;
    const changed = set.declarations.filter(({ state }) => state !== 'ready');
    const types = [...(await this.#parts.types.all())].sort(([a], [b]) => a - b);
    for (const [typeId, type] of types) {
      if (typeId < progress.typeId || !changed.some((declaration) => declaresFor(declaration, type))) continue;
      let after: Progress['after'] | undefined = typeId === progress.typeId ? progress.after : ['', '', ''];
      while (after !== undefined) {
        if (this.#stop.signal.aborted) return false;
        after = await this.#step({ typeId, after }, pathsFor(set, type));
        progress = await this.#claim(set, { typeId, after: after ?? ['\u{10ffff}', '', ''] });
        if (progress === undefined) return false;
      }
    }
    return this.#finish(set);
  }

  /** Where the next step begins; undefined behind the last. */
  async #step({ typeId, after }: Progress, paths: readonly FieldPath[]): Promise<Progress['after'] | undefined> {
    const { database, dialect } = this.#backend;
    const rows = await database.query(
      sql`SELECT r.id, r.cluster, r.namespace, r.name, o.object FROM resources r ${verbatim(this.#backend.join)} objects o ON o.id = r.id
        WHERE r.type_id = ${typeId} AND ${afterPosition(keyOrder, after, dialect)}
        ORDER BY r.cluster, r.namespace, r.name LIMIT ${verbatim(String(rowsPerStep))}`,
    );
    const objects = rows.map(([id, cluster, namespace, name, object]) => {
      const [place, json] = [[cluster, namespace, name].map((text) => textOf(text ?? '')), bytesOf(object ?? null)];
      const { labels } = selectableFromJson(json, place[0] ?? '');
      const key = place as [string, string, string];
      return { id: Number(id), key, name: key[2], labels, fields: fieldLabelsOf(json, paths), digest: digestOf(json) };
    });
    const labelIds = await this.#parts.labels.of(objects);
    const steps = objects.map(
      ({ id, key, digest }, index): StepRow => ({ id, key, digest, labelIds: labelIds[index] ?? '' }),
    );
    for (const cluster of new Set(steps.map(({ key }) => key[0]))) {
      await this.#relabel(
        { typeId, cluster },
        steps.filter(({ key }) => key[0] === cluster),
      );
    }
    return steps.length < rowsPerStep ? undefined : steps.at(-1)?.key;
  }

  /** What was written meanwhile was written by the set that is being built. */
  async #relabel(scope: { typeId: number; cluster: string }, steps: readonly StepRow[]): Promise<void> {
    const places = steps.map(({ key: [, namespace, name] }) => ({ namespace, name }));
    await this.#backend.database.transaction(async (connection) => {
      const { stored } = await this.#backend.beginWrite(connection, scope, places);
      const changes = steps.flatMap(({ id, key: [, namespace, name], digest, labelIds }) => {
        const state = stored.get(objectKey(namespace, name));
        const isSame = state?.id === id && state.digest === digest;
        return state === undefined || !isSame || state.labelIds === labelIds
          ? []
          : [{ id, before: state.labelIds, after: labelIds }];
      });
      if (changes.length > 0) await this.#backend.relabel(connection, changes);
    });
  }

  /** Says how far it is, and that it is still at it. undefined when that is for another to say. */
  async #claim({ generation }: FieldIndexSet, reached: Progress | undefined): Promise<Progress | undefined> {
    return this.#backend.database.transaction(async (connection) => {
      const [row] = await connection.query(
        sql`SELECT holder, held_until, progress FROM field_builds WHERE generation = ${generation} FOR UPDATE`,
      );
      const holder = textOf(row?.[0] ?? '');
      const free = reached === undefined && Number(row?.[1]) < Date.now();
      if (row === undefined || (holder !== this.#holder && !free)) return undefined;
      const stored = textOf(row[2] ?? '');
      const progress: Progress = reached ?? (stored === '' ? { typeId: 0, after: ['', '', ''] } : JSON.parse(stored));
      await connection.query(
        sql`UPDATE field_builds SET holder = ${this.#holder}, held_until = ${Date.now() + claimMilliseconds},
          progress = ${JSON.stringify(progress)} WHERE generation = ${generation}`,
      );
      return progress;
    });
  }

  async #finish({ generation }: FieldIndexSet): Promise<boolean> {
    const done = await this.#backend.database.transaction(async (connection) => {
      if ((await lockGeneration(connection)) !== generation) return false;
      await connection.query(verbatim("UPDATE field_indexes SET state = 'ready' WHERE state = 'building'"));
      await connection.query(verbatim("DELETE FROM field_indexes WHERE state = 'removing'"));
      await beginGeneration(connection, generation + 1);
      return true;
    });
    await this.#parts.fields.refresh();
    return done;
  }
}
