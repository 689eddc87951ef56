import type { PluginLogger } from '@clusterdex/storage-contract';

/** A plan is asked for again for the same statement after so long. */
const planEveryMilliseconds = 60_000;
const remembered = 200;
/** Of more, such as a batch that is written, no plan is asked for. */
const mostBytes = 65_536;

export type Explain = (text: string, values: readonly unknown[]) => Promise<readonly string[] | undefined>;

/** Logs statements that took long, with the plan: what values a statement had never gets into the log. */
export class SlowStatements {
  readonly #logger: PluginLogger;
  readonly #milliseconds: number;
  readonly #explain: Explain;
  readonly #explained = new Map<string, number>();

  /** `milliseconds`: 0 logs none. `explain` resolves to undefined when there is no connection to spare. */
  constructor(options: { readonly logger: PluginLogger; readonly milliseconds: number; readonly explain: Explain }) {
    this.#logger = options.logger;
    this.#milliseconds = options.milliseconds;
    this.#explain = options.explain;
  }

  observe(milliseconds: number, text: string, values: readonly unknown[]): void {
    if (this.#milliseconds === 0 || milliseconds <= this.#milliseconds) return;
    void this.#log(Math.round(milliseconds), text, values);
  }

  async #log(milliseconds: number, statement: string, values: readonly unknown[]): Promise<void> {
    let plan: readonly string[] | undefined;
    if (this.#isToExplain(statement, values)) {
      try {
        plan = (await this.#explain(statement, values))?.map(withoutValues);
      } catch (error) {
        this.#logger.debug({ error: String(error) }, 'no plan of a slow statement');
      }
    }
    this.#logger.warn({ milliseconds, statement, ...(plan && { plan }) }, 'slow statement');
  }

  #isToExplain(statement: string, values: readonly unknown[]): boolean {
    if (!/^\s*(?:SELECT|WITH|INSERT|UPDATE|DELETE)\b/i.test(statement)) return false;
    const now = performance.now();
    if (now - (this.#explained.get(statement) ?? Number.NEGATIVE_INFINITY) < planEveryMilliseconds) return false;
    if (values.reduce<number>((sum, value) => sum + sizeOf(value), 0) > mostBytes) return false;
    if (this.#explained.size === remembered) this.#explained.clear();
    this.#explained.set(statement, now);
    return true;
  }
}

const sizeOf = (value: unknown): number =>
  typeof value === 'string' || value instanceof Uint8Array ? value.length : 8;

/** A planner knows the values, and repeats them in quotes. */
const withoutValues = (line: string): string => line.replace(/'(?:[^']|'')*'/g, "'…'");
