import type { OperationStatistics } from '@clusterdex/storage-contract';
import { Gauge, type Registry } from 'prom-client';
import { OperationHistogram, type OperationSeries } from './operation-histogram.js';

const names = ['storage', 'operation', 'code'] as const;
const buckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

interface Metrics {
  readonly durations: OperationHistogram;
  /** Calls under way, for each storage that is open. */
  readonly inFlight: Map<string, () => number>;
}

/** One set for each registry, whatever the number of storages that open and close in it. */
const metricsOf = new WeakMap<Registry, Metrics>();

export interface OperationMetrics {
  observe(operation: string, code: string, seconds: number): void;
  /** Everything since it was created. */
  totals(): readonly OperationStatistics[];
  /** The storage closed: it has no calls under way any more. */
  end(): void;
}

/** Measures the calls of one storage; the count of calls under way is read only when somebody scrapes. */
export function createOperationMetrics(storage: string, registry: Registry, inFlight: () => number): OperationMetrics {
  const metrics = metricsOf.get(registry) ?? createMetrics(registry);
  metrics.inFlight.set(storage, inFlight);
  const observers = new Map<string, Map<string, Observer>>();
  return {
    observe(operation, code, seconds) {
      let codes = observers.get(operation);
      if (codes === undefined) {
        codes = new Map();
        observers.set(operation, codes);
      }
      let observer = codes.get(code);
      if (observer === undefined) {
        observer = { series: metrics.durations.series({ storage, operation, code }), count: 0, seconds: 0 };
        codes.set(code, observer);
      }
      observer.count++;
      observer.seconds += seconds;
      metrics.durations.observeIn(observer.series, seconds);
    },
    totals: () =>
      [...observers].flatMap(([operation, codes]) =>
        [...codes].map(([code, { count, seconds }]) => ({ operation, code, count, seconds })),
      ),
    end() {
      if (metrics.inFlight.get(storage) === inFlight) metrics.inFlight.set(storage, () => 0);
    },
  };
}

interface Observer {
  readonly series: OperationSeries;
  count: number;
  seconds: number;
}

function createMetrics(registry: Registry): Metrics {
  const inFlight = new Map<string, () => number>();
  const durations = new OperationHistogram({
    name: 'clusterdex_storage_operation_duration_seconds',
    help: 'Time that calls to the storage took; of a list, the time spent waiting for its batches.',
    labelNames: names,
    buckets,
    registers: [registry],
  });
  new Gauge({
    name: 'clusterdex_storage_operations_in_flight',
    help: 'Calls to the storage that are under way; of a list, those that wait for a batch.',
    labelNames: ['storage'] as const,
    registers: [registry],
    collect() {
      for (const [storage, count] of inFlight) this.set({ storage }, count());
    },
  });
  const metrics = { durations, inFlight };
  metricsOf.set(registry, metrics);
  return metrics;
}
