import { createStorageError, type PreparedObject } from '@clusterdex/storage-contract';
import { compareText } from '@clusterdex/storage-contract/selection';
import { storedLabelName } from '../field-index/index.js';
import type { SqlBackend } from './sql-backend.js';
import { textOf } from './values.js';

const capacity = 200_000;

type Labelled = Pick<PreparedObject, 'name' | 'labels'> & {
  /** Of the fields that are declared (see fieldLabelsOf). */
  readonly fields?: readonly (readonly [name: string, value: string])[];
};

/** The ids of labels, added where they are new. Their rows are never deleted, so an id that was read stays true. */
export class LabelIds {
  readonly #backend: SqlBackend;
  #ids = new Map<string, number>();

  constructor(backend: SqlBackend) {
    this.#backend = backend;
  }

  /** For each object the ids of its labels and fields, ascending, joined by commas. INVALID for a label that the server cannot keep. */
  async of(objects: readonly Labelled[]): Promise<readonly string[]> {
    const before = this.#ids;
    const missing = new Map<string, readonly [string, string]>();
    for (const object of objects) {
      for (const [label, value] of labelsOf(object)) {
        const key = keyOf(label, value);
        if (before.has(key)) continue;
        const refusal = this.#backend.refuseText?.(label) ?? this.#backend.refuseText?.(value);
        if (refusal !== undefined) throw createStorageError('INVALID', `a label of '${object.name}' ${refusal}`);
        missing.set(key, [label, value]);
      }
    }
    const added = missing.size > 0 ? await this.#add([...missing.values()]) : before;
    return objects.map((object) =>
      labelsOf(object)
        .map(([label, value]) => before.get(keyOf(label, value)) ?? added.get(keyOf(label, value)) ?? 0)
        .sort((a, b) => a - b)
        .join(),
    );
  }

  async #add(labels: readonly (readonly [string, string])[]): Promise<ReadonlyMap<string, number>> {
    // In one order everywhere, so that writers of the same labels do not wait for each other in a circle.
    const sorted = labels.toSorted(([a, x], [b, y]) => compareText(a, b) || compareText(x, y));
    const rows = await this.#backend.addLabels(sorted);
    if (this.#ids.size > capacity) this.#ids = new Map();
    const ids = this.#ids;
    for (const [id, name, value] of rows) ids.set(keyOf(textOf(name ?? ''), textOf(value ?? '')), Number(id));
    return ids;
  }
}

function labelsOf({ labels, fields = [] }: Labelled): readonly (readonly [name: string, value: string])[] {
  return [...Object.entries(labels).map(([key, value]) => [storedLabelName(key), value] as const), ...fields];
}

const keyOf = (name: string, value: string): string => `${name}\0${value}`;
