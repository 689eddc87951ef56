import { createStorageError } from '@clusterdex/storage-contract';
import type { Engine } from './engine.js';
import { isConnectionLoss } from './map-error.js';

/** One action of a `_bulk` request: its first line, and the document. */
export interface BulkAction {
  readonly id: string;
  readonly operation: 'index' | 'create' | 'delete';
  /** Of the document that it replaces or deletes: another one is left alone. */
  readonly version?: { readonly sequence: number; readonly term: number };
  readonly document?: string;
}

export interface BulkFailure {
  readonly status: number;
  readonly type: string;
  readonly reason: string;
}

/** What became of the actions, in their order; undefined: it was done. */
export type BulkOutcome = readonly (BulkFailure | undefined)[];

interface BulkAnswer {
  readonly errors: boolean;
  readonly items: readonly Readonly<
    Record<
      string,
      {
        readonly status: number;
        readonly error?: {
          readonly type: string;
          readonly reason: string;
          readonly caused_by?: { readonly reason?: string };
        };
      }
    >
  >[];
}

export interface BulkOptions {
  readonly what: string;
  readonly refresh?: boolean;
  /** Unless the index is named by itself. */
  readonly requireAlias?: boolean;
  readonly signal?: AbortSignal | undefined;
}

const mostTries = 9;

function lineOf({ id, operation, version }: BulkAction): string {
  const condition = version === undefined ? '' : `,"if_seq_no":${version.sequence},"if_primary_term":${version.term}`;
  return `{"${operation}":{"_id":${JSON.stringify(id)}${condition}}}\n`;
}

/**
 * Does the actions, and those that the cluster had no room for (429) again, with pauses: who writes waits as long, and sends nothing else
 * meanwhile. Rejects when nobody knows what became of them.
 */
export async function bulk(
  engine: Engine,
  index: string,
  actions: readonly BulkAction[],
  options: BulkOptions,
): Promise<BulkOutcome> {
  const outcome: (BulkFailure | undefined)[] = new Array(actions.length).fill(undefined);
  let open = actions.map((_, place) => place);
  for (let attempt = 1; open.length > 0; attempt++) {
    const failures = await send(engine, index, {
      actions: open.map((place) => actions[place] as BulkAction),
      ...options,
    });
    const busy: number[] = [];
    for (const [at, place] of open.entries()) {
      const failure = failures[at];
      outcome[place] = failure;
      if (failure?.status === 429 && !/cluster_block/.test(failure.type)) busy.push(place);
    }
    if (busy.length === 0 || attempt === mostTries || options.signal?.aborted === true) break;
    engine.countBusy(busy.length);
    await engine.pause(attempt, options.signal);
    open = busy;
  }
  return outcome;
}

async function send(
  engine: Engine,
  index: string,
  { actions, what, refresh, requireAlias = true }: BulkOptions & { readonly actions: readonly BulkAction[] },
): Promise<BulkOutcome> {
  const lines = actions.map(
    (action) => `${lineOf(action)}${action.document === undefined ? '' : `${action.document}\n`}`,
  );
  const answer = await engine.raw<BulkAnswer>({
    method: 'POST',
    path: `/${index}/_bulk`,
    query: {
      // Rather an error than an index that nobody asked for, with a mapping of its own.
      ...(requireAlias && { require_alias: true }),
      filter_path: 'error,errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason',
      // A shard without a copy is not waited for.
      timeout: '5s',
      ...(refresh === true && { refresh: true }),
    },
    lines: lines.join(''),
    what,
  });
  if (!answer.errors) return actions.map(() => undefined);
  return answer.items.map((item) => {
    const [result] = Object.values(item);
    if (result?.error === undefined) return undefined;
    const cause = result.error.caused_by?.reason;
    const reason = cause === undefined ? result.error.reason : `${result.error.reason}: ${cause}`;
    return { status: result.status, type: result.error.type, reason };
  });
}

/** For documents whose ids say what is in them: sent again until they are there. */
export async function bulkRepeatable(
  engine: Engine,
  index: string,
  actions: readonly BulkAction[],
  options: BulkOptions,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const failure = (await bulk(engine, index, actions, options)).find((one) => one !== undefined);
      if (failure !== undefined) throw failureOf(failure, engine.server);
      return;
    } catch (error) {
      if (attempt === 4 || !isConnectionLoss(error)) engine.rethrow(error);
      await engine.pause(attempt, options.signal);
    }
  }
}

export function failureOf({ status, type, reason }: BulkFailure, server: string) {
  if (type === 'index_not_found_exception') {
    return createStorageError('UNAVAILABLE', `Elasticsearch at ${server} has lost an index: ${reason}`, {
      retryable: false,
    });
  }
  const unavailable = status === 429 || status === 403 || status >= 500;
  return createStorageError(
    unavailable ? 'UNAVAILABLE' : 'INVALID',
    `Elasticsearch at ${server} did not take a document: ${reason.slice(0, 300)} (${type})`,
  );
}
