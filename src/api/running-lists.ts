import type { ServerResponse } from 'node:http';

/** The lists, or the watches, that are being answered: each ends when its client goes, and all of them when the server cannot wait any longer. */
export interface RunningLists {
  /** Runs `answer` with a signal that aborts when the client has gone or the lists are ended. */
  run(response: ServerResponse, answer: (signal: AbortSignal) => Promise<void>): Promise<void>;
  abortAll(): void;
  /** Breaks off what is not out yet, though it may have ended. */
  destroyAll(): void;
}

export function createRunningLists(): RunningLists {
  const running = new Map<ServerResponse, AbortController>();
  return {
    async run(response, answer) {
      const controller = new AbortController();
      let isAnswered = false;
      const abort = () => {
        running.delete(response);
        // Nobody listens any more, and an abort is not free: it makes an error with its stack.
        if (!isAnswered) controller.abort();
      };
      running.set(response, controller);
      response.on('close', abort);
      // Writing to a connection that has just gone is no reason to end the process.
      response.on('error', abort);
      try {
        await answer(controller.signal);
      } finally {
        isAnswered = true;
        if (response.destroyed) running.delete(response);
      }
    },
    abortAll() {
      for (const controller of running.values()) controller.abort();
    },
    destroyAll() {
      for (const response of [...running.keys()]) response.destroy();
    },
  };
}
