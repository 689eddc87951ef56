import {
  createStorageError,
  type ObjectChange,
  type ResourceType,
  type WriteResult,
} from '@clusterdex/storage-contract';
import {
  type DecidedChange,
  type DecidedChanges,
  decideChanges,
  digestOf,
  objectKey,
  type ReadyChange,
  type StoredState,
  sql,
  verbatim,
} from '@clusterdex/storage-sql';
import { applyChanges, type ChangeScope } from './apply-changes.js';
import { binaryArray } from './binary-array.js';
import type { HistoryTrimmer } from './history-trimmer.js';
import { IdBlocks } from './id-blocks.js';
import { KeyMutex } from './key-mutex.js';
import { LabelIds } from './label-ids.js';
import type { PostgresConnection, PostgresDatabase } from './postgres-database.js';
import type { TypesRegistry } from './types-registry.js';

/** A transaction holds about so much: enough for few round trips, little enough to let others in. */
const changesPerTransaction = 1000;
const bytesPerTransaction = 8 * 1024 * 1024;

/** Applies batches of changes. Whoever writes objects of one type and cluster does so alone, in this process and in others. */
export class ChangeWriter {
  readonly #database: PostgresDatabase;
  readonly #types: TypesRegistry;
  readonly #trimmer: HistoryTrimmer;
  readonly #labels: LabelIds;
  readonly #ids: IdBlocks;
  readonly #mutex = new KeyMutex();

  constructor(database: PostgresDatabase, { types, trimmer }: { types: TypesRegistry; trimmer: HistoryTrimmer }) {
    this.#database = database;
    this.#types = types;
    this.#trimmer = trimmer;
    this.#labels = new LabelIds(database);
    this.#ids = new IdBlocks(database);
  }

  async write(
    { type, cluster, signal }: { type: ResourceType; cluster: string; signal: AbortSignal | undefined },
    changes: readonly ObjectChange[],
  ): Promise<WriteResult> {
    if (changes.length === 0) return { written: 0, unchanged: 0 };
    const typeId = await this.#types.idOrCreate(type);
    let written = 0;
    for (const some of split(changes)) {
      written += await this.#mutex.run(`${typeId} ${cluster}`, async () => {
        refuseAborted(signal, 'the write');
        return this.#writeSome({ typeId, cluster }, some);
      });
    }
    return { written, unchanged: changes.length - written };
  }

  /** Removes at most so many objects of a type of a cluster; returns how many it removed. */
  removeSome(typeId: number, cluster: string, limit: number): Promise<number> {
    const scope = { typeId, cluster };
    return this.#mutex.run(`${typeId} ${cluster}`, () =>
      this.#transaction(scope, async (connection) => {
        const stored = await connection.query(
          sql`SELECT id, uid, resource_version, encode(digest, 'hex'), label_ids FROM resources
            WHERE type_id = ${typeId} AND cluster = ${cluster} LIMIT ${limit}`,
        );
        const changes = stored.map((row): DecidedChange => {
          const before = toState(row as StateRow);
          return { id: before.id, before, wave: 0 };
        });
        return { changes, rows: new Map() };
      }),
    );
  }

  async #writeSome(scope: ChangeScope, changes: readonly ObjectChange[]): Promise<number> {
    const upserts = changes.flatMap((change) => (change.type === 'upsert' ? [change.object] : []));
    const labelIds = (await this.#labels.of(upserts)).values();
    const ready = changes.map((change): ReadyChange => {
      if (change.type === 'delete') return change;
      const { object } = change;
      return { type: 'upsert', object, digest: digestOf(object.json), labelIds: labelIds.next().value ?? '' };
    });
    const ids = await this.#ids.reserve(upserts.length);
    let used = 0;
    const written = await this.#transaction(scope, async (connection) => {
      const stored = await readStates(connection, scope, changes);
      used = 0;
      return decideChanges(ready, stored, () => ids[used++] as number);
    });
    // Had the transaction failed, nobody knew whether its commit had been.
    this.#ids.giveBack(ids.slice(used));
    return written;
  }

  async #transaction(
    scope: ChangeScope,
    decide: (connection: PostgresConnection) => Promise<DecidedChanges>,
  ): Promise<number> {
    const { written, revision } = await this.#database.transaction(async (connection) => {
      // Statements run in their order, each on the state that those before it left: the lock is held when the stored state is read.
      const locked = connection.query(
        sql`SELECT pg_advisory_xact_lock(${scope.typeId}::integer, hashtext(${scope.cluster}))`,
        { name: 'lock' },
      );
      const batch = connection.query(verbatim("SELECT nextval('change_batch_ids')"));
      const [decided, [row]] = await Promise.all([decide(connection), batch, locked]);
      const revision = await applyChanges(connection, { ...scope, batchId: Number(row?.[0]) }, decided);
      return { written: decided.changes.length, revision };
    });
    if (revision !== undefined) this.#trimmer.written(revision);
    return written;
  }
}

function* split(changes: readonly ObjectChange[]): Generator<readonly ObjectChange[]> {
  let some: ObjectChange[] = [];
  let bytes = 0;
  for (const change of changes) {
    const size = change.type === 'upsert' ? change.object.json.length : 0;
    if (some.length === changesPerTransaction || (some.length > 0 && bytes + size > bytesPerTransaction)) {
      yield some;
      some = [];
      bytes = 0;
    }
    some.push(change);
    bytes += size;
  }
  if (some.length > 0) yield some;
}

type StateRow = [id: number, uid: string, resourceVersion: string, digest: string, labelIds: string];

const toState = ([id, uid, resourceVersion, digest, labelIds]: StateRow): StoredState => ({
  id,
  uid,
  resourceVersion,
  digest,
  labelIds,
});

async function readStates(
  connection: PostgresConnection,
  { typeId, cluster }: ChangeScope,
  changes: readonly ObjectChange[],
): Promise<ReadonlyMap<string, StoredState>> {
  const places = changes.map((change) => (change.type === 'upsert' ? change.object : change));
  const namespaces = binaryArray(
    'text',
    places.map(({ namespace }) => namespace),
  );
  const names = binaryArray(
    'text',
    places.map(({ name }) => name),
  );
  const rows = await connection.query(
    sql`SELECT DISTINCT ON (r.id) r.id, r.uid, r.resource_version, encode(r.digest, 'hex'), r.label_ids, r.namespace, r.name
      FROM unnest(${namespaces}::text[], ${names}::text[]) x (namespace, name)
      JOIN resources r ON r.type_id = ${typeId} AND r.cluster = ${cluster} AND r.namespace = x.namespace AND r.name = x.name`,
    { name: 'states' },
  );
  return new Map(
    (rows as [...StateRow, string, string][]).map((row) => [
      objectKey(row[5], row[6]),
      toState(row.slice(0, 5) as StateRow),
    ]),
  );
}

export function refuseAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted === true) throw createStorageError('TIMEOUT', `${what} was aborted`, { cause: signal.reason });
}
