import { inspect } from 'node:util';
import type { StorageHost } from '@clusterdex/storage-contract';

/** A host that keeps what it is told. */
export function recordingHost() {
  const lines: string[] = [];
  const gauges = new Map<string, number>();
  const observed = new Map<string, number>();
  const log = (fields: object, message = '') => void lines.push(`${inspect(fields, { depth: 9 })} ${message}`);
  const host: Pick<StorageHost, 'logger' | 'metrics'> = {
    logger: { debug: log, info: log, warn: log, error: log },
    metrics: {
      counter: () => ({ increment() {} }),
      gauge: (name) => ({ set: (value) => void gauges.set(name, value) }),
      histogram: (name) => ({ observe: () => void observed.set(name, (observed.get(name) ?? 0) + 1) }),
    },
  };
  return { host, lines, gauges, observed };
}
