import type { ResourceInventory } from '@clusterdex/storage-contract';
import type { ApiClient } from '../../support/api-client.js';

interface ResourceList {
  readonly resources: readonly {
    readonly name: string;
    readonly singularName: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
}

interface GroupList {
  readonly groups: readonly { readonly name: string; readonly preferredVersion: { readonly version: string } }[];
}

/** What a server itself says can be listed and watched, each in the version that it prefers. Events are there once: those of the core group. */
export async function servedTypes(client: ApiClient): Promise<readonly ResourceInventory[]> {
  const { groups } = await client.json<GroupList>('/apis');
  const versions = [
    { group: '', version: 'v1' },
    ...groups.map(({ name, preferredVersion: { version } }) => ({ group: name, version })),
  ].filter(({ group }) => group !== 'events.k8s.io');
  const lists = await Promise.all(
    versions.map(async ({ group, version }) => {
      const list = await client.json<ResourceList>(group === '' ? `/api/${version}` : `/apis/${group}/${version}`);
      return list.resources
        .filter(({ name, verbs }) => !name.includes('/') && verbs.includes('list') && verbs.includes('watch'))
        .map(({ name: resource, kind, namespaced, singularName }) => ({
          ...{ group, version, resource, kind, namespaced, singularName },
        }));
    }),
  );
  return lists.flat();
}
