import type { Logger } from 'pino';
import { withDeadline } from './deadline.js';

export interface CloseStep {
  readonly name: string;
  run(): Promise<void> | void;
}

export interface CloseOptions {
  /** Milliseconds for each step. */
  readonly deadline: number;
  readonly logger: Logger;
}

/**
 * A function that runs the steps, those that were added meanwhile too, in reverse order, once, however often it is called. A step that fails or hangs is logged and left
 * behind; closing never rejects.
 */
export function createClose(steps: readonly CloseStep[], options: CloseOptions): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => {
    closing ??= closeAll(steps.toReversed(), options);
    return closing;
  };
}

async function closeAll(steps: readonly CloseStep[], { deadline, logger }: CloseOptions): Promise<void> {
  for (const step of steps) {
    try {
      const done = await withDeadline((async () => step.run())(), deadline);
      if ('late' in done) logger.error({ step: step.name, deadline }, 'did not close in time, left behind');
    } catch (error) {
      logger.error({ step: step.name, err: error }, 'failed to close');
    }
  }
}
