import { createStorageError } from '@clusterdex/storage-contract';
import { selectableFromJson } from '@clusterdex/storage-contract/selection';
import type { Change, ChangedObject } from '../change.js';
import { sql, verbatim } from '../sql.js';
import type { Row, SqlBackend, Value } from './sql-backend.js';
import type { TypesRegistry } from './types-registry.js';
import { bytesOf, textOf } from './values.js';

/** How many changes are read at once, and of how many bytes: objects before and after; at least one change. */
const changesPerRead = 200;
const bytesPerRead = 4 * 1024 * 1024;
/** How soon a change of another process is noticed. */
const pollMilliseconds = 100;
/** Watchers that are equally far share what they read. */
const readsKept = 8;

interface Read {
  readonly changes: readonly Change[];
  /** Whether there were more behind them. */
  readonly followed: boolean;
}

/** Of a row of `log`: something of the object as it was before. */
const objectBefore = (value: string): string =>
  `(SELECT ${value} FROM changes b WHERE b.batch_id = log.batch_id AND b.ordinal = log.ordinal)`;

/** Of the object as the change left it: that is what the next change found, or what is stored. */
const objectAfter = (value: (column: string) => string): string =>
  `CASE WHEN log.deleted THEN NULL ELSE coalesce(
    (SELECT ${value('n.object')} FROM changes n WHERE n.object_id = log.object_id
      AND (n.batch_id > log.batch_id OR (n.batch_id = log.batch_id AND n.ordinal > log.ordinal))
      ORDER BY n.batch_id, n.ordinal LIMIT 1),
    (SELECT ${value('o.object')} FROM objects o WHERE o.id = log.object_id)) END`;

const sizeOf = (column: string): string => `octet_length(${column})`;
const itself = (column: string): string => column;

/**
 * The log of changes, as watchers read it. A watcher holds nothing but its place in it. Batches become visible in the order of their
 * revisions (see SqlBackend.applyChanges), so what is behind a place that was read is never filled in later.
 */
export class ChangeFeed {
  readonly #backend: SqlBackend;
  readonly #types: TypesRegistry;
  readonly #reads = new Map<number, Promise<Read>>();
  readonly #waiting = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #polling = false;
  #revision: unknown;

  constructor(backend: SqlBackend, types: TypesRegistry) {
    this.#backend = backend;
    this.#types = types;
  }

  /** The changes behind a revision, at most so many at once; none when there are none yet. EXPIRED when they are not kept. */
  async read(after: number): Promise<readonly Change[]> {
    const known = this.#reads.get(after);
    if (known !== undefined) return (await known).changes;
    const reading = this.#read(after);
    this.#reads.set(after, reading);
    const forget = () => this.#reads.delete(after);
    // What ends before the log does will never be more.
    reading.then(({ followed }) => followed || forget(), forget);
    if (this.#reads.size > readsKept) this.#reads.delete(this.#reads.keys().next().value as number);
    return (await reading).changes;
  }

  /** Resolves when something may have changed, or when the signal aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#poll();
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  /** Wakes whoever waits: this process has written, or the storage closes. */
  wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.wake();
  }

  async #read(after: number): Promise<Read> {
    const rows = await this.#backend.database.query(
      sql`WITH state AS (SELECT revision, trimmed FROM revision),
          log AS (
            SELECT b.revision - b.count + 1 + c.ordinal AS revision, c.batch_id, c.ordinal, c.object_id, c.type_id, c.cluster, c.deleted
            FROM change_batches b JOIN changes c ON c.batch_id = b.batch_id
            WHERE b.revision > ${after} AND b.revision - b.count + 1 + c.ordinal > ${after}
            ORDER BY b.revision, c.ordinal LIMIT ${verbatim(String(changesPerRead))}),
          sizes AS (
            SELECT log.*, coalesce(${verbatim(objectBefore(sizeOf('b.object')))}, 0) + coalesce(${verbatim(objectAfter(sizeOf))}, 0) AS bytes FROM log),
          bounded AS (SELECT sizes.*, sum(bytes) OVER (ORDER BY revision) - bytes AS bytes_ahead FROM sizes)
        SELECT state.revision, state.trimmed, log.revision, log.type_id, log.cluster, ${verbatim(objectBefore('b.object'))}, ${verbatim(objectAfter(itself))}
        FROM state LEFT JOIN bounded log ON log.bytes_ahead < ${verbatim(String(bytesPerRead))} ORDER BY log.revision`,
      { name: 'changes' },
    );
    refuseExpired(after, rows[0]);
    const changes = rows.filter((row) => row[2] !== null);
    await this.#types.know(changes.map((row) => Number(row[3])));
    return { changes: changes.map(toChange), followed: Number(changes.at(-1)?.[2]) < Number(rows[0]?.[0]) };
  }

  /** The first look always wakes: what happened between a watcher's last read and its wait is not missed. */
  #poll(): void {
    if (this.#timer !== undefined) return;
    this.#revision = undefined;
    this.#timer = setInterval(() => void this.#look(), pollMilliseconds);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    if (this.#waiting.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    if (this.#polling) return;
    this.#polling = true;
    try {
      const [row] = await this.#backend.database.query(verbatim('SELECT revision FROM revision'), { name: 'revision' });
      if (row?.[0] === this.#revision) return;
      this.#revision = row?.[0];
      this.wake();
    } catch {
      // Whoever waits finds out with its next read.
      this.wake();
    } finally {
      this.#polling = false;
    }
  }
}

function refuseExpired(after: number, row: Row | undefined): void {
  const [revision, trimmed] = [Number(row?.[0]), Number(row?.[1])];
  if (after >= trimmed && after <= revision) return;
  throw createStorageError(
    'EXPIRED',
    `expected a revision from ${trimmed} to ${revision}, whose changes are kept, found ${after}; list again`,
  );
}

function toChange([, , revision, typeId, cluster, before, after]: Row): Change {
  return {
    revision: Number(revision),
    typeId: Number(typeId),
    cluster: textOf(cluster ?? ''),
    before: side(before ?? null, textOf(cluster ?? '')),
    after: side(after ?? null, textOf(cluster ?? '')),
  };
}

function side(json: Value, cluster: string): ChangedObject | undefined {
  if (json === null) return undefined;
  const bytes = bytesOf(json);
  return { ...selectableFromJson(bytes, cluster), json: bytes };
}
