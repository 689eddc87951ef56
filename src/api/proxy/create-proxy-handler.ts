import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { ProxySettings } from '../../config/proxy-settings.js';
import { createStatus } from '../../kube/status.js';
import type { Logger } from '../../telemetry/logger.js';
import { ApiError, badRequest, unknownPath } from '../api-error.js';
import { auditRecordOf } from '../audit/audit-log.js';
import type { Access } from '../auth/access.js';
import { contentAttributes } from '../auth/attributes.js';
import { forbidden } from '../auth/forbidden.js';
import type { CallerHeaders } from '../auth/open-auth.js';
import { createTurns } from '../auth/turns.js';
import { allowSilence } from '../client-pace.js';
import type { InventoryCache } from '../inventory-cache.js';
import type { RunningLists } from '../running-lists.js';
import { type AskedPath, findPassage, type PassageRequest, type PassedRequest } from './find-passage.js';
import type { MemberAnswer, MemberCluster, MemberClusters } from './member-clusters.js';
import { answerHeaders, callerIdentity, pageHeaders, requestHeaders } from './proxy-headers.js';
import { join, pump } from './pump.js';
import { changeProtocol, upgradeOfferOf } from './upgrades.js';
import { whileAllowed } from './while-allowed.js';

export interface ProxyOptions {
  readonly settings: ProxySettings;
  readonly clusters: MemberClusters;
  /** Of a front proxy, besides `X-Remote-…`. */
  readonly callerHeaders?: (() => CallerHeaders) | undefined;
  /** Milliseconds after which the rights of a caller whose answer still goes on are reviewed again; the usual ones unless told. */
  readonly reviewInterval?: number;
}

export interface PassageCaller {
  /** Undefined for one who may everything. */
  readonly access: Access | undefined;
  /** Asks anew who the caller is, and whether they may come this far. Rejects with ApiError 401, 403 or 503. */
  readonly admitAgain: () => Promise<Access | undefined>;
}

export interface ProxyHandlerOptions extends ProxyOptions {
  readonly inventory: InventoryCache;
  readonly logger: Logger;
  readonly lists: RunningLists;
  readonly watches: RunningLists;
}

/** Passes requests on to the clusters that they are about. */
export interface ProxyHandler {
  /** Undefined for a request that is answered here. ApiError for one that cannot be passed on. */
  find(request: PassedRequest, asked: AskedPath): PassageRequest | undefined;
  /** ApiError when the caller may not have it passed on, or the resource is not followed. */
  check(passage: PassageRequest, access: Access | undefined): Promise<void>;
  /** ApiError for what is refused here; what the cluster answers is handed over as it is. */
  serve(response: ServerResponse, passage: PassageRequest, caller: PassageCaller): Promise<void>;
}

const usualReviewInterval = 30_000;
/** Fewer than there are connections to a cluster, so that nobody alone keeps others waiting. */
const turnsOfUser = { most: 64, mostWaiting: 1000 };

