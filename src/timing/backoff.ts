import type { Clock } from './clock.js';

export interface BackoffOptions {
  /** Milliseconds of the first wait; 800 unless told. */
  readonly first?: number;
  /** Milliseconds of the longest wait; 30,000 unless told. */
  readonly longest?: number;
}

/** Waits that double, with jitter, so that many who failed at once do not come back at once. */
export class Backoff {
  private next: number;

  constructor(
    private readonly clock: Clock,
    private readonly options: BackoffOptions = {},
  ) {
    this.next = options.first ?? 800;
  }

  /** From half to all of what is due; at least `least` milliseconds. Resolves early when the signal aborts. */
  async wait(signal: AbortSignal, least = 0): Promise<void> {
    const due = this.next;
    this.next = Math.min(2 * due, this.options.longest ?? 30_000);
    await this.clock.sleep(Math.max(least, due * (0.5 + this.clock.random() / 2)), signal);
  }

  reset(): void {
    this.next = this.options.first ?? 800;
  }
}
