import type { ResourceInventory } from '@clusterdex/storage-contract';
import { builtinTypes } from './builtin-types.js';

/** Every built-in type in each of its versions, the preferred version of a kind before the others. */
export const builtinResources: readonly ResourceInventory[] = Object.freeze(
  Object.entries(builtinTypes).flatMap(([group, types]) =>
    types.flatMap(({ versions, ...type }) =>
      versions.map((version) => Object.freeze({ group, version, singularName: type.kind.toLowerCase(), ...type })),
    ),
  ),
);

/** The groups of the collection resource `kuberesources`: those of the types, and those that hold nothing to list. */
export const builtinGroups: readonly string[] = Object.freeze(
  [
    ...Object.keys(builtinTypes),
    'admission.k8s.io',
    'authentication.k8s.io',
    'authorization.k8s.io',
    'imagepolicy.k8s.io',
  ].sort(),
);

const byKind = new Map(builtinResources.map((type) => [`${type.group}/${type.version}/${type.kind}`, type]));

export function findBuiltinResource(group: string, version: string, kind: string): ResourceInventory | undefined {
  return byKind.get(`${group}/${version}/${kind}`);
}
