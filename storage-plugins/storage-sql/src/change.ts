import {
  type CollectionListOptions,
  type ResourceType,
  reduceToMetadata,
  type WatchEvent,
} from '@clusterdex/storage-contract';
import { observe, type SelectableObject, type Transition } from '@clusterdex/storage-contract/selection';

export interface ChangedObject extends SelectableObject {
  readonly json: Uint8Array;
}

/** One entry of the log of changes. */
export interface Change extends Transition<ChangedObject> {
  readonly revision: number;
  readonly typeId: number;
  readonly cluster: string;
}

export interface ChangeObserver {
  readonly options: CollectionListOptions;
  /** Whether events say of which type their objects are. */
  readonly collection: boolean;
  readonly matches: (object: SelectableObject) => boolean;
  readonly typeOf: (id: number) => ResourceType;
}

/** What a watcher sees of a change; undefined when it sees nothing. */
export function observeChange(
  change: Change,
  { options, collection, matches, typeOf }: ChangeObserver,
): WatchEvent | undefined {
  const seen = observe(change, matches);
  if (seen === undefined) return undefined;
  const { cluster, namespace, name, json } = seen.object;
  const object = { cluster, namespace, name, json: options.onlyMetadata === true ? reduceToMetadata(json) : json };
  const type = collection ? { type: typeOf(change.typeId) } : {};
  return { type: seen.type, revision: String(change.revision), object: { ...object, ...type } };
}
