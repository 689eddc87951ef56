import { setTimeout as delay } from 'node:timers/promises';

/** Time, for those who wait: a test gives its own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after so many milliseconds, or as soon as the signal aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** From 0 to below 1, for jitter. */
  random(): number;
}

export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  sleep: (milliseconds: number, signal: AbortSignal) => delay(milliseconds, undefined, { signal }).catch(() => {}),
  random: () => Math.random(),
});
