import type { ResourceType } from '@clusterdex/storage-contract';

/** Where a cluster serves all objects of a type. */
export function resourcePath({ group, version, resource }: ResourceType): string {
  return group === '' ? `/api/${version}/${resource}` : `/apis/${group}/${version}/${resource}`;
}
