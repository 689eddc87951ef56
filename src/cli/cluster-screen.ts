import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterInventory, ResourceSyncReport, StorageFactory } from '@clusterdex/storage-contract';
import { clusterColumns, clusterRow, duration, staleAfter, troubledSyncs } from './cluster-rows.js';
import { formatTable } from './format-table.js';
import { createLiveScreen } from './live-screen.js';
import { untilSignal } from './until-signal.js';

const refreshEvery = 1000;
const mostTroubles = 10;

export interface ScreenOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** A line for each type, too. */
  readonly types: boolean;
}

/** All clusters with how they are followed, and the types of which something is to be said. */
export function clusterScreen(
  inventories: readonly ClusterInventory[],
  { now, types }: ScreenOptions,
): readonly string[] {
  if (inventories.length === 0) return ['No clusters yet. Follow some: clusterdex serve --kubeconfig'];
  const table = formatTable(
    clusterColumns,
    inventories.map((inventory) => clusterRow(inventory, now)),
  );
  // Who has said nothing for a while follows nothing any more.
  const fresh = inventories.filter(({ updatedAt }) => now - updatedAt <= staleAfter);
  const writers = [...new Set(fresh.flatMap(({ synchro }) => synchro?.writer || []))];
  const lines = [
    ...table.split('\n'),
    '',
    writers.length === 0 ? 'nobody follows them' : `followed by ${writers.join(', ')}`,
  ];
  const syncs = inventories.flatMap((inventory) =>
    (types ? (inventory.synchro?.syncs ?? []) : troubledSyncs(inventory)).map((sync) =>
      typeRow(inventory.cluster, sync),
    ),
  );
  if (syncs.length === 0) return lines;
  const shown = types ? syncs : syncs.slice(0, mostTroubles);
  const more = syncs.length > shown.length ? [`… and ${syncs.length - shown.length} more; --types shows them all`] : [];
  return [...lines, '', ...formatTable(typeColumns, shown).split('\n'), ...more];
}

const typeColumns = ['CLUSTER', 'RESOURCE', 'VERSION', 'STATUS', 'OBJECTS', 'LAG', 'LAST ERROR'];

function typeRow(cluster: string, sync: ResourceSyncReport): readonly string[] {
  const { group, resource, version, storageVersion, status, reason, objects, lagSeconds, lastError, message } = sync;
  return [
    cluster,
    group === '' ? resource : `${resource}.${group}`,
    storageVersion === undefined ? version || '-' : `${version} as ${storageVersion}`,
    reason === undefined ? status : `${status} (${reason})`,
    objects === undefined ? '-' : objects.toLocaleString('en-US'),
    lagSeconds === undefined ? '-' : duration(lagSeconds),
    (lastError ?? message ?? '').slice(0, 120),
  ];
}

/** Draws the screen anew until SIGINT or SIGTERM; where there is no terminal, prints it whenever it has changed. */
export async function watchClusters(factory: StorageFactory, { types }: { readonly types: boolean }): Promise<void> {
  const interrupted = untilSignal();
  const screen = createLiveScreen(process.stdout);
  let printed = '';
  while (!interrupted.signal.aborted) {
    const now = Date.now();
    const lines = await factory.clusterInventories().then(
      (inventories) => clusterScreen(inventories, { now, types }),
      (error: unknown) => [`cannot read the storage: ${error instanceof Error ? error.message : String(error)}`],
    );
    const text = lines.join('\n');
    if (process.stdout.isTTY) screen.draw([...lines, '', new Date(now).toLocaleTimeString()]);
    else if (text !== printed) process.stdout.write(`${text}\n\n`);
    printed = text;
    await delay(refreshEvery, undefined, { signal: interrupted.signal }).catch(() => {});
  }
  interrupted.stop();
  // What was seen last stays on the terminal.
  process.exitCode = interrupted.exitCode() === 143 ? 143 : 0;
}
