import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RequestKind } from '../reflector/reflector.js';

/** Metrics of all syncs of a process, by cluster and resource (`deployments.apps`). */
export interface ResourceSyncMetrics {
  objects(cluster: string, resource: string, count: number): void;
  /** `result`: written, deleted, unchanged, filtered, failed. */
  counted(cluster: string, resource: string, result: string, by?: number): void;
  /** `what`: list, watch; `outcome`: ok, expired, or the kind of a ConnectionError. */
  asked(cluster: string, resource: string, what: RequestKind, outcome: string): void;
  wrote(seconds: number, objects: number): void;
  /** For scrapes: seconds that the type is behind. */
  lag(cluster: string, resource: string, read: (() => number | undefined) | undefined): void;
  /** The type is not synced any more. */
  forget(cluster: string, resource: string): void;
}

const results = ['written', 'deleted', 'unchanged', 'filtered', 'failed'] as const;

/** `clusterdex_synchro_…`; once for a registry. */
export function createResourceSyncMetrics(registry: Registry): ResourceSyncMetrics {
  const registers = [registry];
  const labelNames = ['cluster', 'resource'];
  const lags = new Map<string, { readonly labels: Record<string, string>; readonly read: () => number | undefined }>();
  const objects = new Gauge({
    name: 'clusterdex_synchro_objects',
    help: 'Objects stored',
    labelNames,
    registers,
  });
  const counted = new Counter({
    name: 'clusterdex_synchro_changes_total',
    help: `Objects that came, by what became of them: ${results.join(', ')}`,
    labelNames: [...labelNames, 'result'],
    registers,
  });
  const asked = new Counter({
    name: 'clusterdex_synchro_requests_total',
    help: 'Lists, watches and checks of how far the history of the server goes, by how they ended',
    labelNames: [...labelNames, 'what', 'outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'clusterdex_synchro_write_seconds',
    help: 'Time to write a batch',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const batch = new Histogram({
    name: 'clusterdex_synchro_batch_objects',
    help: 'Objects in a batch',
    buckets: [1, 5, 10, 50, 100, 250, 500, 1000],
    registers,
  });
  const lag = new Gauge({
    name: 'clusterdex_synchro_lag_seconds',
    help: 'How long what is stored has been behind the cluster, as far as is known',
    labelNames,
    registers,
    collect() {
      for (const { labels, read } of lags.values()) {
        const value = read();
        if (value !== undefined) this.set(labels, value);
      }
    },
  });
  return Object.freeze({
    objects: (cluster: string, resource: string, count: number) => objects.set({ cluster, resource }, count),
    counted: (cluster: string, resource: string, result: string, by = 1) =>
      counted.inc({ cluster, resource, result }, by),
    asked: (cluster: string, resource: string, what: string, outcome: string) =>
      asked.inc({ cluster, resource, what, outcome }),
    wrote(time: number, count: number) {
      seconds.observe(time);
      batch.observe(count);
    },
    lag(cluster: string, resource: string, read: (() => number | undefined) | undefined) {
      const key = `${cluster}/${resource}`;
      if (read === undefined) lags.delete(key);
      else lags.set(key, { labels: { cluster, resource }, read });
    },
    forget(cluster: string, resource: string) {
      lags.delete(`${cluster}/${resource}`);
      objects.remove({ cluster, resource });
      lag.remove({ cluster, resource });
      for (const result of results) counted.remove({ cluster, resource, result });
    },
  });
}
