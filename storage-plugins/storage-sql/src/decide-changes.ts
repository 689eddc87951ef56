import type { ObjectChange, PreparedObject } from '@clusterdex/storage-contract';
import { compareResourceVersions } from '@clusterdex/storage-contract/selection';

/** What a decision needs to know of a stored object. */
export interface StoredState {
  readonly id: number;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Of the bytes of its JSON (see digestOf). */
  readonly digest: string;
  /** Ids of its labels, ascending, joined by commas. */
  readonly labelIds: string;
}

/** An upsert whose labels are known to the database. */
export interface ReadyObject {
  readonly object: PreparedObject;
  readonly digest: string;
  readonly labelIds: string;
}

export type ReadyChange =
  | ({ readonly type: 'upsert' } & ReadyObject)
  | Extract<ObjectChange, { readonly type: 'delete' }>;

/** `before` is what it replaces or deletes, `after` what is stored then; one of them is there. */
export interface DecidedChange {
  readonly id: number;
  readonly before?: StoredState;
  readonly after?: ReadyObject;
  /** How many decided changes of the same object come before it: those of one wave are of different objects. */
  readonly wave: number;
}

export interface DecidedChanges {
  readonly changes: readonly DecidedChange[];
  /** Rows of Tables that came with bytes that are stored already, by id of the object; to be put in place after the changes. */
  readonly rows: ReadonlyMap<number, string>;
}

export const objectKey = (namespace: string, name: string): string => `${namespace}/${name}`;

/**
 * Leaves out what changes nothing, or is older than what is stored. `stored` is what the database holds, by `objectKey`; a new
 * object gets its id from `nextId`.
 */
export function decideChanges(
  changes: readonly ReadyChange[],
  stored: ReadonlyMap<string, StoredState>,
  nextId: () => number,
): DecidedChanges {
  const rows = new Map<number, string>();
  const pending = new Map<string, { readonly state: StoredState | undefined; readonly changes: number }>();
  const decided: DecidedChange[] = [];
  for (const change of changes) {
    const { namespace, name } = change.type === 'upsert' ? change.object : change;
    const key = objectKey(namespace, name);
    const { state, changes: wave } = pending.get(key) ?? { state: stored.get(key), changes: 0 };
    if (change.type === 'delete') {
      if (state === undefined || isOlder(change.resourceVersion, state)) continue;
      decided.push({ id: state.id, before: state, wave });
      rows.delete(state.id);
      pending.set(key, { state: undefined, changes: wave + 1 });
      continue;
    }
    const { object, digest, labelIds } = change;
    if (state !== undefined && isOlder(object.resourceVersion, state)) continue;
    if (digest === state?.digest) {
      if (object.row !== undefined) rows.set(state.id, object.row);
      continue;
    }
    const id = state?.id ?? nextId();
    rows.delete(id);
    decided.push({ id, ...(state && { before: state }), after: { object, digest, labelIds }, wave });
    const { uid, resourceVersion } = object;
    pending.set(key, { state: { id, uid, resourceVersion, digest, labelIds }, changes: wave + 1 });
  }
  return { changes: decided, rows };
}

const isOlder = (resourceVersion: string | undefined, state: StoredState): boolean =>
  resourceVersion !== undefined && compareResourceVersions(resourceVersion, state.resourceVersion) < 0;
