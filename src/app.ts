import { createApiServer } from './api/api-server.js';
import { type CertificateSource, openCertificateSource } from './api/certificate-source.js';
import type { CertificateFiles } from './config/certificate-files.js';
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
  /** Where to serve plain http. */
  readonly address?: ListenAddress | undefined;
  /** Where to serve https, and with which certificate. */
  readonly secure?: SecureSettings | undefined;
  readonly gates: FeatureGates;
  readonly logger: Logger;
  /** Milliseconds since the epoch, for the ages in Tables; those of the machine unless told. */
  readonly now?: () => number;
}

export interface SecureSettings {
  readonly address: ListenAddress;
  readonly files: CertificateFiles;
}

export interface App {
  /** Of https before plain http. */
  readonly urls: readonly string[];
  /** The first of them. */
  readonly url: string;
  readonly storageName: string;
  /** Ends what is being answered when `signal` aborts at the latest, then closes the storage. */
  stop(signal: AbortSignal): Promise<void>;
}

/** Puts the parts together and serves. What was opened before something fails is closed again. */
export async function startApp(app: AppSettings): Promise<App> {
  const { storage: settings, address, secure, gates, logger } = app;
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
  let certificate: CertificateSource | undefined;

  async function stop(signal: AbortSignal): Promise<void> {
    stopping.abort();
    certificate?.close();
    await server.stop(signal);
    await storage.close();
  }

  try {
    const urls: string[] = [];
    if (secure !== undefined) {
      certificate = await openCertificate(secure, logger);
      urls.push(await server.listen({ ...secure.address, certificate }));
    }
    if (address !== undefined) urls.push(await server.listen(address));
    const [url] = urls;
    if (url === undefined) throw new TypeError('there has to be an address to serve at');
    return { url, urls, storageName, stop };
  } catch (error) {
    await stop(AbortSignal.abort());
    throw error;
  }
}

/** A self-signed certificate has to name the address that it is served at, unless that stands for all there are. */
function openCertificate({ address: { host }, files }: SecureSettings, logger: Logger): Promise<CertificateSource> {
  const hosts = host === '0.0.0.0' || host === '::' ? [] : [host];
  return openCertificateSource({ files, hosts, logger });
}
