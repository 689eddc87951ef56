import type { PluginMetrics } from '@clusterdex/storage-contract';

export interface PoolState {
  readonly open: number;
  readonly busy: number;
  readonly waiting: number;
}

/** How full a pool is, as metrics. */
export class PoolGauges {
  readonly #open;
  readonly #busy;
  readonly #waiting;
  readonly #state: () => PoolState;

  constructor(metrics: PluginMetrics, kind: 'reads' | 'writes', state: () => PoolState) {
    this.#open = metrics.gauge(`${kind}_connections_open`, `Connections for ${kind}, busy or idle`);
    this.#busy = metrics.gauge(`${kind}_connections_busy`, `Connections for ${kind} that somebody uses`);
    this.#waiting = metrics.gauge(`${kind}_connections_waiting`, `Who waits for a connection for ${kind}`);
    this.#state = state;
    this.#set();
  }

  /** To be called when the pool may have changed: it is looked at when what is going on has come to its end. */
  readonly changed = (): void => {
    queueMicrotask(() => this.#set());
  };

  #set(): void {
    const { open, busy, waiting } = this.#state();
    this.#open.set(open);
    this.#busy.set(busy);
    this.#waiting.set(waiting);
  }
}
