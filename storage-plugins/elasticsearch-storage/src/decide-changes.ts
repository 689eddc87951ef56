import type { ObjectChange, PreparedObject } from '@clusterdex/storage-contract';
import { compareResourceVersions } from '@clusterdex/storage-contract/selection';
import { digestOf } from './document.js';

/** What a decision needs to know of an object. */
export interface KnownObject {
  readonly resourceVersion: string;
  readonly digest: string;
}

/** The objects that a change left, before and after it. `ordinal` counts the changes of a batch. */
export interface DecidedChange<Before> {
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  /** What was stored, or the change before it in this batch; undefined when there was nothing. */
  readonly before: { readonly stored: Before } | { readonly earlier: PreparedObject } | undefined;
  readonly after: PreparedObject | undefined;
  readonly digest: string;
}

export interface DecidedChanges<Before> {
  readonly changes: readonly DecidedChange<Before>[];
  /** Upserts of the bytes that are stored, which bring a row; by key of the object. */
  readonly rows: ReadonlyMap<string, PreparedObject>;
}

export const objectKey = (namespace: string, name: string): string => `${namespace}/${name}`;

/** Leaves out what changes nothing, or is older than what is stored. */
export function decideChanges<Before extends KnownObject>(
  changes: readonly ObjectChange[],
  stored: ReadonlyMap<string, Before>,
): DecidedChanges<Before> {
  const decided: DecidedChange<Before>[] = [];
  const rows = new Map<string, PreparedObject>();
  const latest = new Map<string, (KnownObject & { readonly earlier: PreparedObject }) | 'none'>();
  for (const change of changes) {
    const { namespace, name } = change.type === 'upsert' ? change.object : change;
    const key = objectKey(namespace, name);
    const pending = latest.get(key);
    const fromStore = pending === undefined ? stored.get(key) : undefined;
    const known: KnownObject | undefined = pending === 'none' ? undefined : (pending ?? fromStore);
    const before =
      fromStore !== undefined
        ? { stored: fromStore }
        : pending === undefined || pending === 'none'
          ? undefined
          : { earlier: pending.earlier };
    if (change.type === 'delete') {
      if (known === undefined || isOlder(change.resourceVersion, known)) continue;
      decided.push({ key, namespace, name, before, after: undefined, digest: '' });
      rows.delete(key);
      latest.set(key, 'none');
      continue;
    }
    const { object } = change;
    if (known !== undefined && isOlder(object.resourceVersion, known)) continue;
    const digest = digestOf(object.json);
    if (known?.digest === digest) {
      if (object.row !== undefined) rows.set(key, object);
      continue;
    }
    decided.push({ key, namespace, name, before, after: object, digest });
    rows.delete(key);
    latest.set(key, { resourceVersion: object.resourceVersion, digest, earlier: object });
  }
  return { changes: decided, rows };
}

const isOlder = (resourceVersion: string | undefined, known: KnownObject): boolean =>
  resourceVersion !== undefined && compareResourceVersions(resourceVersion, known.resourceVersion) < 0;
