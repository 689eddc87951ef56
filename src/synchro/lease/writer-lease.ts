import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { normalizeAdvertiseUrl } from '../../config/advertise-url.js';
import type { SyncLogger } from '../resource-sync/resource-sync.js';
import { type LeaseRecord, type LeaseStore, unknownHolder } from './lease-store.js';

export interface WriterLeaseOptions {
  readonly store: LeaseStore;
  readonly identity: string;
  /** Where this process serves, for those that stand by. */
  readonly url?: string;
  /** For how long a lease that is not renewed counts; 8 unless told. */
  readonly durationSeconds?: number;
  readonly logger: SyncLogger;
  /** Milliseconds that only grow; those of the process unless told. */
  readonly now?: () => number;
}

/** The right to write, of which one process has at most one at a time. */
export interface WriterLease {
  /** Who has it, as far as is known. */
  readonly holder: string | undefined;
  /** Where it serves; undefined when it does not say, says what is none, or nobody has it as far as is known. */
  readonly holderUrl: string | undefined;
  /** Whether it may be written now. True only while the last renewal is younger than the lease is long, by a margin. */
  readonly isHeld: boolean;
  /** How often it was lost since the start. */
  readonly losses: number;
  /**
   * Waits for the lease, then runs `write` with a signal that aborts when the lease is lost or `signal` aborts; again when it was lost. When
   * `signal` aborts, releases it behind the end of `write`. Never rejects but for what `write` rejects with.
   */
  run(write: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void>;
}

interface Held {
  readonly record: LeaseRecord;
  readonly renewedAt: number;
}

interface Observed {
  readonly record: LeaseRecord | undefined;
  readonly at: number;
}

const defaultDuration = 8;
const retriesPerDuration = 6;
/** Of the duration: a holder that could not renew for so long stops before others may begin. */
const renewShare = 0.6;
/** Durations in which nobody writes before that is an error. */
const patience = 5;
const tooSlow =
  'taking the lease took longer than it lasts; trying again (--leader-elect-lease-duration makes it longer)';

export function createWriterLease(options: WriterLeaseOptions): WriterLease {
  const { store, identity, url, logger, durationSeconds = defaultDuration, now = () => performance.now() } = options;
  const duration = durationSeconds * 1000;
  const retry = duration / retriesPerDuration;
  let observed: Observed | undefined;
  let held: Held | undefined;
  let losses = 0;

  const isHeld = () => held !== undefined && now() - held.renewedAt < duration * renewShare;

  /** Nobody's clock is believed: a lease has ended when it was seen unchanged for its duration. */
  function isFree(record: LeaseRecord | undefined): boolean {
    if (observed === undefined || observed.record?.version !== record?.version) observed = { record, at: now() };
    return hasEnded({ record, at: observed.at });
  }

  function hasEnded({ record, at }: Observed): boolean {
    if (record === undefined || record.holder === '' || record.holder === identity) return true;
    return now() - at >= record.durationSeconds * 1000;
  }

  /** True when it is held. What takes so long that others may have taken it meanwhile came to nothing. */
  async function acquire(signal: AbortSignal): Promise<boolean> {
    const record = await store.read(deadlined(signal, duration));
    if (!isFree(record)) return false;
    const began = now();
    const wish = { holder: identity, durationSeconds, ...(url === undefined ? {} : { url }) };
    const taken = await store.acquire(record, wish, deadlined(signal, duration));
    if (taken === undefined) return false;
    held = { record: taken, renewedAt: began };
    try {
      // That may have taken all of its time, of which a renewal takes less.
      if (!isHeld()) await renew(held, deadlined(signal, began + duration - now()));
    } catch (error) {
      if (signal.aborted) throw error;
    }
    if (isHeld()) return true;
    held = undefined;
    logger.warn({ lease: store.name, seconds: (now() - began) / 1000, durationSeconds }, tooSlow);
    return false;
  }

  /** False when somebody else has it. A renewal that comes when others could have taken it does not count. */
  async function renew(before: Held, signal: AbortSignal): Promise<boolean> {
    const began = now();
    const record = await store.renew(before.record, signal);
    if (record === undefined) return false;
    const isInTime = now() - before.renewedAt < duration;
    // The watchdog may have been faster.
    if (held !== undefined) held = { record, renewedAt: isInTime ? began : before.renewedAt };
    return true;
  }

  /** Says once that nobody writes, for whatever reason that is. */
  function createVigil(): (isWriting: boolean) => void {
    let since = now();
    let isTold = false;
    return (isWriting) => {
      if (isWriting) {
        since = now();
        isTold = false;
      } else if (!isTold && now() - since > patience * duration) {
        isTold = true;
        const seconds = Math.round((now() - since) / 1000);
        logger.error({ lease: store.name, seconds }, 'nobody writes: nobody holds the lease, and it cannot be taken');
      }
    };
  }

  async function waitForLease(signal: AbortSignal): Promise<void> {
    let told: string | undefined;
    const watch = createVigil();
    while (!signal.aborted) {
      try {
        if (await acquire(signal)) return;
        const holder = observed?.record?.holder;
        watch(observed !== undefined && holder !== unknownHolder && !hasEnded(observed));
        if (holder !== undefined && holder !== told)
          logger.info({ lease: store.name, holder }, 'another process writes; standing by');
        told = holder;
      } catch (error) {
        if (!signal.aborted) logger.warn({ err: error, lease: store.name }, 'cannot ask for the lease; trying again');
        watch(false);
      }
      await pause(retry * (0.8 + Math.random() * 0.4), signal);
    }
  }

  function lose(reason: string): void {
    if (held === undefined) return;
    held = undefined;
    losses++;
    logger.error({ lease: store.name }, `${reason}; nothing is written any more`);
  }

  /** Renews until it is lost or the signal aborts. */
  async function keep(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && held !== undefined) {
      await pause(retry, signal);
      if (signal.aborted || held === undefined) return;
      try {
        if (!(await renew(held, deadlined(signal, retry * 2)))) return lose('another process has taken the lease');
      } catch (error) {
        if (signal.aborted) return;
        logger.warn({ err: error, lease: store.name }, 'cannot renew the lease; trying again');
      }
    }
  }

