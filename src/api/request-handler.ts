import { setMaxListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StorageFactory } from '@clusterdex/storage-contract';
import type { Registry } from 'prom-client';
import { createStatus } from '../kube/status.js';
import type { ContinueTokens } from '../query/continue-tokens.js';
import type { FeatureGates } from '../query/feature-gates.js';
import type { Logger } from '../telemetry/logger.js';
import { findAccessReview, serveAccessReview } from './access-review-handler.js';
import { isAllowedHost } from './allowed-host.js';
import { ApiError, badRequest, readOnly, unknownPath } from './api-error.js';
import { type AuditLog, auditRecordOf } from './audit/audit-log.js';
import type { Access } from './auth/access.js';
import type { Admission, AskedAdmission, Guard } from './auth/guard.js';
import { createPathCheck } from './check-path.js';
import { clusterListDocument } from './cluster-list.js';
import { collectionType, createCollectionHandler } from './collection-handler.js';
import { createDiscoveryHandler, sendOuterDiscovery } from './discovery-handler.js';
import { outerDiscovery } from './discovery-outer.js';
import { type ErrorSubject, toStatus } from './error-bridge.js';
import { createHealthHandler } from './health.js';
import { createInventoryCache } from './inventory-cache.js';
import { createOpenapiHandler } from './openapi/openapi-handler.js';
import { createPluginHandler } from './plugins/plugin-handler.js';
import type { ServedPlugin } from './plugins/served-plugin.js';
import { createProxyHandler, type ProxyOptions } from './proxy/create-proxy-handler.js';
import { createRepresentations } from './representations.js';
import { createRequestMetrics } from './request-metrics.js';
import { parseRequestPath, type RequestTarget } from './request-path.js';
import { createResourceHandler, type ResourceQuestion } from './resource-handler.js';
import { sendJson, sendStatus, sendText } from './respond.js';
import type { RunningLists } from './running-lists.js';

export interface RequestHandlerOptions {
  readonly factory: StorageFactory;
  readonly storageName: string;
  readonly gates: FeatureGates;
  readonly continueTokens: ContinueTokens;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly lists: RunningLists;
  readonly watches: RunningLists;
  /** Whether the storage has the capability. */
  readonly canWatch: boolean;
  /** The storage's plugin, for what it does besides; nothing unless told. */
  readonly plugin?: ServedPlugin;
  /** Milliseconds since the epoch, for the ages in Tables; those of the machine unless told. */
  readonly now?: () => number;
  /** Who lets requests in; everybody may everything without one. */
  readonly guard?: Guard | undefined;
  /** What is passed on to member clusters; nothing unless told. */
  readonly proxy?: ProxyOptions | undefined;
  /** Where requests are recorded; nowhere unless told. */
  readonly audit?: AuditLog | undefined;
  /** Whether the server is on its way down. */
  stopping(): boolean;
}

