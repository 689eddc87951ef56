import type { ResourceType } from '@clusterdex/storage-contract';
import type { MemoryState } from './memory-state.js';

export interface CurrentObject {
  readonly resourceVersion: string;
  readonly json: Uint8Array;
  readonly row: string | undefined;
  readonly syncedAt: number;
}

export interface ObjectKey {
  readonly cluster: string;
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
}

/** The objects as they will be when everything has been done that is decided but not yet in the state. */
export class PendingChanges {
  readonly #state: MemoryState;
  readonly #objects = new Map<string, CurrentObject | undefined>();

  constructor(state: MemoryState) {
    this.#state = state;
  }

  get(key: ObjectKey): CurrentObject | undefined {
    const text = textOf(key);
    return this.#objects.has(text)
      ? this.#objects.get(text)
      : this.#state.clusterTable(key.type, key.cluster)?.records.get(key.namespace, key.name);
  }

  set(key: ObjectKey, object: CurrentObject | undefined): void {
    this.#objects.set(textOf(key), object);
  }
}

function textOf({ cluster, type: { group, version, resource }, namespace, name }: ObjectKey): string {
  return `${cluster}/${group}/${version}/${resource}/${namespace}/${name}`;
}