  /** Also when a renewal hangs, or this process was stopped for a while: time alone ends it. */
  async function watchdog(signal: AbortSignal, onLost: () => void): Promise<void> {
    while (!signal.aborted) {
      await pause(retry / 2, signal);
      if (signal.aborted || isHeld()) continue;
      lose('the lease could not be renewed in time');
      return onLost();
    }
  }

  return {
    get holder() {
      return isHeld() ? identity : observed?.record?.holder || undefined;
    },
    get holderUrl() {
      if (isHeld()) return url;
      return observed === undefined || hasEnded(observed) ? undefined : normalizeAdvertiseUrl(observed.record?.url);
    },
    get isHeld() {
      return isHeld();
    },
    get losses() {
      return losses;
    },
    async run(write, signal) {
      while (!signal.aborted) {
        await waitForLease(signal);
        if (signal.aborted) break;
        logger.info({ lease: store.name, identity }, 'this process writes');
        const lost = new AbortController();
        const done = new AbortController();
        const writing = AbortSignal.any([signal, lost.signal]);
        // All that it writes listens to it.
        setMaxListeners(0, writing);
        const keeping = keep(AbortSignal.any([done.signal, lost.signal])).then(() => {
          if (!done.signal.aborted) lost.abort();
        });
        const watching = watchdog(done.signal, () => lost.abort());
        try {
          await write(writing);
        } finally {
          done.abort();
          await Promise.all([keeping, watching]);
          const record = isHeld() ? held?.record : undefined;
          held = undefined;
          if (record !== undefined) await release(record);
        }
        if (!signal.aborted) await pause(retry, signal);
      }
    },
  };

  async function release(record: LeaseRecord): Promise<void> {
    await store.release(record, AbortSignal.timeout(2000)).catch((error: unknown) => {
      logger.warn({ err: error, lease: store.name }, 'cannot release the lease; it ends by itself');
    });
  }
}

function deadlined(signal: AbortSignal, milliseconds: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(Math.max(0, Math.ceil(milliseconds)))]);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return delay(milliseconds, undefined, { signal }).catch(() => {});
}
