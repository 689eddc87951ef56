/**
 * What all writers of a storage may hold and do together: bytes that wait to be written, and writes that are under way. Whoever wants
 * more waits, and reads nothing from its cluster meanwhile.
 */
export interface WriteBudget {
  /** Resolves when there is room for so many bytes; one alone may exceed the whole. Rejects when the signal aborts. */
  reserve(bytes: number, signal: AbortSignal): Promise<void> | undefined;
  release(bytes: number): void;
  /** Runs `act` when fewer than the allowed writes are under way. Rejects when the signal aborts before. */
  write<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T>;
  readonly waitingBytes: number;
}

export interface WriteBudgetOptions {
  /** 32 MiB unless told. */
  readonly bytes?: number;
  /** 4 unless told. */
  readonly writes?: number;
}

export function createWriteBudget({ bytes: most = 32 << 20, writes = 4 }: WriteBudgetOptions = {}): WriteBudget {
  const queue: { readonly bytes: number; readonly admit: () => void }[] = [];
  const waitingWrites: (() => void)[] = [];
  let held = 0;
  let running = 0;

  const fits = (bytes: number) => held === 0 || held + bytes <= most;
  function admitNext(): void {
    for (let next = queue[0]; next !== undefined && fits(next.bytes); next = queue[0]) {
      queue.shift();
      held += next.bytes;
      next.admit();
    }
  }

  /** The writes of others may take as long as their storage does not answer. */
  function turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      const abort = () => {
        waitingWrites.splice(waitingWrites.indexOf(begin), 1);
        reject(signal.reason as Error);
      };
      if (signal.aborted) return reject(signal.reason as Error);
      signal.addEventListener('abort', abort, { once: true });
      waitingWrites.push(begin);
    });
  }

  return {
    get waitingBytes() {
      return held;
    },
    reserve(bytes, signal) {
      if (queue.length === 0 && fits(bytes)) {
        held += bytes;
        return undefined;
      }
      return new Promise<void>((resolve, reject) => {
        const abort = () => {
          const at = queue.indexOf(entry);
          if (at !== -1) queue.splice(at, 1);
          reject(signal.reason as Error);
        };
        const entry = {
          bytes,
          admit() {
            signal.removeEventListener('abort', abort);
            resolve();
          },
        };
        if (signal.aborted) return abort();
        signal.addEventListener('abort', abort, { once: true });
        queue.push(entry);
      });
    },
    release(bytes) {
      held -= bytes;
      admitNext();
    },
    async write(act, signal) {
      if (running >= writes) await turn(signal);
      else running++;
      try {
        return await act();
      } finally {
        const next = waitingWrites.shift();
        if (next === undefined) running--;
        else next();
      }
    },
  };
}
