import type { PluginMetrics } from '@clusterdex/storage-contract';
import type { Pool } from 'pg';

/** How full a pool is, as metrics. */
export class PoolGauges {
  readonly #open;
  readonly #busy;
  readonly #waiting;

  constructor(metrics: PluginMetrics, kind: 'reads' | 'writes') {
    this.#open = metrics.gauge(`${kind}_connections_open`, `Connections for ${kind}, busy or idle`);
    this.#busy = metrics.gauge(`${kind}_connections_busy`, `Connections for ${kind} that somebody uses`);
    this.#waiting = metrics.gauge(`${kind}_connections_waiting`, `Who waits for a connection for ${kind}`);
  }

  follow(pool: Pool): void {
    const set = () => {
      this.#open.set(pool.totalCount);
      this.#busy.set(pool.totalCount - pool.idleCount);
      this.#waiting.set(pool.waitingCount);
    };
    set();
    // The pool tells before it has put a connection away.
    const later = () => queueMicrotask(set);
    for (const event of ['connect', 'acquire', 'release', 'remove'] as const) pool.on(event as 'connect', later);
  }
}
