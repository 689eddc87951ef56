import type { Logger } from 'pino';
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
  /** Called when it ends before it was told to, with what happened. */
  readonly onFailed: (summary: string) => void;
}

/** Runs work of a plugin until the signal. What it ends with before is a failure, and it does not begin again. */
export function createServing(serve: (signal: AbortSignal) => Promise<void>, options: ServingOptions): Serving {
  const { what, deadline, logger, onFailed } = options;
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  let isRunning = true;
  let inTime: Promise<boolean> | undefined;
  const running = run();

  async function run(): Promise<void> {
    try {
      await serve(signal);
      if (signal.aborted) return;
      logger.error({}, `${what} ended though nobody told it to`);
      onFailed('ended though nobody told it to');
    } catch (error) {
      if (signal.aborted) logger.warn({ err: error }, `${what} failed while it ended`);
      else {
        logger.error({ err: error }, `${what} failed`);
        onFailed('failed; the log says more');
      }
    } finally {
      isRunning = false;
    }
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
