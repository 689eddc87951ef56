import { Gauge, Histogram, type Registry } from 'prom-client';

/** Where an answer's time and code are counted. */
export interface RequestMetrics {
  /** `seconds` until the answer was handed over for sending. `resource` is the plural with its group, or '' for anything else. */
  observe(verb: string, resource: string, outcome: { readonly code: number; readonly seconds: number }): void;
}

const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function createRequestMetrics(registry: Registry, inFlight: () => number): RequestMetrics {
  const histogram = new Histogram({
    name: 'clusterdex_request_duration_seconds',
    help: 'Time until an answer was handed over for sending, by verb, resource and status code.',
    labelNames: ['verb', 'resource', 'code'],
    buckets,
    registers: [registry],
  });
  new Gauge({
    name: 'clusterdex_requests_in_flight',
    help: 'Requests that are being answered.',
    registers: [registry],
    collect() {
      this.set(inFlight());
    },
  });
  const children = new Map<string, { observe(seconds: number): void }>();
  return {
    observe(verb, resource, { code, seconds }) {
      const key = `${verb} ${resource} ${code}`;
      let child = children.get(key);
      if (child === undefined) {
        child = histogram.labels(verb, resource, String(code));
        children.set(key, child);
      }
      child.observe(seconds);
    },
  };
}
