import type { ServerResponse } from 'node:http';
import type { CollectionResource, ResourceTypeSelector, StorageFactory } from '@clusterdex/storage-contract';
import { methodNotAllowed, notFound } from '../kube/status.js';
import type { ContinueTokens } from '../query/continue-tokens.js';
import type { FeatureGates } from '../query/feature-gates.js';
import { parseListRequest } from '../query/parse-list-request.js';
import { ApiError } from './api-error.js';
import { type ListEnvelope, sendList } from './list-response.js';
import { apiGroup, apiVersion } from './request-path.js';
import { sendJson } from './respond.js';
import type { RunningLists } from './running-lists.js';
import { sendWatch } from './watch-response.js';

export interface CollectionHandlerOptions {
  readonly factory: StorageFactory;
  readonly lists: RunningLists;
  readonly watches: RunningLists;
  readonly canWatch: boolean;
  readonly gates: FeatureGates;
  readonly storageName: string;
  readonly continueTokens: ContinueTokens;
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
      sendJson(response, definitionsDocument(factory.collectionResources()));
    },
    async get(response, name, query) {
      if (!factory.collectionResources().some((collection) => collection.name === name)) {
        throw new ApiError(notFound(collectionType, name));
      }
      const list = parseListRequest({ query, collection: name, gates, storageName, continueTokens });
      const storage = factory.collectionResourceStorage(name);
      if (list.watch !== undefined) {
        if (!options.canWatch) throw new ApiError(methodNotAllowed('watch', collectionType));
        await watches.run(response, (signal) =>
          sendWatch(response, storage, { ...list, type: collectionKind, signal }),
        );
        return;
      }
      const envelope = createEnvelope(name, list);
      await lists.run(response, (signal) => sendList(response, storage.list(list.options, signal), envelope));
    },
  };
}

function definitionsDocument(collections: readonly CollectionResource[]): Buffer {
  const items = collections.map(({ name, types }) => ({
    metadata: { name, creationTimestamp: null },
    resourceTypes: types.map(describeSelector),
  }));
  const list = { kind: 'CollectionResourceList', apiVersion: `${apiGroup}/${apiVersion}`, metadata: {}, items };
  return Buffer.from(`${JSON.stringify(list)}\n`);
}

function describeSelector({ group, version = '', resource = '' }: ResourceTypeSelector): object {
  return { group, version, resource };
}

function createEnvelope(name: string, list: ReturnType<typeof parseListRequest>): ListEnvelope {
  const metadata = JSON.stringify({ name, creationTimestamp: null });
  return {
    opening: `{"kind":"CollectionResource","apiVersion":"${apiGroup}/${apiVersion}","metadata":${metadata}`,
    describe: ({ types, continue: position, remainingItemCount }) => {
      const resourceTypes = types.map(({ group, version, kind, resource }) => ({ group, version, kind, resource }));
      const members = {
        resourceTypes,
        ...(list.showContinue && position !== undefined ? { continue: list.issueContinue(position) } : {}),
        ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
      };
      return `,${JSON.stringify(members).slice(1, -1)}`;
    },
    describedAtEnd: true,
    injectEvents: list.options.injectEvents === true,
  };
}
