import type { PluginMetrics } from '@clusterdex/storage-contract';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Metrics of one plugin in the server's registry, each called `clusterdex_<kind>_<plugin>_<name>`; the same name gives the same metric. */
export function createPluginMetrics(plugin: string, registry: Registry, kind = 'storage'): PluginMetrics {
  const prefix = `clusterdex_${kind}_${plugin.replaceAll('-', '_')}_`;
  const complete = (name: string): string => {
    if (!/^[a-z][a-z0-9_]*$/.test(name))
      throw new Error(`metric name "${name}" of ${kind} ${plugin} must match ^[a-z][a-z0-9_]*$`);
    return prefix + name;
  };
  const existing = <T>(name: string, type: abstract new (...args: never[]) => T): T | undefined => {
    const metric: unknown = registry.getSingleMetric(name);
    if (metric === undefined || metric instanceof type) return metric;
    throw new Error(`metric ${name} exists already as another kind of metric`);
  };
  return Object.freeze({
    counter(name: string, help: string) {
      const full = complete(name);
      const metric = existing(full, Counter) ?? new Counter({ name: full, help, registers: [registry] });
      return { increment: (by = 1) => metric.inc(by) };
    },
    gauge(name: string, help: string) {
      const full = complete(name);
      const metric = existing(full, Gauge) ?? new Gauge({ name: full, help, registers: [registry] });
      return { set: (value: number) => metric.set(value) };
    },
    histogram(name: string, help: string, buckets?: readonly number[]) {
      const full = complete(name);
      const options = { name: full, help, registers: [registry], ...(buckets ? { buckets: [...buckets] } : {}) };
      const metric = existing(full, Histogram) ?? new Histogram(options);
      return { observe: (seconds: number) => metric.observe(seconds) };
    },
  });
}
