/** Answers of somebody else, kept for a while; whoever asks the same meanwhile waits for the same answer. */
export interface DecisionCache<Decision> {
  /** What is kept under `key`, or what `ask` resolves with. What rejects is not kept. */
  decide(key: string, ask: () => Promise<Decision>): Promise<Decision>;
}

export interface DecisionCacheOptions<Decision> {
  /** Milliseconds that a decision holds; 0 keeps none. */
  readonly lifetime: (decision: Decision) => number;
  /** Milliseconds of a clock that only grows. */
  readonly now?: () => number;
}

interface Entry<Decision> {
  readonly decision: Promise<Decision>;
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

  return {
    decide(key, ask) {
      const known = entries.get(key);
      if (known !== undefined && known.until > now()) return known.decision;
      entries.delete(key);
      makeRoom();
      const decision = ask();
      const entry: Entry<Decision> = { decision, until: Number.POSITIVE_INFINITY };
      entries.set(key, entry);
      decision.then(
        (decided) => {
          entry.until = now() + lifetime(decided);
        },
        () => {
          if (entries.get(key) === entry) entries.delete(key);
        },
      );
      return decision;
    },
  };
}
