import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { notAcceptable } from '../kube/status.js';
import { ApiError, unknownCluster, unknownPath } from './api-error.js';
import { type DiscoveredGroup, groupResources } from './discovered-group.js';
import { coreVersionsDocument, groupDocument, groupsDocument, resourcesDocument } from './discovery.js';
import { aggregatedDocument } from './discovery-aggregated.js';
import { aggregatedType, type DiscoveryForm, negotiateDiscovery } from './discovery-form.js';
import { indexDocument, outerGroup } from './discovery-outer.js';
import { createDocument, type Document } from './document.js';
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
  return async (
    response: ServerResponse,
    target: InnerDiscoveryTarget,
    headers: IncomingHttpHeaders,
  ): Promise<void> => {
    const form = chooseForm(target.kind, headers);
    await inventory.refresh();
    const view = inventory.view(target.cluster);
    if (view === undefined) throw target.cluster === undefined ? unknownPath() : unknownCluster(target.cluster);
    const key = documentKey(target, form);
    const document = view.documents.get(key) ?? makeInner();
    view.documents.set(key, document);
    send(response, document, { form, headers });

    function makeInner(): Document {
      if (target.kind === 'version') return kubernetesVersionDocument(view?.cluster?.version);
      return makeDocument(target, groupResources(view?.resources ?? [], canWatch), form);
    }
  };
}

const outerGroups = [outerGroup];
const outerTargets = {
  outerCore: { kind: 'core', cluster: undefined },
  outerGroups: { kind: 'groups', cluster: undefined },
  outerGroup: { kind: 'group', cluster: undefined, group: apiGroup },
  outerResources: { kind: 'resources', cluster: undefined, group: apiGroup, version: apiVersion },
} as const;

/** Serves the same of what the server has beside the clusters' resources. */
export function sendOuterDiscovery(
  response: ServerResponse,
  target: OuterDiscoveryTarget,
  headers: IncomingHttpHeaders,
): void {
  const form = chooseForm(target.kind, headers);
  send(response, makeOuter(), { form, headers });

  function makeOuter(): Document {
    if (target.kind === 'index') return createDocument(indexDocument());
    if (target.kind === 'outerVersion') return serverVersionDocument();
    return makeDocument(outerTargets[target.kind], outerGroups, form);
  }
}

function chooseForm(kind: RequestTarget['kind'], headers: IncomingHttpHeaders): DiscoveryForm {
  const isAggregated = kind === 'core' || kind === 'groups' || kind === 'outerCore' || kind === 'outerGroups';
  const form = negotiateDiscovery(headers.accept, isAggregated);
  if (form === undefined) throw new ApiError(notAcceptable(['application/json']));
  return form;
}

function documentKey(target: InnerDiscoveryTarget, form: DiscoveryForm): string {
  if (target.kind === 'group') return `group ${target.group}`;
  return target.kind === 'resources' ? `resources ${target.group}/${target.version}` : `${form} ${target.kind}`;
}

type DocumentTarget = Exclude<InnerDiscoveryTarget, { kind: 'version' }>;

function makeDocument(target: DocumentTarget, groups: readonly DiscoveredGroup[], form: DiscoveryForm): Document {
  if (form !== 'classic') {
    const chosen = groups.filter(({ group }) => (group === '') === (target.kind === 'core'));
    return createDocument(aggregatedDocument(chosen, form), aggregatedType(form));
  }
  switch (target.kind) {
    case 'core':
      return createDocument(coreVersionsDocument(groups === outerGroups ? [] : ['v1']));
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

function send(
  response: ServerResponse,
  document: Document,
  { form, headers }: { readonly form: DiscoveryForm; readonly headers: IncomingHttpHeaders },
): void {
  sendDocument(response, document, { headers, ...(form === 'classic' ? {} : { cacheControl: 'public' }) });
}
