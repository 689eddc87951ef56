import type { StoredObject } from '@clusterdex/storage-contract';
import { type SelectableObject, selectableFromJson } from '@clusterdex/storage-contract/selection';

/** A stored object as selection looks at it; parsed only when something is asked that its key does not say. */
export function lazySelectable({ cluster, namespace, name, json }: StoredObject): SelectableObject {
  let parsed: SelectableObject | undefined;
  const parse = (): SelectableObject => {
    parsed ??= selectableFromJson(json, cluster);
    return parsed;
  };
  return {
    cluster,
    namespace,
    name,
    get uid() {
      return parse().uid;
    },
    get kind() {
      return parse().kind;
    },
    get resourceVersion() {
      return parse().resourceVersion;
    },
    get ownerUid() {
      return parse().ownerUid;
    },
    get labels() {
      return parse().labels;
    },
    get createdAt() {
      return parse().createdAt;
    },
    syncedAt: undefined,
    json,
    fields: () => parse().fields(),
  };
}
