import type { ResourceSync, ResourceSyncOptions } from './resource-sync.js';

/** Begins nothing before `run`. */
export function createResourceSync(options: ResourceSyncOptions): ResourceSync {
  throw new TypeError(`syncing ${options.resourceType.resource} is not built yet`);
}
