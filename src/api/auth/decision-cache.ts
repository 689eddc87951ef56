/** Answers of somebody else, kept for a while; whoever asks the same meanwhile waits for the same answer. */
export interface DecisionCache<Decision> {
  /**
   * What is kept under `key`, or what `ask` resolves with. What rejects is not kept. Who leaves by `gone` gets the reason of that signal, and
   * the signal of `ask` aborts when the last one has left who waits for it.
   */
  decide(key: string, ask: (signal: AbortSignal) => Promise<Decision>, gone: Gone): Promise<Decision>;
}

/** Aborts when nobody needs an answer any more. Called where there is something to wait for, because a signal costs more than a known answer. */
export type Gone = () => AbortSignal;

export interface DecisionCacheOptions<Decision> {
  /** Milliseconds that a decision holds; 0 keeps none. */
  readonly lifetime: (decision: Decision) => number;
  /** Milliseconds of a clock that only grows. */
  readonly now?: () => number;
}

interface Entry<Decision> {
  readonly decision: Promise<Decision>;
  /** Until it is decided. */
  asking: AbortController | undefined;
  waiting: number;
  until: number;
}

const mostEntries = 10_000;

export function createDecisionCache<Decision>(options: DecisionCacheOptions<Decision>): DecisionCache<Decision> {
  const { lifetime, now = () => performance.now() } = options;
  const entries = new Map<string, Entry<Decision>>();

  /** Those that were asked for first go first; they have the least time left. */
  function makeRoom(): void {
    for (const [key] of entries) {
      if (entries.size < mostEntries) return;
      entries.delete(key);
    }
  }

  function begin(key: string, ask: (signal: AbortSignal) => Promise<Decision>): Entry<Decision> {
    const asking = new AbortController();
    const decision = ask(asking.signal);
    const entry: Entry<Decision> = { decision, asking, waiting: 0, until: Number.POSITIVE_INFINITY };
    entries.set(key, entry);
    decision.then(
      (decided) => {
        entry.asking = undefined;
        entry.until = now() + lifetime(decided);
      },
      () => forget(key, entry),
    );
    return entry;
  }

  function forget(key: string, entry: Entry<Decision>): void {
    if (entries.get(key) === entry) entries.delete(key);
  }

  function wait(key: string, entry: Entry<Decision>, signal: AbortSignal): Promise<Decision> {
    entry.waiting++;
    return new Promise((resolve, reject) => {
      const leave = () => {
        reject(signal.reason);
        if (--entry.waiting > 0) return;
        // Whoever asks next must not come to wait for what was given up.
        forget(key, entry);
        entry.asking?.abort();
      };
      const stay = () => signal.removeEventListener('abort', leave);
      entry.decision.then(resolve, reject).finally(stay);
      if (signal.aborted) leave();
      else signal.addEventListener('abort', leave);
    });
  }

  return {
    decide(key, ask, gone) {
      const known = entries.get(key);
      const isKnown = known !== undefined && known.until > now();
      if (isKnown && known.asking === undefined) return known.decision;
      if (isKnown) return wait(key, known, gone());
      entries.delete(key);
      makeRoom();
      return wait(key, begin(key, ask), gone());
    },
  };
}
