import type { ClusterInventory, ResourceSyncReport } from '@clusterdex/storage-contract';

export const clusterColumns = ['NAME', 'VERSION', 'READY', 'SYNCING', 'OBJECTS', 'LAG', 'STATUS'];

/** One line about a cluster that is followed: how it is, how far it is read, how far it is behind. */
export function clusterRow(
  { cluster, version, health, resources, synchro, updatedAt }: ClusterInventory,
  now: number,
): string[] {
  if (synchro === undefined) {
    const types = resources.filter(({ storedAs }) => storedAs === undefined).length;
    return [
      cluster,
      version ?? '-',
      '-',
      `${types} types`,
      '-',
      '-',
      health.reason === 'Imported' ? 'imported' : 'not followed',
    ];
  }
  const followed = synchro.syncs.filter(({ status }) => status !== 'Unknown');
  const syncing = followed.filter(({ status, initialListPhase }) => status === 'Syncing' && initialListPhase !== true);
  const ready = synchro.conditions.find(({ type }) => type === 'Ready')?.status ?? 'Unknown';
  return [
    cluster,
    version ?? '-',
    ready,
    followed.length === 0 ? '-' : `${syncing.length}/${followed.length}`,
    count(followed.reduce((sum, { objects = 0 }) => sum + objects, 0)),
    lagOf(followed),
    statusOf({ synchro, updatedAt }, now),
  ];
}

/** The types of which something is to be said. */
export function troubledSyncs({ synchro }: ClusterInventory): readonly ResourceSyncReport[] {
  return (synchro?.syncs ?? []).filter(({ status, reason, lastError }) =>
    status !== 'Syncing' ? status !== 'Pending' : reason !== undefined || lastError !== undefined,
  );
}

export const staleAfter = 60_000;

function statusOf({ synchro, updatedAt }: Pick<ClusterInventory, 'synchro' | 'updatedAt'>, now: number): string {
  if (synchro === undefined) return '';
  // As a copy is.
  if (synchro.writer === '') return 'not followed';
  if (now - updatedAt > staleAfter) return `nobody has followed it for ${duration((now - updatedAt) / 1000)}`;
  const failing =
    synchro.conditions.find(({ type, status }) => type === 'ClusterHealthy' && status === 'False') ??
    synchro.conditions.find(({ type, status }) => type !== 'Ready' && status !== 'True');
  if (failing !== undefined) return failing.message === '' ? failing.reason : `${failing.reason}: ${failing.message}`;
  const reading = synchro.syncs.filter(
    ({ status, initialListPhase }) => status === 'Pending' || initialListPhase === true,
  );
  if (reading.length > 0) return `reading ${reading.length} ${reading.length === 1 ? 'type' : 'types'}`;
  const troubled = synchro.syncs.filter(({ status }) => status === 'Error' || status === 'Stop');
  const [first] = troubled;
  if (first !== undefined)
    return `${troubled.length} not followed: ${first.resource}: ${first.message ?? first.reason ?? first.status}`;
  return 'following';
}

function lagOf(syncs: readonly ResourceSyncReport[]): string {
  const lags = syncs.flatMap(({ lagSeconds }) => lagSeconds ?? []);
  return lags.length === 0 ? '-' : duration(Math.max(...lags));
}

export function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)}s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)}m`;
  return `${Math.round(seconds / 3600)}h`;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
