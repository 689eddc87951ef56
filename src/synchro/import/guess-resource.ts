import type { ResourceInventory } from '@clusterdex/storage-contract';

/** The resource of a kind that nothing defines, named as Kubernetes would: the kind in lower case, in the plural. */
export function guessResource(
  group: string,
  version: string,
  { kind, namespaced }: { readonly kind: string; readonly namespaced: boolean },
): ResourceInventory {
  const singularName = kind.toLowerCase();
  return Object.freeze({ group, version, resource: plural(singularName), kind, namespaced, singularName });
}

function plural(singular: string): string {
  if (/(?:s|x|ch|sh)$/.test(singular)) return `${singular}es`;
  if (/[^aeiou]y$/.test(singular)) return `${singular.slice(0, -1)}ies`;
  return `${singular}s`;
}
