import type { ClusterInventory } from '@clusterdex/storage-contract';
import { Counter, Gauge, type Registry } from 'prom-client';

export interface ClusterMetricsSource {
  inventories(): readonly ClusterInventory[];
  connections(): number;
  isWriter(): boolean;
  leaseLosses(): number;
}

/** `clusterdex_cluster_…`, worked out when they are asked for. */
export function registerClusterMetrics(registry: Registry, source: ClusterMetricsSource): void {
  const registers = [registry];
  new Gauge({
    name: 'clusterdex_cluster_condition',
    help: 'Conditions of the clusters that this process follows: 1 true, 0 false, -1 unknown',
    labelNames: ['cluster', 'condition', 'reason'],
    registers,
    collect() {
      this.reset();
      for (const { cluster, synchro } of source.inventories()) {
        for (const { type, status, reason } of synchro?.conditions ?? []) {
          this.set({ cluster, condition: type, reason }, values[status]);
        }
      }
    },
  });
  new Gauge({
    name: 'clusterdex_cluster_resource_types',
    help: 'Resource types of the clusters that this process follows, by the status of their sync',
    labelNames: ['cluster', 'status'],
    registers,
    collect() {
      this.reset();
      for (const { cluster, synchro } of source.inventories()) {
        for (const { status } of synchro?.syncs ?? []) this.inc({ cluster, status });
      }
    },
  });
  new Gauge({
    name: 'clusterdex_cluster_connections',
    help: 'Network connections to API servers that are open',
    registers,
    collect() {
      this.set(source.connections());
    },
  });
  new Gauge({
    name: 'clusterdex_synchro_writer',
    help: 'Whether this process writes (1) or stands by (0)',
    registers,
    collect() {
      this.set(source.isWriter() ? 1 : 0);
    },
  });
  new Counter({
    name: 'clusterdex_synchro_lease_losses_total',
    help: 'How often this process lost the right to write, which it had',
    registers,
    collect() {
      this.reset();
      this.inc(source.leaseLosses());
    },
  });
}

const values = { True: 1, False: 0, Unknown: -1 } as const;
