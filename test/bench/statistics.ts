export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(middle)] ?? Number.NaN;
  return (low + high) / 2;
}

export interface Pair {
  /** Medians of what was measured in each round. */
  readonly subject: number;
  readonly limit: number;
  /** Median of the rounds' ratios, subject to limit. */
  readonly ratio: number;
}

/**
 * Measures a subject and its limit by turns, so that a slow moment of the machine meets both. In every other round the limit comes first.
 */
export async function interleave(
  rounds: number,
  measure: { readonly subject: () => Promise<number>; readonly limit: () => Promise<number> },
): Promise<Pair> {
  const subject: number[] = [];
  const limit: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (round % 2 === 0) {
      subject.push(await measure.subject());
      limit.push(await measure.limit());
    } else {
      limit.push(await measure.limit());
      subject.push(await measure.subject());
    }
  }
  const ratios = subject.map((value, round) => value / (limit[round] ?? Number.NaN));
  return { subject: median(subject), limit: median(limit), ratio: median(ratios) };
}
