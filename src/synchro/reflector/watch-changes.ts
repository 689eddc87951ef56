import { ConnectionError } from '../connection/connection-error.js';
import { linkSignals } from '../connection/link-signals.js';
import { readIdentity } from './read-identity.js';
import { type ReflectorHandler, type ReflectorSource, selectorQuery, stallTimeout } from './reflector-source.js';
import { WatchSplitter } from './watch-splitter.js';

/** The cluster does not keep the changes after our revision any more: list again. */
export class RevisionExpiredError extends Error {
  override readonly name = 'RevisionExpiredError';
}

/** The server was asked to begin with what is there, and does not say where that ends: it knows no initial events. */
export class NoInitialEventsError extends Error {
  override readonly name = 'NoInitialEventsError';
}

export interface WatchChangesOptions {
  /** '' to begin with all that is there, as events. */
  readonly resourceVersion: string;
  /** After which the server ends the watch. */
  readonly timeoutSeconds: number;
  /** Milliseconds that may pass between two initial events. */
  readonly initialTimeout: number;
  readonly signal: AbortSignal;
  /** The server has accepted. */
  readonly onOpen?: () => void;
  /** How far the watch has come, whenever it is known. */
  readonly onRevision: (resourceVersion: string) => void;
}

export interface WatchEnd {
  /** Whether anything came. */
  readonly events: number;
}

const initialEventsEnd = '"k8s.io/initial-events-end":"true"';

/**
 * Hands over changes until the server ends the watch. Rejects with RevisionExpiredError, or with a ConnectionError. With initial events these come
 * first, as items, between the calls that begin and end a list.
 */
export async function watchChanges(
  source: ReflectorSource,
  handler: ReflectorHandler,
  options: WatchChangesOptions,
): Promise<WatchEnd> {
  const { resourceVersion, timeoutSeconds, initialTimeout, onOpen, onRevision } = options;
  let isInitial = resourceVersion === '';
  const initial = { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' };
  const silence = createSilence(options.signal, initialTimeout);
  const { signal } = silence;
  try {
    return await read();
  } catch (error) {
    if (!silence.isOver || options.signal.aborted) throw error;
    throw new NoInitialEventsError(`${source.connection.server}: the watch does not say where its initial events end`);
  } finally {
    silence.close();
  }

  async function read(): Promise<WatchEnd> {
    const { body } = await source.connection.request(source.path, {
      query: {
        ...selectorQuery(source),
        watch: true,
        allowWatchBookmarks: true,
        timeoutSeconds,
        ...(isInitial ? initial : { resourceVersion }),
      },
      signal,
      timeout: stallTimeout,
      // The server ends it before; when it does not, it has forgotten us.
      idleTimeout: (timeoutSeconds + 30) * 1000,
    });
    onOpen?.();
    if (isInitial) silence.begin();
    const splitter = new WatchSplitter();
    let events = 0;
    for await (const piece of body) {
      for (const event of splitter.push(piece)) {
        if ('reason' in event) {
          handler.onFault(event.reason, event.excerpt);
          continue;
        }
        const { type, object } = event;
        if (type === 'ERROR') throw watchError(source, object);
        if (type === 'BOOKMARK') {
          const revision = readRevision(object);
          if (isInitial && object.includes(initialEventsEnd)) {
            isInitial = false;
            silence.end();
            await handler.onReplaceEnd(revision);
          }
          // Before that the rest would be lost by whoever went on from here.
          if (revision !== '' && !isInitial) onRevision(revision);
        } else if (type === 'ADDED' && isInitial) {
          const done = handler.onItem(object);
          if (done === undefined) silence.refresh();
          else {
            // The time that is taken here is not the server's.
            silence.end();
            await done;
            silence.begin();
          }
        } else if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') {
          events++;
          const done = handler.onChange(type, object);
          const revision = readRevision(object);
          if (done !== undefined) await done;
          if (revision !== '' && !isInitial) onRevision(revision);
        } else {
          handler.onFault(`expected the type of an event, found ${JSON.stringify(type.slice(0, 60))}`, '');
        }
      }
      handler.onPause();
    }
    if (isInitial)
      throw new ConnectionError(
        'unreachable',
        `${source.connection.server}: the watch ended within its initial events`,
      );
    return { events };
  }
}

/** Aborts when nothing that was expected has come for so long. */
function createSilence(caller: AbortSignal, milliseconds: number) {
  const ending = linkSignals([caller]);
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: ending.signal,
    get isOver() {
      return isOver;
    },
    begin() {
      timer ??= setTimeout(() => {
        isOver = true;
        ending.abort();
      }, milliseconds);
    },
    close() {
      clearTimeout(timer);
      ending.unlink();
    },
    refresh() {
      timer?.refresh();
    },
    end() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

/** A bookmark has no name. */
function readRevision(object: Buffer): string {
  const identity = readIdentity(object);
  if (identity !== undefined) return identity.resourceVersion;
  return /"resourceVersion":\s*"(\d+)"/.exec(object.toString('latin1', 0, 4096))?.[1] ?? '';
}

function watchError({ connection }: ReflectorSource, object: Buffer): Error {
  let status: Record<string, unknown>;
  try {
    status = JSON.parse(object.toString()) as Record<string, unknown>;
  } catch {
    return new ConnectionError('not-an-api-server', `${connection.server}: the watch gave an error that is no JSON`);
  }
  const code = Number(status.code);
  const message = `${connection.server}: the watch ended with ${code}: ${String(status.message)}`;
  if (code === 410 || status.reason === 'Expired' || status.reason === 'Gone') return new RevisionExpiredError(message);
  const details = status.details as { retryAfterSeconds?: unknown } | undefined;
  return new ConnectionError('refused', message, {
    status: code,
    ...(typeof status.reason === 'string' ? { reason: status.reason } : {}),
    ...(typeof details?.retryAfterSeconds === 'number' ? { retryAfter: details.retryAfterSeconds } : {}),
    details: status,
  });
}
