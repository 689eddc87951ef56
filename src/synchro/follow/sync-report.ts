import type { ResourceSyncReport } from '@clusterdex/storage-contract';
import { formatTime } from '../cluster/conditions.js';
import type { MissingResource, PlannedSync } from '../discovery/negotiate.js';
import type { ResourceSyncStatus } from '../resource-sync/resource-sync.js';

/** Why a type is not followed at the moment, whatever its sync says. */
export interface SyncPause {
  readonly reason: 'Pause' | 'SynchroRemoved' | 'CleanResourceFailed' | 'DiscoveryFailed';
  readonly message: string;
}

/** How a type is followed, in the words of Clusterpedia. */
export function reportSync(
  planned: PlannedSync,
  status: ResourceSyncStatus | undefined,
  pause?: SyncPause,
): ResourceSyncReport {
  const { source, storage } = planned;
  const lastError = status?.lastError?.message;
  return {
    group: source.group,
    resource: source.resource,
    version: source.version,
    ...(storage.version === source.version ? {} : { storageVersion: storage.version }),
    kind: source.kind,
    namespaced: source.namespaced,
    ...stateOf(status, pause),
    lastTransitionTime: formatTime(status?.changedAt ?? Date.now()),
    ...(status === undefined ? {} : { objects: status.objects }),
    ...(status?.lagSeconds === undefined ? {} : { lagSeconds: Math.round(status.lagSeconds * 10) / 10 }),
    ...(lastError === undefined ? {} : { lastError }),
  };
}

type State = Pick<ResourceSyncReport, 'status' | 'reason' | 'message' | 'initialListPhase'>;

function stateOf(status: ResourceSyncStatus | undefined, pause: SyncPause | undefined): State {
  if (pause !== undefined) return { status: 'Stop', ...pause };
  if (status === undefined) return { status: 'Pending', reason: 'SynchroCreating' };
  const initial = status.initialList ? { initialListPhase: true } : {};
  const why = {
    ...(status.reason === undefined ? {} : { reason: status.reason }),
    ...(status.message === undefined ? {} : { message: status.message }),
  };
  switch (status.phase) {
    case 'pending':
    case 'listing':
      return { status: 'Pending', ...why, ...initial };
    case 'watching':
      return { status: 'Syncing', ...why, ...initial };
    case 'waiting':
      // Clusterpedia spells it so, and dashboards look for it.
      if (status.reason === 'StorageUnavailable') return { status: 'Stop', ...why, reason: 'StorageExpection' };
      return { status: 'Error', reason: 'ResourceWatchFailed', ...why };
    case 'stopped':
      return { status: 'Stop', ...why };
  }
}

/** What was asked for and is not served; Clusterpedia leaves it out. */
export function reportMissing({ group, resource, reason, message }: MissingResource, now: number): ResourceSyncReport {
  return {
    group,
    resource,
    version: '',
    kind: '',
    namespaced: false,
    status: 'Unknown',
    reason,
    message,
    lastTransitionTime: formatTime(now),
  };
}
