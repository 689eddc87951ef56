import type { ConnectionResponse } from '../connection/cluster-connection.js';
import { ConnectionError } from '../connection/connection-error.js';
import { type ListEnvelope, ListFormatError, ListSplitter } from './list-splitter.js';
import { type ReflectorHandler, type ReflectorSource, selectorQuery, stallTimeout } from './reflector-source.js';

/**
 * Hands over everything that is there, page after page; the next page is asked for while the items of one are handed over. Resolves to the
 * resourceVersion of the list. Rejects with a ConnectionError; with status 410 when the list is too old to be gone on with.
 */
export async function listPages(
  source: ReflectorSource,
  handler: ReflectorHandler,
  signal: AbortSignal,
): Promise<string> {
  let page: Promise<ConnectionResponse> | undefined = request(source, '', signal);
  let resourceVersion = '';
  try {
    while (page !== undefined) {
      const { body } = await page;
      page = undefined;
      const splitter = new ListSplitter();
      let looked = false;
      for await (const piece of body) {
        for (const item of splitter.push(piece)) {
          const done = handler.onItem(item);
          if (done !== undefined) await done;
        }
        if (!looked) {
          const early = splitter.peek();
          if (early === undefined) continue;
          looked = true;
          // Where metadata stands behind the items, the next page is asked for when this one is read.
          if (early.continue !== '') page = request(source, early.continue, signal);
        }
      }
      const envelope: ListEnvelope = splitter.finish();
      resourceVersion = envelope.resourceVersion;
      if (page === undefined && envelope.continue !== '') page = request(source, envelope.continue, signal);
    }
  } catch (error) {
    page?.then(({ body }) => body.return?.()).catch(() => {});
    if (!(error instanceof ListFormatError)) throw error;
    const message = `${source.connection.server}${source.path}: ${error.message}`;
    throw new ConnectionError('not-an-api-server', message, { cause: error });
  }
  return resourceVersion;
}

function request(source: ReflectorSource, continueToken: string, signal: AbortSignal): Promise<ConnectionResponse> {
  const page = source.connection.request(source.path, {
    query: {
      ...selectorQuery(source),
      limit: source.pageSize > 0 ? source.pageSize : undefined,
      continue: continueToken === '' ? undefined : continueToken,
    },
    signal,
    timeout: stallTimeout,
    idleTimeout: stallTimeout,
  });
  // It may be asked for long before it is waited for.
  page.catch(() => {});
  return page;
}
