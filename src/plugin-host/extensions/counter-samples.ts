import type { CounterSample } from '@clusterdex/storage-contract';

export interface CounterSamples {
  sample(time: number): void;
  names(): readonly string[];
  samples(name: string): readonly CounterSample[];
}

/** An hour, of samples that are ten seconds apart. */
const kept = 360;

/** The last values of counters, as `read` tells them. */
export function createCounterSamples(read: () => ReadonlyMap<string, number>): CounterSamples {
  const samples = new Map<string, CounterSample[]>();
  return {
    sample(time) {
      for (const [name, value] of read()) {
        const list = samples.get(name);
        if (list === undefined) samples.set(name, [{ time, value }]);
        else if (list.push({ time, value }) > kept) list.shift();
      }
    },
    names: () => [...samples.keys()].sort(),
    samples: (name) => [...(samples.get(name) ?? [])],
  };
}
