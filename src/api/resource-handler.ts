import type { ServerResponse } from 'node:http';
import type { NameFilter } from '@clusterdex/storage-contract';
import { deprecationOf } from '../kube/deprecations.js';
import { selectableFieldsOf } from '../kube/selectable-fields.js';
import { methodNotAllowed } from '../kube/status.js';
import type { ContinueTokens } from '../query/continue-tokens.js';
import type { FeatureGates } from '../query/feature-gates.js';
import { parseGetRequest } from '../query/parse-get-request.js';
import { parseListRequest } from '../query/parse-list-request.js';
import { intersectNames } from '../query/resolve-fields.js';
import { type AnswerForm, formOf } from './answer-form.js';
import { ApiError, badRequest, unknownCluster, unknownPath, unknownSubresource } from './api-error.js';
import { atRevision } from './at-revision.js';
import type { Access } from './auth/access.js';
import { describeLimits, type Limits, limit } from './auth/limits.js';
import { checkObjectRevision } from './check-object-revision.js';
import type { ClusterView, ServedResource } from './cluster-view.js';
import { findMember } from './find-member.js';
import { healthWarning } from './health-warning.js';
import type { InventoryCache } from './inventory-cache.js';
import type { ListSummary } from './list-content.js';
import { sendList } from './list-response.js';
import { listOffer, objectOffer, watchOffer } from './negotiate.js';
import { refuseWithoutCluster } from './object-without-cluster.js';
import type { ListDescription, Representation } from './representation.js';
import type { ChooseRepresentation } from './representations.js';
import type { ResourceTarget } from './request-path.js';
import { sendBytes } from './respond.js';
import type { RunningLists } from './running-lists.js';
import { scanWarning } from './scan-warning.js';
import { createWarning, joinWarnings } from './warning.js';
import { longestReviewedSeconds, sendWatch } from './watch-response.js';

export interface ResourceHandlerOptions {
  readonly inventory: InventoryCache;
  readonly lists: RunningLists;
  readonly watches: RunningLists;
  readonly canWatch: boolean;
  readonly gates: FeatureGates;
  readonly storageName: string;
  readonly continueTokens: ContinueTokens;
  readonly represent: ChooseRepresentation;
}

export interface ResourceQuestion {
  readonly query: string;
  /** What the caller may see; undefined for everything. */
  readonly access: Access | undefined;
}

