/**
 * The resourceVersion of each object that is stored, by namespace and name: all that is kept in memory of an object, about 150 bytes.
 */
export interface KnownVersions {
  readonly size: number;
  get(namespace: string, name: string): string | undefined;
  /** Whether it is stored in this version, as far as is known. */
  isCurrent(namespace: string, name: string, resourceVersion: string): boolean;
  set(namespace: string, name: string, resourceVersion: string): void;
  /** What is known now counts as current no more: each object has to be set anew. */
  distrust(): void;
  delete(namespace: string, name: string): void;
  /** Begins to note what is seen from here on. */
  startSweep(): void;
  see(namespace: string, name: string): void;
  /** What was not seen since `startSweep`, nor set. */
  unseen(): Iterable<{ readonly namespace: string; readonly name: string }>;
  endSweep(): void;
}

/** Versions that are short numbers are kept as such, which takes no memory of its own. */
type Version = number | string;

export function createKnownVersions(): KnownVersions {
  const versions = new Map<string, Version>();
  let seen: Set<string> | undefined;
  let distrusted: Set<string> | undefined;
  const get = (namespace: string, name: string) => {
    const version = versions.get(keyOf(namespace, name));
    return version === undefined ? undefined : String(version);
  };
  return {
    get size() {
      return versions.size;
    },
    get,
    isCurrent: (namespace, name, resourceVersion) =>
      get(namespace, name) === resourceVersion && distrusted?.has(keyOf(namespace, name)) !== true,
    distrust() {
      distrusted = new Set(versions.keys());
    },
    set(namespace, name, resourceVersion) {
      const key = keyOf(namespace, name);
      versions.set(key, compact(resourceVersion));
      if (distrusted?.delete(key) && distrusted.size === 0) distrusted = undefined;
      seen?.add(key);
    },
    delete(namespace, name) {
      const key = keyOf(namespace, name);
      versions.delete(key);
      if (distrusted?.delete(key) && distrusted.size === 0) distrusted = undefined;
    },
    startSweep() {
      seen = new Set();
    },
    see(namespace, name) {
      seen?.add(keyOf(namespace, name));
    },
    *unseen() {
      if (seen === undefined) return;
      for (const key of versions.keys()) {
        if (seen.has(key)) continue;
        const slash = key.indexOf('/');
        yield { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
      }
    },
    endSweep() {
      seen = undefined;
    },
  };
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function compact(version: string): Version {
  const number = Number(version);
  return Number.isSafeInteger(number) && String(number) === version ? number : version;
}
