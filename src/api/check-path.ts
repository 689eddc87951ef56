import type { IncomingMessage } from 'node:http';
import { findAccessReview } from './access-review-handler.js';
import { badRequest, readOnly, unknownCluster, unknownPath } from './api-error.js';
import type { Access } from './auth/access.js';
import type { CollectionHandler } from './collection-handler.js';
import { isHealthCheck } from './health.js';
import type { InventoryCache } from './inventory-cache.js';
import type { PluginHandler } from './plugins/plugin-handler.js';
import type { ProxyHandler } from './proxy/create-proxy-handler.js';
import { parseRequestPath, type RequestTarget } from './request-path.js';
import type { ResourceHandler } from './resource-handler.js';

export interface PathHandlers {
  readonly resources: ResourceHandler;
  readonly collections: CollectionHandler;
  readonly inventory: InventoryCache;
  readonly plugin: PluginHandler | undefined;
  readonly proxy: ProxyHandler | undefined;
}

export interface PathQuestion {
  readonly method: string;
  /** Percent-encoded, without a query. */
  readonly path: string;
  /** Of whoever asks; undefined for one who may everything. */
  readonly access: Access | undefined;
  /** The one that brought the question. */
  readonly request: IncomingMessage;
}

/**
 * Rejects as a request for the path would: with ApiError where nothing is served, and where the caller may not ask. Nothing is read but
 * what there is to ask for: an object of a type that is stored may be missing, a document of a cluster that is known as well.
 */
export type CheckPath = (question: PathQuestion) => Promise<void>;

export function createPathCheck(handlers: PathHandlers): CheckPath {
  const { inventory, collections, plugin, proxy } = handlers;

  async function viewOf(cluster: string | undefined) {
    const view = await inventory.findView(cluster);
    if (view === undefined) throw cluster === undefined ? unknownPath() : unknownCluster(cluster);
    return view;
  }

  async function checkRead(target: RequestTarget, access: Access | undefined): Promise<void> {
    switch (target.kind) {
      case 'resource':
        return handlers.resources.check(target, access);
      case 'collection':
        return collections.check(target.name, access);
      case 'group':
      case 'resources': {
        const { resources } = await viewOf(target.cluster);
        const isServed = resources.some(
          ({ group, version }) => group === target.group && (target.kind === 'group' || version === target.version),
        );
        if (!isServed) throw unknownPath();
        return;
      }
      case 'version':
      case 'core':
      case 'groups':
        await viewOf(target.cluster);
        return;
      case 'openapi':
        if (target.root === 'inner') await viewOf(target.cluster);
        return;
      case 'health':
        if (target.check !== undefined && !isHealthCheck(target.endpoint, target.check)) throw unknownPath();
        return;
      case 'proxy':
      case 'plugin':
        throw unknownPath();
    }
  }

  return async ({ method, path, access, request }) => {
    const target = parseRequestPath(path);
    if (target.kind === 'malformed') throw badRequest(target.message);
    if (target.kind === 'unknown') throw unknownPath();
    await access?.checkPath(method, path, target);
    const passage = proxy?.find({ method, headers: {} }, { target, path, query: '' });
    if (passage !== undefined) await proxy?.check(passage, access);
    else if (target.kind === 'plugin' && plugin !== undefined)
      plugin.check(target, { method, request, isReviewed: access !== undefined });
    else if (method === 'GET' || method === 'HEAD') await checkRead(target, access);
    else if (method !== 'POST' || findAccessReview(target) === undefined) throw readOnly();
  };
}
