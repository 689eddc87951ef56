export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(middle)] ?? Number.NaN;
  return (low + high) / 2;
}

/** One run. */
export interface Measurement {
  readonly perSecond: number;
  /** Processor time of the measured process for one piece of work, in microseconds; undefined where the system does not say. */
  readonly processorMicroseconds: number | undefined;
}

export interface Pair {
  /** Medians over the rounds, per second. */
  readonly subject: number;
  readonly limit: number;
  /** Median of the rounds' ratios, subject to limit, by the clock. */
  readonly ratio: number;
  /** The same by processor time: what else runs on the machine hardly changes it. */
  readonly processorRatio: number | undefined;
}

/**
 * Measures a subject and its limit by turns, so that a slow moment of the machine meets both. In every other round the limit comes first.
 */
export async function interleave(
  rounds: number,
  measure: { readonly subject: () => Promise<Measurement>; readonly limit: () => Promise<Measurement> },
): Promise<Pair> {
  const subject: Measurement[] = [];
  const limit: Measurement[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const turns = [async () => subject.push(await measure.subject()), async () => limit.push(await measure.limit())];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
  }
  return comparePairs(subject, limit);
}

export function comparePairs(subject: readonly Measurement[], limit: readonly Measurement[]): Pair {
  const speed = (runs: readonly Measurement[]): number => median(runs.map(({ perSecond }) => perSecond));
  const cost = (runs: readonly Measurement[]): number =>
    median(runs.map((run) => run.processorMicroseconds ?? Number.NaN));
  const ratios = subject.map(({ perSecond }, round) => perSecond / (limit[round]?.perSecond ?? Number.NaN));
  const processorRatio = cost(limit) / cost(subject);
  return {
    subject: speed(subject),
    limit: speed(limit),
    ratio: median(ratios),
    processorRatio: Number.isNaN(processorRatio) ? undefined : processorRatio,
  };
}
