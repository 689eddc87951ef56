import { createApiServer } from './api/api-server.js';
import { loadContinueKey } from './config/continue-key.js';
import { makeDataDirectory } from './config/data-directory.js';
import type { ListenAddress } from './config/listen-address.js';
import type { StorageSettings } from './config/storage-settings.js';
import { openStorage } from './plugin-host/open-storage.js';
import { createContinueTokens } from './query/continue-tokens.js';
import type { FeatureGates } from './query/feature-gates.js';
import type { Logger } from './telemetry/logger.js';
import { createRegistry } from './telemetry/metrics.js';

export interface AppSettings {
  readonly storage: StorageSettings;
  readonly address: ListenAddress;
  readonly gates: FeatureGates;
  readonly logger: Logger;
  /** Milliseconds since the epoch, for the ages in Tables; those of the machine unless told. */
  readonly now?: () => number;
}

export interface App {
  readonly url: string;
  readonly storageName: string;
  /** Ends what is being answered when `signal` aborts at the latest, then closes the storage. */
  stop(signal: AbortSignal): Promise<void>;
}

/** Puts the parts together and serves. What was opened before something fails is closed again. */
export async function startApp(app: AppSettings): Promise<App> {
  const { storage: settings, address, gates, logger } = app;
  makeDataDirectory(settings.dataDirectory);
  const registry = createRegistry();
  const stopping = new AbortController();
  const continueTokens = createContinueTokens(loadContinueKey(settings.dataDirectory));
  const storage = await openStorage({ ...settings, logger, registry, signal: stopping.signal });
  const { name: storageName, factory } = storage;
  const canWatch = storage.capabilities.watch;
  const server = createApiServer({
    factory,
    storageName,
    canWatch,
    gates,
    continueTokens,
    logger,
    registry,
    ...(app.now && { now: app.now }),
  });
  try {
    const url = await server.listen(address);
    return {
      url,
      storageName,
      async stop(signal) {
        stopping.abort();
        await server.stop(signal);
        await storage.close();
      },
    };
  } catch (error) {
    await storage.close();
    throw error;
  }
}