/** Serves gets and lists of resources; rejects with what the error bridge knows. */
export interface ResourceHandler {
  serve(response: ServerResponse, target: ResourceTarget, question: ResourceQuestion): Promise<void>;
  /** Rejects as `serve` would without a query, as far as that depends on the type and on what the caller may see. */
  check(target: ResourceTarget, access: Access | undefined): Promise<void>;
}

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

  async function serveList(response: ServerResponse, request: ResourceRequest): Promise<void> {
    const { served } = request;
    const { transform, encoding } = formOf(response.req, listOffer);
    const list = parseList(request, transform);
    const limits = await limitsOf(request, list);
    const limited = limits === undefined ? list : { ...list, options: limit(list.options, limits) };
    if (list.watch !== undefined) return serveWatch(response, request, { list: limited, limits });
    const representation = represent(request, { transform, asked: asForm(list), isList: true });
    const content = representation.list(describeList(served, list));
    const selected = representation.forList(limited.options);
    await lists.run(response, async (signal) => {
      const scan = await scanWarning(served.storage, selected, signal);
      return sendList(response, atRevision(served.storage.list(selected, signal), list.revisionBound), {
        content,
        encoding,
        warning: joinWarnings([warningOf(request, limited.options.clusters, limits), scan]),
      });
    });
  }

  function parseList({ target, query, served }: ResourceRequest, transform: AnswerForm['transform']): ParsedList {
    return parseListRequest({
      query,
      cluster: target.cluster,
      namespace: target.namespace,
      scope: `${target.group}/${target.version}/${target.resource}`,
      selectableFields: selectableFieldsOf(served.inventory),
      defaultOrder: transform?.kind === 'Table' ? served.printer.order : undefined,
      gates: options.gates,
      storageName: options.storageName,
      continueTokens: options.continueTokens,
      watch: target.watch,
    });
  }

  async function limitsOf({ target, view, served, access }: ResourceRequest, list: ParsedList) {
    const { group, resource, namespaced } = served.inventory;
    return access?.limitList(target, {
      verb: list.watch === undefined ? 'list' : 'watch',
      options: list.options,
      clusters: view.inventories
        .filter(({ resources }) => resources.some((type) => type.resource === resource && type.group === group))
        .map(({ cluster }) => cluster),
      namespaced,
    });
  }

  async function serveWatch(
    response: ServerResponse,
    request: ResourceRequest,
    { list, limits }: { readonly list: ParsedList; readonly limits: Limits | undefined },
  ): Promise<void> {
    const { target, served } = request;
    if (!options.canWatch) throw new ApiError(methodNotAllowed('watch', target));
    const { transform } = formOf(response.req, watchOffer);
    const representation = represent(request, { transform, asked: asForm(list), isList: false });
    const named = target.name === undefined ? undefined : { in: [target.name] };
    const names = intersectNames([list.options.names, named]);
    const selected = names === undefined ? list.options : { ...list.options, names };
    await watches.run(response, (signal) =>
      sendWatch(response, served.storage, {
        ...list,
        options: selected,
        type: served.inventory,
        longestSeconds: request.access && longestReviewedSeconds,
        representation,
        signal,
        warning: warningOf(request, list.options.clusters, limits),
      }),
    );
  }

  async function serveObject(response: ServerResponse, request: ResourceRequest, name: string): Promise<void> {
    const { target, query, served } = request;
    const { cluster, namespace = '' } = target;
    const asked = query === '' ? undefined : parseGetRequest(query);
    await request.access?.checkObject(target, { injectEvents: asked?.injectEvents });
    if (cluster === undefined) throw await refuseWithoutCluster(served.storage, target);
    const { transform, encoding } = formOf(response.req, objectOffer);
    const representation = represent(request, { transform, asked, isList: false });
    const object =
      asked?.injectEvents === true
        ? await served.storage.get(cluster, namespace, name, { injectEvents: true })
        : await served.storage.get(cluster, namespace, name);
    if (target.subresource !== undefined && !hasStatus(object.json)) throw unknownPath();
    if (asked?.revisionBound !== undefined) await checkObjectRevision(object, served.storage, asked.revisionBound);
    const { contentType: type } = encoding;
    sendBytes(response, encoding.document(representation.object(object)), { type, warning: warningOf(request) });
  }

  function represent(
    { served }: ResourceRequest,
    { transform, asked, isList }: Pick<AnswerForm, 'transform'> & { asked: AskedForm | undefined; isList: boolean },
  ): Representation {
    const { inventory: type, printer } = served;
    const { kind } = type;
    const { includeObject, onlyMetadata } = asked ?? {};
    return options.represent({ transform, kind, printer, isList, includeObject, onlyMetadata });
  }

  async function open(target: ResourceTarget, question: ResourceQuestion): Promise<ResourceRequest> {
    const { view, served } = await locate(target);
    const { subresource } = target;
    if (subresource !== undefined && (subresource !== 'status' || target.watch)) throw unknownSubresource(target);
    const { namespaced } = served.inventory;
    if (!namespaced && target.namespace !== undefined) throw unknownPath();
    if (namespaced && target.namespace === undefined && nameOf(target) !== undefined) throw unknownPath();
    return { target, ...question, view, served };
  }

  return {
    async serve(response, target, question) {
      const request = await open(target, question);
      const name = nameOf(target);
      return name === undefined ? serveList(response, request) : serveObject(response, request, name);
    },
    async check(target, access) {
      const request = await open(target, { query: '', access });
      if (nameOf(target) === undefined) {
        const list = parseList(request, undefined);
        await limitsOf(request, list);
        if (list.watch !== undefined && !options.canWatch) throw new ApiError(methodNotAllowed('watch', target));
      } else {
        await access?.checkObject(target);
        if (target.cluster === undefined) throw badRequest('an object is read from one cluster');
      }
    },
  };
}

/** Of the object that is asked for; undefined for a list. */
function nameOf({ name, watch }: ResourceTarget): string | undefined {
  return watch ? undefined : name;
}

/** A status is read with its object, and stands in it. */
function hasStatus(json: Uint8Array): boolean {
  return findMember(json, 0, 'status') !== -1;
}

interface ResourceRequest extends ResourceQuestion {
  readonly target: ResourceTarget;
  readonly view: ClusterView;
  readonly served: ServedResource;
}

function warningOf(
  { view, served }: ResourceRequest,
  clusters?: NameFilter,
  limits?: Limits | undefined,
): string | undefined {
  const deprecation = deprecationOf(served.inventory);
  return joinWarnings([
    healthWarning(view.unhealthy, clusters),
    deprecation && createWarning(deprecation),
    limits && createWarning(describeLimits(limits)),
  ]);
}

interface AskedForm {
  readonly includeObject: string | undefined;
  readonly onlyMetadata?: boolean | undefined;
}

function asForm({ includeObject, options }: ParsedList): AskedForm {
  return { includeObject, onlyMetadata: options.onlyMetadata };
}

type ParsedList = ReturnType<typeof parseListRequest>;

function describeList({ inventory: { group, version, kind } }: ServedResource, list: ParsedList): ListDescription {
  const { options } = list;
  const metadata = (summary: ListSummary) => listMetadata(summary, list);
  return {
    opening: `{"kind":${JSON.stringify(`${kind}List`)},"apiVersion":${JSON.stringify(group === '' ? version : `${group}/${version}`)}`,
    describe: (summary) => `,"metadata":${JSON.stringify(metadata(summary))}`,
    metadata,
    describedAtEnd: options.limit !== undefined || options.withRemainingCount === true,
    injectEvents: options.injectEvents === true,
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
