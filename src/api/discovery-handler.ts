import type { ServerResponse } from 'node:http';
import { unknownCluster, unknownPath } from './api-error.js';
import { type DiscoveredGroup, groupResources } from './discovered-group.js';
import { coreVersionsDocument, groupDocument, groupsDocument, resourcesDocument } from './discovery.js';
import { aggregatedDocument } from './discovery-aggregated.js';
import { type DiscoveryForm, discoveryFormOf } from './discovery-form.js';
import { indexDocument, type OuterDiscovery } from './discovery-outer.js';
import { createDocument, type Document, encodeDocument } from './document.js';
import type { InventoryCache } from './inventory-cache.js';
import { apiGroup, apiVersion, type RequestTarget } from './request-path.js';
import { sendDocument } from './send-document.js';
import { kubernetesVersionDocument, serverVersionDocument } from './version-document.js';

export type InnerDiscoveryTarget = Extract<
  RequestTarget,
  { kind: 'version' | 'core' | 'groups' | 'group' | 'resources' }
>;
export type OuterDiscoveryTarget = Extract<
  RequestTarget,
  { kind: 'index' | 'outerVersion' | 'outerCore' | 'outerGroups' | 'outerGroup' | 'outerResources' }
>;

/** Serves what clients ask to learn which resources there are, always from inventories read after the request came. */
export function createDiscoveryHandler(inventory: InventoryCache, { canWatch }: { readonly canWatch: boolean }) {
  return async (response: ServerResponse, target: InnerDiscoveryTarget): Promise<void> => {
    const form = chooseForm(response, target.kind);
    await inventory.refresh();
    const view = inventory.view(target.cluster);
    if (view === undefined) throw target.cluster === undefined ? unknownPath() : unknownCluster(target.cluster);
    const key = documentKey(target, form.name);
    const document = view.documents.get(key) ?? makeInner();
    view.documents.set(key, document);
    await send(response, document, form);

    function makeInner(): Document {
      if (target.kind === 'version') return kubernetesVersionDocument(view?.cluster?.version);
      return makeDocument(target, groupResources(view?.resources ?? [], canWatch), form.name);
    }
  };
}

const outerTargets = {
  outerCore: { kind: 'core', cluster: undefined },
  outerGroups: { kind: 'groups', cluster: undefined },
  outerGroup: { kind: 'group', cluster: undefined, group: apiGroup },
  outerResources: { kind: 'resources', cluster: undefined, group: apiGroup, version: apiVersion },
} as const;

/** Serves the same of what the server has beside the clusters' resources. */
export async function sendOuterDiscovery(
  response: ServerResponse,
  target: OuterDiscoveryTarget,
  outer: OuterDiscovery,
): Promise<void> {
  const form = chooseForm(response, target.kind);
  await send(response, makeOuter(), form);

  function makeOuter(): Document {
    if (target.kind === 'index') return createDocument(indexDocument(outer));
    if (target.kind === 'outerVersion') return serverVersionDocument();
    if (target.kind === 'outerCore' && form.name === 'classic') return createDocument(coreVersionsDocument([]));
    return makeDocument(outerTargets[target.kind], outer.groups, form.name);
  }
}

function chooseForm(response: ServerResponse, kind: RequestTarget['kind']): DiscoveryForm {
  const hasAggregated = kind === 'core' || kind === 'groups' || kind === 'outerCore' || kind === 'outerGroups';
  return discoveryFormOf(response.req, hasAggregated);
}

function documentKey(target: InnerDiscoveryTarget, form: DiscoveryForm['name']): string {
  if (target.kind === 'group') return `group ${target.group}`;
  return target.kind === 'resources' ? `resources ${target.group}/${target.version}` : `${form} ${target.kind}`;
}

type DocumentTarget = Exclude<InnerDiscoveryTarget, { kind: 'version' }>;

function makeDocument(
  target: DocumentTarget,
  groups: readonly DiscoveredGroup[],
  form: DiscoveryForm['name'],
): Document {
  if (form !== 'classic') {
    const chosen = groups.filter(({ group }) => (group === '') === (target.kind === 'core'));
    return createDocument(aggregatedDocument(chosen, form));
  }
  switch (target.kind) {
    case 'core':
      return createDocument(coreVersionsDocument(['v1']));
    case 'groups':
      return createDocument(groupsDocument(groups));
    case 'group': {
      const found = target.group === '' ? undefined : groups.find(({ group }) => group === target.group);
      if (found === undefined) throw unknownPath();
      return createDocument(groupDocument(found));
    }
    case 'resources':
      return createDocument(resourcesDocument(target.group, findVersion(target, groups)));
  }
}

/** Core v1 is always there, because `/api` always says so. */
function findVersion(
  { group, version }: { readonly group: string; readonly version: string },
  groups: readonly DiscoveredGroup[],
) {
  const found = groups
    .find((candidate) => candidate.group === group)
    ?.versions.find((candidate) => candidate.version === version);
  if (found !== undefined) return found;
  if (group === '' && version === 'v1') return { version, resources: [] };
  throw unknownPath();
}

function send(response: ServerResponse, document: Document, form: DiscoveryForm): Promise<void> {
  const { encoding, type } = form;
  return sendDocument(response, encodeDocument(document, { encoding, type }), {
    ...(form.name === 'classic' ? {} : { cacheControl: 'public' }),
  });
}
