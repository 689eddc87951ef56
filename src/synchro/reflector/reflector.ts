import { Backoff } from '../../timing/backoff.js';
import type { Clock } from '../../timing/clock.js';
import { ConnectionError } from '../connection/connection-error.js';
import type { InitialEventsOffer } from './initial-events-offer.js';
import { listPages } from './list-pages.js';
import { readServerRevision } from './read-server-revision.js';
import type { ReflectorHandler, ReflectorSource } from './reflector-source.js';
import { NoInitialEventsError, RevisionExpiredError, watchChanges } from './watch-changes.js';

export interface ReflectorOptions {
  readonly source: ReflectorSource;
  readonly handler: ReflectorHandler;
  readonly clock: Clock;
  /** Whether to ask for initial events before lists. */
  readonly initialEvents: boolean;
  readonly offer: InitialEventsOffer;
  /** Of what is listed and watched. */
  readonly group: string;
  /** Milliseconds without one, after which the server is taken for one that does not know them. */
  readonly initialEventsTimeout: number;
  /** Whether to list again although the watch could go on. Asked whenever a watch has ended. */
  readonly wantsList: () => boolean;
  readonly onPhase: (phase: ReflectorPhase, error?: Error) => void;
  readonly onAsked: (what: RequestKind, outcome: string) => void;
}

/** `check`: how far the server's history goes. */
export type RequestKind = 'list' | 'watch' | 'check';

export type ReflectorPhase = 'listing' | 'watching' | 'waiting';

/** A watch that ends sooner, with nothing, is not begun again at once. */
const shortWatch = 1000;
/** Seconds; the server ends a watch somewhere between once and twice that. */
const watchSeconds = 300;
/** Milliseconds by which a watch may end before its time. */
const earlyEnd = 5000;
/** Lists that a compaction broke, after which pages are given up; initial events that broke off, after which a list is read. */
const patience = 2;
/** Answers "too large resource version", after which the revision is taken for one of another history. */
const futurePatience = 3;

/** Lists and watches until the signal aborts, whatever the cluster does. Rejects only with what the handler rejects with. */
export async function runReflector(options: ReflectorOptions, signal: AbortSignal): Promise<void> {
  await new Reflector(options, signal).run();
}

class Reflector {
  private readonly backoff: Backoff;
  /** How far the watch has come; '' to begin anew. */
  private revision = '';
  private brokenBeginnings = 0;
  private brokenLists = 0;
  private futureAnswers = 0;
  /** Nothing says that the server's history is still the one of our revision. */
  private isInDoubt = false;

  constructor(
    private readonly options: ReflectorOptions,
    private readonly signal: AbortSignal,
  ) {
    this.backoff = new Backoff(options.clock);
  }

  async run(): Promise<void> {
    while (!this.signal.aborted) {
      try {
        if (this.revision === '') await this.replace();
        else await this.watch();
      } catch (error) {
        await this.recover(error);
      }
    }
  }

  /** All that is there, by initial events, which go over into a watch, or by a list. */
  private async replace(): Promise<void> {
    const { handler, source, onPhase, onAsked, offer, group, initialEvents } = this.options;
    onPhase('listing');
    await handler.onReplaceBegin();
    if (initialEvents && this.brokenBeginnings < patience && offer.isOffered(group)) {
      try {
        await this.watch();
        return;
      } catch (error) {
        if (!isNotOffered(error)) throw error;
        onAsked('watch', 'no-initial-events');
        if (isRefusal(error)) offer.refused(group);
        await handler.onReplaceBegin();
      }
    }
    const pageSize = this.brokenLists < patience ? source.pageSize : 0;
    const revision = await this.measured('list', () => listPages({ ...source, pageSize }, handler, this.signal));
    await handler.onReplaceEnd(revision);
    this.listed(revision);
  }

  private listed(revision: string): void {
    this.revision = revision;
    this.brokenLists = 0;
    this.brokenBeginnings = 0;
    this.futureAnswers = 0;
    this.isInDoubt = false;
    this.backoff.reset();
  }

