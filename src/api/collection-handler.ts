import type { ServerResponse } from 'node:http';
import type { StorageFactory } from '@clusterdex/storage-contract';
import { collectionPrinter } from '../kube/printers/collection-printer.js';
import { methodNotAllowed, notFound } from '../kube/status.js';
import type { ContinueTokens } from '../query/continue-tokens.js';
import type { FeatureGates } from '../query/feature-gates.js';
import { parseListRequest } from '../query/parse-list-request.js';
import { formOf } from './answer-form.js';
import { ApiError } from './api-error.js';
import { atRevision } from './at-revision.js';
import { definitionsDocument, definitionsOffer, definitionsTable } from './collection-definitions.js';
import { healthWarning } from './health-warning.js';
import type { InventoryCache } from './inventory-cache.js';
import type { ListSummary } from './list-content.js';
import { sendList } from './list-response.js';
import { listOffer, watchOffer } from './negotiate.js';
import type { ListDescription } from './representation.js';
import type { ChooseRepresentation } from './representations.js';
import { apiGroup, apiVersion } from './request-path.js';
import { sendBytes } from './respond.js';
import type { RunningLists } from './running-lists.js';
import { sendWatch } from './watch-response.js';

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
  get(response: ServerResponse, name: string, query: string): Promise<void>;
}

const collectionKind = Object.freeze({ group: apiGroup, version: apiVersion, kind: 'CollectionResource' });

export const collectionType = Object.freeze({ group: apiGroup, resource: 'collectionresources' });

export function createCollectionHandler(options: CollectionHandlerOptions): CollectionHandler {
  const { factory, lists, watches, gates, storageName, continueTokens } = options;
  return {
    list(response) {
      const { transform, encoding } = formOf(response.req, definitionsOffer);
      const collections = factory.collectionResources();
      const document =
        transform === undefined ? definitionsDocument(collections) : definitionsTable(collections, transform);
      sendBytes(response, encoding.document(document), { type: encoding.contentType });
    },
    async get(response, name, query) {
      if (!factory.collectionResources().some((collection) => collection.name === name)) {
        throw new ApiError(notFound(collectionType, name));
      }
      const { transform, encoding } = formOf(response.req, listOffer);
      const list = parseListRequest({ query, collection: name, gates, storageName, continueTokens });
      const storage = factory.collectionResourceStorage(name);
      const { includeObject, options: listed } = list;
      const warning = healthWarning(options.inventory.view(undefined)?.unhealthy ?? [], listed.clusters);
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
          sendWatch(response, storage, { ...list, type: collectionKind, representation, signal, warning }),
        );
        return;
      }
      const representation = represent(transform, true);
      const content = representation.list(describeCollection(name, list));
      const selected = representation.forList(list.options);
      await lists.run(response, (signal) =>
        sendList(response, atRevision(storage.list(selected, signal), list.revisionBound), {
          content,
          encoding,
          warning,
        }),
      );
    },
  };
}

function describeCollection(name: string, list: ReturnType<typeof parseListRequest>): ListDescription {
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
