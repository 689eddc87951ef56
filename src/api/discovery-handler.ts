import type { ServerResponse } from 'node:http';
import { unknownCluster, unknownPath } from './api-error.js';
import type { ClusterView } from './cluster-view.js';
import { coreVersionsDocument, groupDocument, groupsDocument, resourcesDocument } from './discovery.js';
import type { InventoryCache } from './inventory-cache.js';
import type { RequestTarget } from './request-path.js';
import { sendJson } from './respond.js';
import { kubernetesVersionDocument } from './version-document.js';

export type DiscoveryTarget = Extract<RequestTarget, { kind: 'version' | 'core' | 'groups' | 'group' | 'resources' }>;

/** Serves what clients ask to learn which resources there are, always from inventories read after the request came. */
export function createDiscoveryHandler(inventory: InventoryCache, { canWatch }: { readonly canWatch: boolean }) {
  const verbs = canWatch ? ['get', 'list', 'watch'] : ['get', 'list'];
  return async (response: ServerResponse, target: DiscoveryTarget): Promise<void> => {
    await inventory.refresh();
    const view = inventory.view(target.cluster);
    if (view === undefined) throw target.cluster === undefined ? unknownPath() : unknownCluster(target.cluster);
    const key = documentKey(target);
    const document = view.documents.get(key) ?? createDocument(view, target, verbs);
    if (document === undefined) throw unknownPath();
    view.documents.set(key, document);
    sendJson(response, document);
  };
}

function documentKey(target: DiscoveryTarget): string {
  if (target.kind === 'group') return `group ${target.group}`;
  return target.kind === 'resources' ? `resources ${target.group}/${target.version}` : target.kind;
}

function createDocument(view: ClusterView, target: DiscoveryTarget, verbs: readonly string[]): Buffer | undefined {
  switch (target.kind) {
    case 'version':
      return kubernetesVersionDocument(view.cluster?.version);
    case 'core':
      return coreVersionsDocument();
    case 'groups':
      return groupsDocument(view);
    case 'group':
      return groupDocument(view, target.group);
    case 'resources':
      return resourcesDocument(view, target, verbs);
  }
}
