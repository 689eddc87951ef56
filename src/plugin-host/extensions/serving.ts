import type { Logger } from 'pino';
import { withDeadline } from '../deadline.js';

export interface Serving {
  /** Never rejects, and takes no longer than the deadline. */
  end(): Promise<void>;
}

export interface ServingOptions {
  /** Aborted when the server begins to shut down. */
  readonly signal: AbortSignal;
  /** Milliseconds between the signal and the end. */
  readonly deadline: number;
  readonly logger: Logger;
  /** Called when it ends before it was told to. */
  readonly onFailed: (summary: string) => void;
}

/** Runs the plugin's own work until the signal. What it ends with before is a failure, and it does not begin again. */
export function createServing(serve: (signal: AbortSignal) => Promise<void>, options: ServingOptions): Serving {
  const { deadline, logger, onFailed } = options;
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  const running = run();

  async function run(): Promise<void> {
    try {
      await serve(signal);
      if (signal.aborted) return;
      logger.error({}, 'the own work of the plugin ended though nobody told it to');
      onFailed('its own work ended though nobody told it to');
    } catch (error) {
      if (signal.aborted) logger.warn({ err: error }, 'the own work of the plugin failed while it ended');
      else {
        logger.error({ err: error }, 'the own work of the plugin failed');
        onFailed('its own work failed; the log says more');
      }
    }
  }

  return {
    async end() {
      ending.abort();
      const done = await withDeadline(running, deadline);
      if ('late' in done) logger.error({ deadline }, 'the own work of the plugin did not end in time, left behind');
    },
  };
}
