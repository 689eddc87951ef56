import type { ServerResponse } from 'node:http';
import type {
  CollectionListOptions,
  ResourceInventory,
  ResourceTypeSelector,
  StorageFactory,
} from '@clusterdex/storage-contract';
import { collectionPrinter } from '../kube/printers/collection-printer.js';
import { methodNotAllowed, notFound } from '../kube/status.js';
import type { ContinueTokens } from '../query/continue-tokens.js';
import type { FeatureGates } from '../query/feature-gates.js';
import { parseListRequest } from '../query/parse-list-request.js';
import { formOf } from './answer-form.js';
import { ApiError } from './api-error.js';
import { atRevision } from './at-revision.js';
import type { Access } from './auth/access.js';
import { describeLimits, type Limits, limit } from './auth/limits.js';
import { definitionsDocument, definitionsOffer, definitionsTable } from './collection-definitions.js';
import { healthWarning } from './health-warning.js';
import type { InventoryCache } from './inventory-cache.js';
import type { ListSummary } from './list-content.js';
import { sendList } from './list-response.js';
import { listOffer, watchOffer } from './negotiate.js';
import type { ListDescription } from './representation.js';
import type { ChooseRepresentation } from './representations.js';
import { apiGroup, apiVersion } from './request-path.js';
import type { ResourceQuestion } from './resource-handler.js';
import { sendBytes } from './respond.js';
import type { RunningLists } from './running-lists.js';
import { scanWarning } from './scan-warning.js';
import { createWarning, joinWarnings } from './warning.js';
import { longestReviewedSeconds, sendWatch } from './watch-response.js';

export interface CollectionHandlerOptions {
  readonly factory: StorageFactory;
  readonly inventory: InventoryCache;
  readonly lists: RunningLists;
  readonly watches: RunningLists;
  readonly canWatch: boolean;
  readonly gates: FeatureGates;
  readonly storageName: string;
  readonly continueTokens: ContinueTokens;
  readonly represent: ChooseRepresentation;
}

export interface CollectionHandler {
  /** The definitions of all collection resources. */
  list(response: ServerResponse): void;
  /** The objects of one; rejects with what the error bridge knows. */
  get(response: ServerResponse, name: string, question: ResourceQuestion): Promise<void>;
  /** Rejects as `get` would without a query, where there is no such collection or the caller may see nothing of it. */
  check(name: string, access: Access | undefined): Promise<void>;
}

const collectionKind = Object.freeze({ group: apiGroup, version: apiVersion, kind: 'CollectionResource' });

export const collectionType = Object.freeze({ group: apiGroup, resource: 'collectionresources' });

/** The one that takes types of all kinds; it stands in for another of which not every type may be seen. */
const anyCollection = 'any';