export function createProxyHandler(options: ProxyHandlerOptions): ProxyHandler {
  const { settings, clusters, inventory, logger, reviewInterval = usualReviewInterval } = options;

  const turns = createTurns(turnsOfUser);

  /** Who changes the protocol may do anything on that connection, whatever the method was: that is to create, as at a kube-apiserver. */
  async function checkRights(
    { cluster, resource, upgradeOnly }: PassageRequest,
    { access, isUpgrade }: { readonly access: Access | undefined; readonly isUpgrade: boolean },
  ): Promise<void> {
    if (access === undefined) return;
    const { group, namespace, name } = resource ?? {};
    const scope = { resource: resource?.resource ?? '*', cluster, namespace, name, ...(group ? { group } : {}) };
    for (const verb of upgradeOnly || isUpgrade ? ['proxy', 'create'] : ['proxy']) {
      if (await access.allows(verb, scope)) continue;
      if (await access.allows(verb, { ...scope, cluster: undefined })) continue;
      throw forbidden(access.user, contentAttributes(verb, scope));
    }
  }

  async function checkSynced({ cluster, resource }: PassageRequest): Promise<void> {
    if (resource === undefined) return;
    const isServed = () =>
      inventory.view(cluster)?.find(resource.group, resource.version, resource.resource) !== undefined;
    if (isServed()) return;
    await inventory.refresh();
    if (!isServed()) throw unknownPath();
  }

  async function locate(cluster: string): Promise<MemberCluster> {
    const member = clusters.find(cluster);
    if (member !== undefined) return member;
    if ((await inventory.findView(cluster)) === undefined) {
      const message = `the cluster ${JSON.stringify(cluster)} is not known: nobody declares it, and nothing is stored of it`;
      throw new ApiError(createStatus({ code: 404, reason: 'NotFound', message, details: {} }));
    }
    const message = `this server has no connection to the cluster ${JSON.stringify(cluster)}: it is stored, and not declared here`;
    throw new ApiError(createStatus({ code: 503, reason: 'ServiceUnavailable', message, details: {} }));
  }

  async function pass(response: ServerResponse, passage: PassageRequest, signal: AbortSignal): Promise<void> {
    const request = response.req;
    const member = await locate(passage.cluster);
    const upgrade = upgradeOfferOf(response);
    if (passage.upgradeOnly && upgrade === undefined) throw badRequest('Upgrade request required');
    const auditId = response.getHeader('audit-id');
    const body = bodyOf(request);
    let answer: MemberAnswer;
    try {
      answer = await member.send({
        method: request.method ?? 'GET',
        path: passage.path,
        headers: {
          ...requestHeaders(request, options.callerHeaders?.()),
          ...(typeof auditId === 'string' && { 'audit-id': auditId }),
        },
        body,
        upgrade: upgrade?.protocol,
        isLong: isLong(passage),
        identity: callerIdentity(request.headers) ?? (settings.clusterCredentials ? 'declared' : {}),
        signal,
      });
    } catch (error) {
      if (signal.aborted && response.destroyed) return;
      if (signal.reason instanceof ApiError) throw signal.reason;
      throw explain(error, passage.cluster);
    }
    const { message, upgraded } = answer;
    const { statusCode = 0 } = message;
    // Else a client of HTTP/1.1 would go on as if the protocol had changed.
    const isAnswer = upgraded !== undefined ? upgrade !== undefined : statusCode >= 200 && statusCode <= 599;
    if (!isAnswer) {
      upgraded?.socket.destroy();
      message.destroy();
      const why = `the cluster answered a request with the status ${statusCode}`;
      throw explain(Object.assign(new Error(why), { kind: 'not-an-api-server' }), passage.cluster);
    }
    const headers = answerHeaders(message.headers, passage.prefix);
    if (auditId !== undefined) delete headers['audit-id'];
    if (upgraded !== undefined && upgrade !== undefined) {
      changeProtocol(response, upgrade, { ...headers, connection: 'Upgrade', upgrade: message.headers.upgrade });
      auditRecordOf(response)?.started();
      return join(upgrade, upgraded, signal);
    }
    response.writeHead(statusCode, { ...headers, ...pageHeaders(message.headers) });
    response.flushHeaders();
    allowSilence(response);
    await pump(message, response);
    // A body that the cluster did not want to the end.
    body?.unpipe();
    body?.resume();
  }

  function explain(error: unknown, cluster: string): unknown {
    const kind = error instanceof Error && 'kind' in error ? String(error.kind) : undefined;
    if (kind === undefined) return error;
    logger.warn({ err: error, cluster }, 'a request could not be passed on');
    const name = JSON.stringify(cluster);
    if (kind === 'timeout') {
      const message = `the cluster ${name} did not answer in time`;
      return new ApiError(createStatus({ code: 504, reason: 'Timeout', message, details: {} }));
    }
    const message = `the cluster ${name} cannot be asked: ${reasons[kind] ?? 'it cannot be reached'}`;
    return new ApiError(createStatus({ code: 503, reason: 'ServiceUnavailable', message, details: {} }));
  }

  /** What was taken away while it went on; the record of the answer has said how it began. */
  function recordEnd(response: ServerResponse, { cluster }: PassageRequest, reason: unknown): void {
    if (!(reason instanceof ApiError)) return;
    auditRecordOf(response)?.failed(reason.status);
    logger.info({ cluster, reason: reason.message }, 'a request that was passed on is ended: its caller may no longer');
  }

  return {
    find: (request, asked) => findPassage(request, asked, settings),
    async check(passage, access) {
      await checkRights(passage, { access, isUpgrade: false });
      if (passage.syncedOnly) await checkSynced(passage);
    },
    async serve(response, passage, { access, admitAgain }) {
      refuseForeignPages(response.req);
      const isUpgrade = upgradeOfferOf(response) !== undefined;
      await checkRights(passage, { access, isUpgrade });
      if (passage.syncedOnly) await checkSynced(passage);
      const passOn = (signal: AbortSignal) => {
        const work = () => pass(response, passage, signal);
        return access === undefined || isUpgrade || isLong(passage)
          ? work()
          : turns.run(access.user.name, work, signal);
      };
      const review = async () => checkRights(passage, { access: await admitAgain(), isUpgrade });
      await (isUpgrade || isLong(passage) ? options.watches : options.lists).run(response, (signal) =>
        access === undefined
          ? passOn(signal)
          : whileAllowed({ signal, review, interval: reviewInterval }, (allowed) => {
              allowed.addEventListener('abort', () => recordEnd(response, passage, allowed.reason));
              return passOn(allowed);
            }),
      );
    },
  };
}

/** Goes on until somebody ends it. */
function isLong({ path }: PassageRequest): boolean {
  return /[?&](?:watch|follow)=/.test(path);
}

/** What the caller learns; addresses and files of the connection stand in the log. */
const reasons: Readonly<Record<string, string>> = {
  untrusted: 'its certificate is not trusted',
  credentials: 'its credentials or its address cannot be used',
  'not-an-api-server': 'what answers there is no API server',
};

/** A page of somebody else, in the browser of somebody who may: browsers say where a request comes from that may change something. */
function refuseForeignPages({ headers }: IncomingMessage): void {
  const { origin, 'sec-fetch-site': site = 'none' } = headers;
  const host = headers.host ?? headers[':authority'];
  // What a workload answers must not come to stand between a browser and this server.
  if (headers['service-worker'] !== undefined)
    throw refusal('scripts of service workers are not fetched from clusters');
  if (site === 'none' || site === 'same-origin') {
    if (origin === undefined) return;
    if (URL.canParse(origin) && new URL(origin).host === host) return;
  }
  throw refusal('requests of pages of other origins are not passed on to clusters');
}

function refusal(message: string): ApiError {
  return new ApiError(createStatus({ code: 403, reason: 'Forbidden', message, details: {} }));
}

function bodyOf(request: IncomingMessage): Readable | undefined {
  if ('stream' in request) {
    const { endAfterHeaders } = (request as unknown as { stream: { endAfterHeaders: boolean } }).stream;
    return endAfterHeaders ? undefined : request;
  }
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  return coding === undefined && (length === undefined || length === '0') ? undefined : request;
}
