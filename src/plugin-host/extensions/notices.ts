import type { Notice, StorageExtensions } from '@clusterdex/storage-contract';
import type { Logger } from 'pino';
import { withDeadline } from '../deadline.js';

export interface Notices {
  /** Returns at once. */
  tell(notice: Notice): void;
  /** No notice comes any more. */
  end(): void;
}

/** Notices that wait for a plugin that is slow; of more the oldest are dropped, with a word in the log. */
const longestQueue = 1000;

/** Tells a plugin what happens, in order, one notice at a time, and waits for none longer than the deadline. */
export function createNotices(
  notify: StorageExtensions['notify'],
  { deadline, logger }: { readonly deadline: number; readonly logger: Logger },
): Notices {
  const queue: Notice[] = [];
  let dropped = 0;
  let running = false;
  let ended = notify === undefined;

  async function drain(): Promise<void> {
    running = true;
    for (let notice = queue.shift(); notice !== undefined && !ended; notice = queue.shift()) {
      const told = notice;
      try {
        const done = await withDeadline((async () => notify?.(told))(), deadline);
        if ('late' in done) logger.error({ type: told.type, deadline }, 'notify did not end in time, left behind');
      } catch (error) {
        logger.error({ err: error, type: told.type }, 'notify failed');
      }
    }
    running = false;
  }

  return {
    tell(notice) {
      if (ended) return;
      queue.push(notice);
      if (queue.length > longestQueue) {
        queue.shift();
        if (dropped++ === 0) logger.warn({ kept: longestQueue }, 'notify is too slow: notices are dropped');
      }
      // Not within the caller's turn: what the plugin does then is none of its business.
      if (!running) {
        running = true;
        queueMicrotask(() => void drain());
      }
    },
    end() {
      ended = true;
      queue.length = 0;
    },
  };
}
