import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface Child {
  readonly pid: number;
  /** Sends a message, and resolves with the one answer to it. One at a time. */
  ask<Answer>(message: object): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts a file of this folder in a Node process of its own; it answers each message with { result } or { error }. */
export function startChild(file: string, options: { readonly execArgv?: readonly string[] } = {}): Child {
  const child = fork(join(import.meta.dirname, file), { execArgv: [...(options.execArgv ?? [])] });
  const exited = once(child, 'exit');
  return {
    pid: child.pid ?? 0,
    async ask<Answer>(message: object) {
      child.send(message);
      const [answer] = await Promise.race([
        once(child, 'message'),
        exited.then(() => {
          throw new Error(`${file} ended before it answered`);
        }),
      ]);
      if (typeof answer.error === 'string') throw new Error(`${file}: ${answer.error}`);
      return answer.result as Answer;
    },
    async stop() {
      child.kill();
      await exited;
    },
  };
}
