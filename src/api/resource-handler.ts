import type { ServerResponse } from 'node:http';
import { selectableFieldsOf } from '../kube/selectable-fields.js';
import { methodNotAllowed } from '../kube/status.js';
import type { ContinueTokens } from '../query/continue-tokens.js';
import type { FeatureGates } from '../query/feature-gates.js';
import { parseGetRequest } from '../query/parse-get-request.js';
import { parseListRequest } from '../query/parse-list-request.js';
import { ApiError, badRequest, unknownCluster, unknownPath } from './api-error.js';
import type { ClusterView, ServedResource } from './cluster-view.js';
import { healthWarning } from './health-warning.js';
import { injectEvents } from './inject-events.js';
import type { InventoryCache } from './inventory-cache.js';
import { type ListEnvelope, type ListSummary, sendList } from './list-response.js';
import type { ResourceTarget } from './request-path.js';
import { sendJson } from './respond.js';
import type { RunningLists } from './running-lists.js';
import { sendWatch } from './watch-response.js';

export interface ResourceHandlerOptions {
  readonly inventory: InventoryCache;
  readonly lists: RunningLists;
  readonly watches: RunningLists;
  readonly canWatch: boolean;
  readonly gates: FeatureGates;
  readonly storageName: string;
  readonly continueTokens: ContinueTokens;
}

export type ResourceHandler = (response: ServerResponse, target: ResourceTarget, query: string) => Promise<void>;

/** Serves gets and lists of resources; rejects with what the error bridge knows. */
export function createResourceHandler(options: ResourceHandlerOptions): ResourceHandler {
  const { inventory, lists, watches } = options;

  async function locate(target: ResourceTarget): Promise<{ view: ClusterView; served: ServedResource }> {
    const found = find(target);
    if (found !== undefined) return found;
    await inventory.refresh();
    const again = find(target);
    if (again !== undefined) return again;
    if (target.cluster !== undefined && inventory.view(target.cluster) === undefined) {
      throw unknownCluster(target.cluster);
    }
    throw unknownPath();
  }

  function find(target: ResourceTarget): { view: ClusterView; served: ServedResource } | undefined {
    const view = inventory.view(target.cluster);
    const served = view?.find(target.group, target.version, target.resource);
    return view === undefined || served === undefined ? undefined : { view, served };
  }

  return async (response, target, query) => {
    const { view, served } = await locate(target);
    const { inventory: type } = served;
    if (target.subresource !== undefined) throw unknownPath();
    if (!type.namespaced && target.namespace !== undefined) throw unknownPath();
    const warning = healthWarning(view.cluster);
    if (target.name === undefined || target.watch) {
      const request = {
        query,
        cluster: target.cluster,
        namespace: target.namespace,
        scope: `${target.group}/${target.version}/${target.resource}`,
        selectableFields: selectableFieldsOf(type),
        gates: options.gates,
        storageName: options.storageName,
        continueTokens: options.continueTokens,
        watch: target.watch,
      };
      const list = parseListRequest(request);
      if (list.watch !== undefined) {
        if (!options.canWatch) throw new ApiError(methodNotAllowed('watch', target));
        const selected = target.name === undefined ? list.options : { ...list.options, names: { in: [target.name] } };
        await watches.run(response, (signal) =>
          sendWatch(response, served.storage, { ...list, options: selected, type, signal, warning }),
        );
        return;
      }
      const envelope = createEnvelope(served, { list, warning });
      await lists.run(response, (signal) => sendList(response, served.storage.list(list.options, signal), envelope));
      return;
    }
    if (target.cluster === undefined) {
      throw badRequest('to get one object, name its cluster in the path: …/resources/clusters/<cluster>/…');
    }
    if (type.namespaced && target.namespace === undefined) throw unknownPath();
    const { cluster, namespace = '', name } = target;
    const withEvents = query !== '' && parseGetRequest(query).injectEvents;
    const object = withEvents
      ? await served.storage.get(cluster, namespace, name, { injectEvents: true })
      : await served.storage.get(cluster, namespace, name);
    sendJson(response, withEvents ? injectEvents(object) : object.json, warning);
  };
}

type ParsedList = ReturnType<typeof parseListRequest>;

function createEnvelope(
  { inventory: { group, version, kind } }: ServedResource,
  { list, warning }: { list: ParsedList; warning: string | undefined },
): ListEnvelope {
  const { options } = list;
  return {
    opening: `{"kind":${JSON.stringify(`${kind}List`)},"apiVersion":${JSON.stringify(group === '' ? version : `${group}/${version}`)}`,
    describe: (summary) => `,"metadata":${JSON.stringify(listMetadata(summary, list))}`,
    describedAtEnd: options.limit !== undefined || options.withRemainingCount === true,
    injectEvents: options.injectEvents === true,
    ...(warning === undefined ? {} : { headers: { Warning: warning } }),
  };
}

function listMetadata(summary: ListSummary, list: ParsedList): object {
  const { continue: position, remainingItemCount } = summary;
  return {
    ...(summary.revision === undefined ? {} : { resourceVersion: summary.revision }),
    ...(list.showContinue && position !== undefined ? { continue: list.issueContinue(position) } : {}),
    ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
  };
}