export function createCollectionHandler(options: CollectionHandlerOptions): CollectionHandler {
  const { factory, inventory, lists, watches, gates, storageName, continueTokens } = options;

  async function limitsOf(name: string, list: ParsedList, access: Access | undefined): Promise<Limits | undefined> {
    if (access === undefined) return undefined;
    const { inventories = [], resources = [] } = (await inventory.findView(undefined)) ?? {};
    const collections = factory.collectionResources();
    const own = collections.find((collection) => collection.name === name)?.types ?? [];
    const canChoose = collections.some((collection) => collection.name === anyCollection);
    return access.limitCollection({
      verb: list.watch === undefined ? 'list' : 'watch',
      name,
      options: list.options,
      clusters: inventories.map(({ cluster }) => cluster),
      types: canChoose ? knownTypes(resources, name === anyCollection ? list.options.types : own) : [],
    });
  }

  function refuseUnknown(name: string): void {
    if (factory.collectionResources().some((collection) => collection.name === name)) return;
    throw new ApiError(notFound(collectionType, name));
  }

  return {
    list(response) {
      const { transform, encoding } = formOf(response.req, definitionsOffer);
      const collections = factory.collectionResources();
      const document =
        transform === undefined ? definitionsDocument(collections) : definitionsTable(collections, transform);
      sendBytes(response, encoding.document(document), { type: encoding.contentType });
    },
    async check(name, access) {
      refuseUnknown(name);
      await limitsOf(
        name,
        parseListRequest({ query: '', collection: name, gates, storageName, continueTokens }),
        access,
      );
    },
    async get(response, name, { query, access }) {
      refuseUnknown(name);
      const { transform, encoding } = formOf(response.req, listOffer);
      const list = parseListRequest({ query, collection: name, gates, storageName, continueTokens });
      const limits = await limitsOf(name, list, access);
      const storage = factory.collectionResourceStorage(limits?.types === undefined ? name : anyCollection);
      const { includeObject } = list;
      const listed = limitCollection(list.options, limits);
      const warning = joinWarnings([
        healthWarning(options.inventory.view(undefined)?.unhealthy ?? [], listed.clusters),
        limits && createWarning(describeLimits(limits)),
      ]);
      const represent = (chosen: typeof transform, isList: boolean) =>
        options.represent({
          ...collectionKind,
          transform: chosen,
          printer: collectionPrinter,
          isList,
          includeObject,
          onlyMetadata: listed.onlyMetadata,
        });
      if (list.watch !== undefined) {
        if (!options.canWatch) throw new ApiError(methodNotAllowed('watch', collectionType));
        const representation = represent(formOf(response.req, watchOffer).transform, false);
        await watches.run(response, (signal) =>
          sendWatch(response, storage, {
            ...list,
            options: listed,
            type: collectionKind,
            longestSeconds: access && longestReviewedSeconds,
            representation,
            signal,
            warning,
          }),
        );
        return;
      }
      const representation = represent(transform, true);
      const content = representation.list(describeCollection(name, list));
      const selected = representation.forList(listed);
      await lists.run(response, async (signal) => {
        const scan = await scanWarning(storage, selected, signal);
        return sendList(response, atRevision(storage.list(selected, signal), list.revisionBound), {
          content,
          encoding,
          warning: joinWarnings([warning, scan]),
        });
      });
    },
  };
}

type ParsedList = ReturnType<typeof parseListRequest>;

function limitCollection(options: CollectionListOptions, limits: Limits | undefined): CollectionListOptions {
  const limited = limit(options, limits);
  return limits?.types === undefined ? limited : { ...limited, types: limits.types };
}

/** Those of the selected types that some cluster has, in the order of the selection. */
function knownTypes(
  resources: readonly ResourceInventory[],
  selected: readonly ResourceTypeSelector[] | 'all' = 'all',
): readonly (ResourceTypeSelector & { readonly resource: string })[] {
  const known = new Map<string, ResourceTypeSelector & { readonly resource: string }>();
  for (const selector of selected === 'all' ? [undefined] : selected) {
    const { group, version, resource } = selector ?? {};
    for (const type of resources) {
      if (group !== undefined && group !== type.group) continue;
      if (resource !== undefined && resource !== type.resource) continue;
      const key = `${type.group}/${version ?? ''}/${type.resource}`;
      known.set(key, { group: type.group, ...(version === undefined ? {} : { version }), resource: type.resource });
    }
  }
  return [...known.values()];
}

function describeCollection(name: string, list: ParsedList): ListDescription {
  const metadata = JSON.stringify({ name, creationTimestamp: null });
  const paging = ({ continue: position, remainingItemCount }: ListSummary) => ({
    ...(list.showContinue && position !== undefined ? { continue: list.issueContinue(position) } : {}),
    ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
  });
  return {
    opening: `{"kind":"CollectionResource","apiVersion":"${apiGroup}/${apiVersion}","metadata":${metadata}`,
    describe(summary) {
      const resourceTypes = summary.types.map(({ group, version, kind, resource }) => ({
        group,
        version,
        kind,
        resource,
      }));
      return `,${JSON.stringify({ resourceTypes, ...paging(summary) }).slice(1, -1)}`;
    },
    metadata: (summary) => ({
      ...(summary.revision === undefined ? {} : { resourceVersion: summary.revision }),
      ...paging(summary),
    }),
    describedAtEnd: true,
    injectEvents: list.options.injectEvents === true,
  };
}
