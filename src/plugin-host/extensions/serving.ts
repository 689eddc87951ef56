import type { Logger } from 'pino';
import { Backoff } from '../../timing/backoff.js';
import type { Clock } from '../../timing/clock.js';
import { withDeadline } from '../deadline.js';

export interface Serving {
  /** Whether it has not ended yet, told to or not. */
  readonly isRunning: boolean;
  /** Resolves when it has ended, however late. Never rejects. */
  readonly ended: Promise<void>;
  /** Tells it to end, and resolves to whether it has, at its deadline at the latest. Never rejects. */
  end(): Promise<boolean>;
}

export interface ServingOptions {
  /** For the log: `the own work of the plugin`. */
  readonly what: string;
  /** Aborted when the server begins to shut down. */
  readonly signal: AbortSignal;
  /** Milliseconds between the signal and the end. */
  readonly deadline: number;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Called each time that it ends before it was told to. It begins again by itself. */
  readonly onFailed: (failure: ServingFailure) => void;
  /** Called when it has run for a minute after it failed. */
  readonly onSteady: () => void;
}

export interface ServingFailure {
  readonly summary: string;
  /** Since it last ran for a minute; this one counts. */
  readonly failures: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Milliseconds after which work that began again counts as well again. */
const steadyAfter = 60_000;
const waits = { first: 1000, longest: 60_000 };

/** Runs work of a plugin until the signal. What fails or ends before begins again, each time later, from a second to a minute. */
export function createServing(serve: (signal: AbortSignal) => Promise<void>, options: ServingOptions): Serving {
  const { what, deadline, logger, clock, onFailed, onSteady } = options;
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  const backoff = new Backoff(clock, waits);
  let failures = 0;
  let isRunning = true;
  let inTime: Promise<boolean> | undefined;
  const running = run();

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const summary = await runOnce();
      if (summary === undefined) break;
      failures += 1;
      onFailed({ summary, failures, at: clock.now() });
      await backoff.wait(signal);
      if (!signal.aborted) logger.info({ failures }, `${what} begins again`);
    }
    isRunning = false;
  }

  /** What it failed with, unless it was told to end. Its signal aborts then, too, for what it may have left behind. */
  async function runOnce(): Promise<string | undefined> {
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    if (failures > 0) void watchSteadiness(either);
    try {
      await serve(either);
      if (signal.aborted) return undefined;
      logger.error({}, `${what} ended though nobody told it to`);
      return 'ended though nobody told it to';
    } catch (error) {
      if (signal.aborted) {
        logger.warn({ err: error }, `${what} failed while it ended`);
        return undefined;
      }
      logger.error({ err: error }, `${what} failed`);
      return 'failed; the log says more';
    } finally {
      ended.abort();
    }
  }

  async function watchSteadiness(until: AbortSignal): Promise<void> {
    await clock.sleep(steadyAfter, until);
    if (until.aborted) return;
    failures = 0;
    backoff.reset();
    onSteady();
  }

  async function stop(): Promise<boolean> {
    ending.abort();
    const done = await withDeadline(running, deadline);
    if ('value' in done) return true;
    logger.error({ deadline }, `${what} did not end in time, left behind`);
    return false;
  }

  return {
    get isRunning() {
      return isRunning;
    },
    ended: running,
    end() {
      inTime ??= stop();
      return inTime;
    },
  };
}