/** Answers every request; never rejects. */
export function createRequestHandler(options: RequestHandlerOptions) {
  const { logger, registry, guard } = options;
  let inFlight = 0;
  const metrics = createRequestMetrics(registry, () => inFlight);
  const inventory = createInventoryCache({ factory: options.factory, logger });
  const represent = createRepresentations(options.now ?? Date.now);
  const resources = createResourceHandler({ ...options, inventory, represent });
  const serveDiscovery = createDiscoveryHandler(inventory, options);
  const serveOpenapi = createOpenapiHandler(inventory, options);
  const collections = createCollectionHandler({ ...options, inventory, represent });
  const serveHealth = createHealthHandler(options);
  const plugin = options.plugin && createPluginHandler(options.plugin);
  const outer = outerDiscovery(options.plugin);
  const proxy = options.proxy && createProxyHandler({ ...options, ...options.proxy, inventory });
  const checkPath = createPathCheck({ resources, collections, inventory, plugin, proxy });

  async function serve(response: ServerResponse, target: RequestTarget, question: ResourceQuestion): Promise<void> {
    const { query } = question;
    switch (target.kind) {
      case 'resource':
        return resources.serve(response, target, question);
      case 'version':
      case 'core':
      case 'groups':
      case 'group':
      case 'resources':
        return serveDiscovery(response, target);
      case 'collection':
        return collections.get(response, target.name, question);
      case 'collections':
        return collections.list(response);
      case 'clusters':
        return sendJson(response, clusterListDocument(await options.factory.clusterInventories()));
      case 'health':
        return serveHealth(response, { ...target, query });
      case 'metrics':
        return sendText(response, 200, { text: await registry.metrics(), type: registry.contentType });
      case 'openapi':
        return serveOpenapi(response, target, query);
      case 'unknown':
      case 'plugin':
      case 'proxy':
        throw unknownPath();
      case 'malformed':
        throw badRequest(target.message);
      default:
        return sendOuterDiscovery(response, target, outer);
    }
  }

  /** Nothing is written, but a client may ask what it may do. */
  function serveReview(response: ServerResponse, target: RequestTarget, access: Access | undefined): Promise<void> {
    const request = response.req;
    const review = request.method === 'POST' ? findAccessReview(target) : undefined;
    if (review === undefined) throw readOnly();
    const cluster = target.kind === 'resource' ? target.cluster : undefined;
    const checkedPath = (method: string, path: string) => checkPath({ method, path, access, request });
    return serveAccessReview(request, response, { review, access, cluster, checkPath: checkedPath });
  }

  /** `encrypted`: a client that came by a name that is not in the certificate, led by DNS rebinding, did not come this far. */
  return async (request: IncomingMessage, response: ServerResponse, encrypted: boolean): Promise<void> => {
    const began = performance.now();
    const { method, url = '' } = request;
    const mark = url.indexOf('?');
    const query = mark === -1 ? '' : url.slice(mark + 1);
    const path = mark === -1 ? url : url.slice(0, mark);
    const target = parseRequestPath(path);
    inFlight++;
    options.audit?.begin(request, response, { target, query });
    try {
      const { host } = request.headers;
      if (host === undefined && request.httpVersion === '1.1') throw badRequest('the header Host is missing');
      if (!encrypted && !isAllowedHost(host)) throw foreignHost();
      const admit = guard && guardedBy(guard, response, { path, target });
      // Without a turn of its own where nobody is asked.
      const admission = admit === undefined ? undefined : await admit();
      const access = admission?.access;
      if (admission?.user !== undefined) auditRecordOf(response)?.allowed(admission.reason);
      if (target.kind === 'unknown') throw unknownPath();
      const passage = proxy?.find(request, { target, path, query });
      if (passage !== undefined)
        await proxy?.serve(response, passage, { access, admitAgain: async () => (await admit?.())?.access });
      else if (target.kind === 'plugin' && plugin !== undefined)
        await plugin.serve(response, target, { isReviewed: access !== undefined });
      else if (method === 'GET' || method === 'HEAD') await serve(response, target, { query, access });
      else await serveReview(response, target, access);
    } catch (error) {
      answerError(response, error, target);
    }
    inFlight--;
    const outcome = { code: response.statusCode, seconds: (performance.now() - began) / 1000 };
    metrics.observe(verbOf(method, target), resourceOf(target, outcome.code), outcome);
  };

  function answerError(response: ServerResponse, error: unknown, target: RequestTarget): void {
    if (response.destroyed) {
      logger.debug({ target }, 'the client went before its answer was complete');
      return;
    }
    const answer = toStatus(error, subjectOf(target));
    auditRecordOf(response)?.failed(answer);
    if (answer.code >= 500 && !(error instanceof ApiError))
      logger.error({ err: error, target, code: answer.code }, 'a request failed');
    else if (answer.code === 401 && error instanceof Error)
      logger.info({ err: error.cause, peer: response.req.socket.remoteAddress }, 'a request does not show who asks');
    else if (response.headersSent) logger.error({ err: error, target }, 'a list broke off');
    sendStatus(response, answer, error instanceof ApiError ? error.warning : undefined);
  }
}

/** Asks the guard about the request; the same again each time. */
function guardedBy(
  guard: Guard,
  response: ServerResponse,
  asked: Omit<AskedAdmission, 'gone'>,
): () => Promise<Admission> {
  const gone = signalOfClient(response);
  return () => guard.admit(response.req, { ...asked, gone });
}

/** Aborts when the client has gone, or has its answer; made when it is asked for. */
function signalOfClient(response: ServerResponse): () => AbortSignal {
  let controller: AbortController | undefined;
  return () => {
    if (controller === undefined) {
      const made = new AbortController();
      // A list may wait for many reviews at once.
      setMaxListeners(0, made.signal);
      controller = made;
      if (response.destroyed) made.abort();
      else response.once('close', () => made.abort());
    }
    return controller.signal;
  };
}

function foreignHost(): ApiError {
  const message =
    'over plain http this server answers for localhost, 127.0.0.1 and [::1] alone; the Host header names something else';
  return new ApiError(createStatus({ code: 403, reason: 'Forbidden', message, details: {} }));
}

function verbOf(method: string | undefined, target: RequestTarget): string {
  if (method !== 'GET' && method !== 'HEAD') return 'other';
  return target.kind === 'collections' ||
    target.kind === 'clusters' ||
    (target.kind === 'resource' && target.name === undefined)
    ? 'list'
    : 'get';
}

/** For a label of a metric: never a word that a client made up, so only what was served. */
function resourceOf(target: RequestTarget, code: number): string {
  if (target.kind === 'collection' || target.kind === 'collections') return 'collectionresources';
  if (target.kind !== 'resource' || code >= 400) return '';
  return target.group === '' ? target.resource : `${target.resource}.${target.group}`;
}

function subjectOf(target: RequestTarget): ErrorSubject | undefined {
  if (target.kind === 'resource') return target;
  if (target.kind === 'collection') return { ...collectionType, name: target.name };
  return undefined;
}
