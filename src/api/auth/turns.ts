import { createStatus } from '../../kube/status.js';
import { ApiError } from '../api-error.js';

/** Lets everybody have a number of questions under way, so that one who makes very many keeps nobody else waiting. */
export interface Turns {
  /**
   * Runs `work` when it is the turn of `owner`. Rejects with ApiError 429 when too many wait for it already, with the reason of `signal`
   * when that aborts before, else as `work` does.
   */
  run<Result>(owner: string, work: () => Promise<Result>, signal: AbortSignal): Promise<Result>;
}

export interface TurnsOptions {
  /** Of one owner, at once. */
  readonly most: number;
  /** Of one owner, behind those. */
  readonly mostWaiting: number;
}

interface Queue {
  running: number;
  /** Who waits, the first one first. */
  readonly waiting: Set<() => void>;
}

export function createTurns({ most, mostWaiting }: TurnsOptions): Turns {
  const queues = new Map<string, Queue>();

  function begin(queue: Queue, signal: AbortSignal): Promise<void> | undefined {
    if (queue.running < most) {
      queue.running++;
      return undefined;
    }
    if (queue.waiting.size >= mostWaiting) throw tooManyRequests();
    return new Promise((resolve, reject) => {
      const leave = () => {
        queue.waiting.delete(start);
        reject(signal.reason);
      };
      const start = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      queue.waiting.add(start);
      signal.addEventListener('abort', leave);
    });
  }

  function end(owner: string, queue: Queue): void {
    const [next] = queue.waiting;
    if (next !== undefined) {
      queue.waiting.delete(next);
      next();
    } else if (--queue.running === 0) queues.delete(owner);
  }

  return {
    async run(owner, work, signal) {
      signal.throwIfAborted();
      const queue = queues.get(owner) ?? { running: 0, waiting: new Set() };
      queues.set(owner, queue);
      await begin(queue, signal);
      try {
        return await work();
      } finally {
        end(owner, queue);
      }
    },
  };
}

function tooManyRequests(): ApiError {
  const message = 'too many reviews of rights or tokens are waiting; ask for less, or later';
  const details = { retryAfterSeconds: 1 };
  return new ApiError(createStatus({ code: 429, reason: 'TooManyRequests', message, details }));
}
