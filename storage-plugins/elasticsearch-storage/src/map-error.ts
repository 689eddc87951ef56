import { createStorageError, isStorageError, type StorageError } from '@clusterdex/storage-contract';
import { errors } from '@elastic/elasticsearch';

interface Cause {
  readonly type?: string;
  readonly reason?: string;
  readonly root_cause?: readonly Cause[];
  readonly failed_shards?: readonly { readonly reason?: Cause }[];
  readonly caused_by?: Cause;
}

/** The client's errors remember what was sent: objects, Secrets among them, which must not come into a log. */
export function withoutRequest(error: unknown): unknown {
  const { meta } = (error ?? {}) as { readonly meta?: { readonly meta?: { request?: unknown } } };
  if (meta?.meta !== undefined) delete meta.meta.request;
  return error;
}

/** HTTP status of an answer that says no; undefined for any other error. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof errors.ResponseError ? error.statusCode : undefined;
}

export function errorTypes(error: unknown): readonly string[] {
  if (!(error instanceof errors.ResponseError)) return [];
  const found: string[] = [];
  const visit = (cause: Cause | undefined): void => {
    if (cause === undefined || typeof cause !== 'object') return;
    if (cause.type !== undefined) found.push(cause.type);
    for (const each of cause.root_cause ?? []) visit(each);
    for (const { reason } of cause.failed_shards ?? []) visit(reason);
    visit(cause.caused_by);
  };
  visit((error.body as { error?: Cause } | undefined)?.error);
  return found;
}

const reasonOf = (error: errors.ResponseError): string => {
  const cause = (error.body as { error?: Cause | string } | undefined)?.error;
  if (typeof cause === 'string') return cause;
  const root = cause?.root_cause?.[0] ?? cause?.failed_shards?.[0]?.reason ?? cause;
  return root?.reason === undefined ? `HTTP ${error.statusCode}` : `${root.reason} (${root.type})`.slice(0, 500);
};

/** The request may not have arrived, or its answer was lost. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof errors.ResponseError) return [502, 503, 504].includes(error.statusCode ?? 0);
  return (
    error instanceof errors.ConnectionError ||
    error instanceof errors.TimeoutError ||
    error instanceof errors.NoLivingConnectionsError
  );
}

/** The cluster has too much to do; the same request a little later may well go through. */
export const isBusy = (error: unknown): boolean => statusOf(error) === 429 && !isReadOnly(error);

const isReadOnly = (error: unknown): boolean => errorTypes(error).includes('cluster_block_exception');

export function describeBlock(reason: string): string {
  return /read-only|FORBIDDEN\/(?:5|8|12)|flood.stage/i.test(reason)
    ? `the index is read-only, perhaps because a disk is nearly full: ${reason}`
    : reason;
}

/** Errors of Elasticsearch in the words of the contract; `server` names it for the operator. */
export function mapError(error: unknown, server: string): StorageError {
  if (isStorageError(error)) return error;
  const detail = error instanceof Error ? error.message : String(error);
  const unavailable = (message: string, retryable = true) =>
    createStorageError('UNAVAILABLE', message, { cause: error, retryable });
  if (error instanceof errors.ResponseError) return mapResponse(error, server);
  if (error instanceof errors.TimeoutError) {
    return createStorageError('TIMEOUT', `Elasticsearch at ${server} did not answer in time`, { cause: error });
  }
  if (error instanceof errors.RequestAbortedError) {
    return createStorageError('TIMEOUT', 'the request was aborted', { cause: error });
  }
  if (/certificate|self.signed|ERR_TLS|SSL/i.test(detail)) {
    return unavailable(`no trusted connection to Elasticsearch at ${server}: ${detail}`, false);
  }
  if (isConnectionLoss(error)) return unavailable(`Elasticsearch at ${server} cannot be reached: ${detail}`);
  return createStorageError('INTERNAL', `the elasticsearch storage failed: ${detail}`, { cause: error });
}

function mapResponse(error: errors.ResponseError, server: string): StorageError {
  const types = errorTypes(error);
  const reason = reasonOf(error);
  const unavailable = (message: string, retryable = true) =>
    createStorageError('UNAVAILABLE', message, { cause: error, retryable });
  switch (error.statusCode) {
    case 401:
    case 403:
      if (types.includes('cluster_block_exception'))
        return unavailable(`Elasticsearch at ${server}: ${describeBlock(reason)}`);
      return unavailable(`Elasticsearch at ${server} refused: ${reason}`, false);
    case 404:
      if (types.includes('index_not_found_exception'))
        return unavailable(`Elasticsearch at ${server} has lost an index: ${reason}`, false);
      break;
    case 408:
      return createStorageError('TIMEOUT', `Elasticsearch at ${server} gave up: ${reason}`, { cause: error });
    case 409:
      return createStorageError('CONFLICT', `somebody else wrote at the same time: ${reason}`, { cause: error });
    case 413:
      return createStorageError(
        'INVALID',
        `Elasticsearch at ${server} takes no request of this size (http.max_content_length)`,
        { cause: error },
      );
    case 429:
      if (types.includes('cluster_block_exception'))
        return unavailable(`Elasticsearch at ${server}: ${describeBlock(reason)}`);
      return unavailable(`Elasticsearch at ${server} is busy: ${reason}`);
    case 502:
    case 503:
    case 504:
      return unavailable(`Elasticsearch at ${server} is not ready: ${reason}`);
  }
  return createStorageError('INTERNAL', `the elasticsearch storage failed (HTTP ${error.statusCode}): ${reason}`, {
    cause: error,
  });
}
