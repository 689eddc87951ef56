import { Counter, Histogram, type Registry } from 'prom-client';

/** What each step did, and how long it took. */
export interface PipelineMetrics {
  /** `result`: ok, filtered, replaced, ignored (it failed, and the object goes on), refused. */
  count(step: string, result: string): void;
  time(step: string, seconds: number): void;
}

/** `clusterdex_synchro_step_…`; once for a registry. */
export function createPipelineMetrics(registry: Registry): PipelineMetrics {
  const registers = [registry];
  const objects = new Counter({
    name: 'clusterdex_synchro_step_objects_total',
    help: 'Objects that came to a step of the pipeline, by what it did',
    labelNames: ['step', 'result'],
    registers,
  });
  const seconds = new Histogram({
    name: 'clusterdex_synchro_step_seconds',
    help: 'Time that a reconciler took for an object',
    labelNames: ['step'],
    buckets: [0.00001, 0.0001, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10],
    registers,
  });
  return Object.freeze({
    count: (step: string, result: string) => objects.inc({ step, result }),
    time: (step: string, value: number) => seconds.observe({ step }, value),
  });
}
