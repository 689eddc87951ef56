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
  options: { readonly what: string; readonly refresh?: boolean; readonly signal?: AbortSignal | undefined },
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
  { actions, what, refresh }: { actions: readonly BulkAction[]; what: string; refresh?: boolean },
): Promise<BulkOutcome> {
  const lines = actions.map(
    (action) => `${lineOf(action)}${action.document === undefined ? '' : `${action.document}\n`}`,
  );
  const answer = await engine.raw<BulkAnswer>({
    method: 'POST',
    path: `/${index}/_bulk`,
    query: {
      filter_path: 'errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason',
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
  options: { readonly what: string; readonly refresh?: boolean; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const failure = (await bulk(engine, index, actions, options)).find(
        (one) => one !== undefined && one.status !== 404,
      );
      if (failure !== undefined) throw failureOf(failure, engine.server);
      return;
    } catch (error) {
      if (attempt === 4 || !isConnectionLoss(error)) engine.rethrow(error);
      await engine.pause(attempt, options.signal);
    }
  }
}

export function failureOf({ status, type, reason }: BulkFailure, server: string) {
  const unavailable = status === 429 || status === 403 || status >= 500;
  return createStorageError(
    unavailable ? 'UNAVAILABLE' : 'INVALID',
    `Elasticsearch at ${server} did not take a document: ${reason.slice(0, 300)} (${type})`,
  );
}
