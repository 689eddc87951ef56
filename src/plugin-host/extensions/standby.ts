import type { PluginRoute, StandbyHost, StandbyPart } from '@clusterdex/storage-contract';
import type { Logger } from 'pino';
import type { SettingsFile } from '../key-value-file.js';

export interface StandbyParts {
  /** The plugin's own. */
  readonly logger: Logger;
  readonly settings: SettingsFile;
  readonly activeUri: () => string | undefined;
}

export interface BoundStandby {
  readonly routes: readonly PluginRoute[];
  readonly serve: ((signal: AbortSignal) => Promise<void>) | undefined;
}

/** The part of a plugin for standby, with the little that it is given of the host. */
export function bindStandby(standby: StandbyPart | undefined, parts: StandbyParts): BoundStandby {
  const { logger, settings, activeUri } = parts;
  const host: StandbyHost = Object.freeze({
    logger,
    keyValue: Object.freeze({ get: settings.get, keys: settings.keys }),
    activeUri,
  });
  const routes = (standby?.routes ?? []).map(
    (route): PluginRoute => ({ ...route, handler: (request) => route.handler(request, host) }),
  );
  const serve = standby?.serve?.bind(standby);
  return { routes, serve: serve && ((signal) => serve(host, signal)) };
}
