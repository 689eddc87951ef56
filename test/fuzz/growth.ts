import type { Round } from './fuzz-server.js';

/** Megabytes by which the resident memory may grow from the first to the second half of a run; a short one fills caches all along. */
export function mostGrowth(requests: number): number {
  return requests < 50_000 ? 128 : 64;
}

/**
 * By how many megabytes the least resident memory of the last three rounds exceeds that of the third to fifth: the first ones fill caches,
 * and between two collections of garbage the memory of any process goes up and down. Undefined on a system without /proc.
 */
export function growthOf(rounds: readonly Round[]): number | undefined {
  const least = (some: readonly Round[]) => Math.min(...some.map((round) => round.residentBytes ?? Number.NaN));
  const growth = least(rounds.slice(-3)) - least(rounds.slice(2, 5));
  return Number.isNaN(growth) ? undefined : growth / 2 ** 20;
}
