import { Counter, type Registry } from 'prom-client';
import type { Turn } from './turns.js';

/** Counts how often the own work of a plugin ended before it was told to; the same metric for all plugins of a registry. */
export function createServeFailures(plugin: string, registry: Registry): (role: Turn) => void {
  const counter = counterOf(registry);
  return (role) => counter.inc({ plugin, role });
}

function counterOf(registry: Registry): Counter<'plugin' | 'role'> {
  const existing: unknown = registry.getSingleMetric('clusterdex_plugin_serve_failures_total');
  if (existing instanceof Counter) return existing;
  return new Counter({
    name: 'clusterdex_plugin_serve_failures_total',
    help: 'How often the own work of a plugin failed or ended before it was told to; it begins again each time.',
    labelNames: ['plugin', 'role'],
    registers: [registry],
  });
}
