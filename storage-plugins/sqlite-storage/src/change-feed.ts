import { createStorageError } from '@clusterdex/storage-contract';
import { selectableFromJson } from '@clusterdex/storage-contract/selection';
import type { Change, ChangedObject } from '@clusterdex/storage-sql';
import type Database from 'better-sqlite3';

/** How much is read at once, whichever is reached first. */
const changesPerRead = 200;
const bytesPerRead = 4 * 1024 * 1024;
/** How soon a change of another process is noticed. */
const pollMilliseconds = 100;
/** Watchers that are equally far share what they read. */
const readsKept = 8;

interface Row {
  readonly revision: number;
  readonly type_id: number;
  readonly cluster: string;
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
}

const readChanges = `
  SELECT c.revision, c.type_id, c.cluster, CAST(c.object AS BLOB) AS before,
    CASE WHEN c.deleted = 1 THEN NULL ELSE CAST(coalesce(
      (SELECT n.object FROM changes n WHERE n.object_id = c.object_id AND n.revision > c.revision ORDER BY n.revision LIMIT 1),
      (SELECT o.object FROM objects o WHERE o.id = c.object_id)) AS BLOB) END AS after
  FROM changes c WHERE c.revision > ? ORDER BY c.revision LIMIT ${changesPerRead}`;

/** The log of changes, as watchers read it. A watcher holds nothing but its place in it. */
export class ChangeFeed {
  readonly #state: Database.Statement;
  readonly #changes: Database.Statement;
  readonly #transaction: (after: number) => readonly Row[];
  readonly #database: Database.Database;
  readonly #reads = new Map<number, readonly Change[]>();
  readonly #waiting = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #dataVersion: unknown;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#state = database.prepare('SELECT revision, trimmed FROM revision').raw();
    this.#changes = database.prepare(readChanges);
    this.#transaction = database.transaction((after: number) => {
      this.#refuseExpired(after);
      return readSome(this.#changes.iterate(after) as Iterable<Row>);
    });
  }

  /** The changes behind a revision, at most so many at once; none when there are none yet. EXPIRED when they are not kept. */
  read(after: number): readonly Change[] {
    const known = this.#reads.get(after);
    if (known !== undefined) return known;
    const changes = this.#transaction(after).map(toChange);
    // What lies behind a revision stays; there may only come more.
    if (changes.length > 0) {
      if (this.#reads.size >= readsKept) this.#reads.delete(this.#reads.keys().next().value as number);
      this.#reads.set(after, changes);
    }
    return changes;
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

  /** The first look always wakes: what happened between a watcher's last read and its wait is not missed. */
  #poll(): void {
    if (this.#timer !== undefined) return;
    this.#dataVersion = undefined;
    this.#timer = setInterval(() => {
      if (this.#waiting.size === 0) return this.stop();
      const dataVersion = this.#database.pragma('data_version', { simple: true });
      if (dataVersion === this.#dataVersion) return;
      this.#dataVersion = dataVersion;
      this.wake();
    }, pollMilliseconds);
    this.#timer.unref();
  }

  #refuseExpired(after: number): void {
    const [revision, trimmed] = this.#state.get() as [number, number];
    if (after >= trimmed && after <= revision) return;
    throw createStorageError(
      'EXPIRED',
      `expected a revision from ${trimmed} to ${revision}, whose changes are kept, found ${after}; list again`,
    );
  }
}

/** At least one, if there is one. */
function readSome(changes: Iterable<Row>): readonly Row[] {
  const rows: Row[] = [];
  let bytes = 0;
  for (const row of changes) {
    rows.push(row);
    bytes += (row.before?.length ?? 0) + (row.after?.length ?? 0);
    if (bytes >= bytesPerRead) break;
  }
  return rows;
}

function toChange({ revision, type_id, cluster, before, after }: Row): Change {
  return { revision, typeId: type_id, cluster, before: side(before, cluster), after: side(after, cluster) };
}

function side(json: Uint8Array | null, cluster: string): ChangedObject | undefined {
  return json === null ? undefined : { ...selectableFromJson(json, cluster), json };
}