  private async watch(): Promise<void> {
    const { source, handler, clock, onPhase, wantsList, initialEventsTimeout } = this.options;
    const isInitial = this.revision === '';
    if (!isInitial && this.isInDoubt) await this.checkHistory();
    const begun = clock.now();
    const timeoutSeconds = Math.ceil(watchSeconds * (1 + clock.random()));
    // Whatever ends it: only a revision that comes, or a watch that ends when it should, says that all is well.
    this.isInDoubt = true;
    let heard = false;
    const { events } = await this.measured('watch', () =>
      watchChanges(source, handler, {
        resourceVersion: this.revision,
        timeoutSeconds,
        initialTimeout: initialEventsTimeout,
        signal: this.signal,
        onOpen: () => {
          if (isInitial) this.brokenBeginnings++;
          else onPhase('watching');
        },
        onRevision: (revision) => {
          if (this.revision === '') {
            this.listed(revision);
            onPhase('watching');
          }
          this.revision = revision;
          heard = true;
          this.futureAnswers = 0;
          this.backoff.reset();
        },
      }),
    );
    this.isInDoubt = !heard || clock.now() - begun < timeoutSeconds * 1000 - earlyEnd;
    if (wantsList()) this.revision = '';
    if (events === 0 && clock.now() - begun < shortWatch) await this.backoff.wait(this.signal);
  }

  /**
   * A server that went back to a backup gives out the same revisions again, and a watch from one that lies ahead of it tells nothing until it has
   * come there: what the server does not have any more, or again, would be seen by nobody.
   */
  private async checkHistory(): Promise<void> {
    const { source, handler } = this.options;
    const theirs = await this.measured('check', () => readServerRevision(source, this.signal));
    this.isInDoubt = false;
    if (!(theirs < Number(this.revision))) return;
    handler.onHistoryLost();
    throw new RevisionExpiredError(
      `${source.connection.server}: its history ends with revision ${theirs}, before ${this.revision}, which it has told: it was set back`,
    );
  }

  private async measured<T>(what: RequestKind, act: () => Promise<T>): Promise<T> {
    try {
      const result = await act();
      this.options.onAsked(what, 'ok');
      return result;
    } catch (error) {
      if (!this.signal.aborted) this.options.onAsked(what, outcomeOf(error));
      throw error;
    }
  }

  private async recover(error: unknown): Promise<void> {
    if (this.signal.aborted) return;
    const isExpired = error instanceof RevisionExpiredError || isGone(error);
    if (!isExpired && !(error instanceof ConnectionError)) throw error;
    if (isExpired) {
      // Within a list it is a page that came too late.
      if (this.revision === '') this.brokenLists++;
      this.revision = '';
    } else if (isFuture(error) && ++this.futureAnswers >= futurePatience) {
      this.revision = '';
    }
    const least = error instanceof ConnectionError ? 1000 * (error.retryAfter ?? 0) : 0;
    this.options.onPhase('waiting', error as Error);
    await this.backoff.wait(this.signal, Math.min(least, 60_000));
  }
}

function isGone(error: unknown): boolean {
  return error instanceof ConnectionError && error.status === 410;
}

/** Of a server whose history ends before our revision: it has not come there yet, or never will. */
function isFuture(error: unknown): boolean {
  return error instanceof ConnectionError && error.status === 504;
}

/** Of a server before 1.32, without the feature, or on an etcd that cannot: whatever it says that is not about us or about load. */
function isNotOffered(error: unknown): boolean {
  if (error instanceof NoInitialEventsError) return true;
  if (!(error instanceof ConnectionError) || error.status === undefined) return false;
  return ![401, 403, 404, 410, 429, 503].includes(error.status);
}

/** Not of a server that is in trouble. */
function isRefusal(error: unknown): boolean {
  return !(error instanceof ConnectionError && Number(error.status) >= 500);
}

function outcomeOf(error: unknown): string {
  if (error instanceof RevisionExpiredError || isGone(error)) return 'expired';
  return error instanceof ConnectionError ? error.kind : 'failed';
}
