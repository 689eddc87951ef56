import type { KeyValueStore, PluginLogger } from '../storage-host.js';
import type { PluginRoute, RouteRequest, RouteResponse } from './plugin-route.js';

/** What a plugin may do while it stands by: log, read its settings, and know who is active. */
export interface StandbyHost {
  readonly logger: PluginLogger;
  /** As they were when standing by began. */
  readonly keyValue: Pick<KeyValueStore, 'get' | 'keys'>;
  /** See StorageHost. */
  activeUri(): string | undefined;
}

/** A route that a process answers while it stands by; as a PluginRoute otherwise. */
export interface StandbyRoute extends Omit<PluginRoute, 'handler'> {
  handler(request: RouteRequest, host: StandbyHost): Promise<RouteResponse> | RouteResponse;
}

/**
 * The part of a plugin for processes that do not hold the lease of the writer. The others of its routes are redirected to the active process
 * (307), or answered 503 while nobody knows where that is.
 */
export interface StandbyPart {
  readonly routes?: readonly StandbyRoute[];
  /**
   * Begins each time that the process begins to stand by; resolves soon after the signal aborts, before `serve` of the plugin begins. To end or fail
   * before that is a failure, after which it begins again as `serve` does.
   */
  serve?(host: StandbyHost, signal: AbortSignal): Promise<void>;
}
