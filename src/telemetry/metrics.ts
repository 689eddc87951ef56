import { collectDefaultMetrics, Registry } from 'prom-client';

/** A registry of its own for each server, with the process's own metrics in it. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
