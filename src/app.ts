import type { Registry } from 'prom-client';
import { createApiServer } from './api/api-server.js';
import { openAuditLog } from './api/audit/audit-log.js';
import { createGuard } from './api/auth/guard.js';
import type { HostClient } from './api/auth/host-client.js';
import { openAuth } from './api/auth/open-auth.js';
import { type CertificateSource, openCertificateSource } from './api/certificate-source.js';
import type { AuditSettings } from './config/audit-settings.js';
import type { AuthSettings } from './config/auth-settings.js';
import type { CertificateFiles } from './config/certificate-files.js';
import { loadContinueKey } from './config/continue-key.js';
import { makeDataDirectory } from './config/data-directory.js';
import type { ListenAddress } from './config/listen-address.js';
import type { ProxySettings } from './config/proxy-settings.js';
import type { StorageSettings } from './config/storage-settings.js';
import type { Election } from './plugin-host/extensions/plugin-services.js';
import { openSteps, type StepSettings } from './plugin-host/open-steps.js';
import { type OpenedStorage, openStorage } from './plugin-host/open-storage.js';
import { createContinueTokens } from './query/continue-tokens.js';
import type { FeatureGates } from './query/feature-gates.js';
import { openHostConnection } from './synchro/connection/open-host-connection.js';
import { openClusterDirectory } from './synchro/declare/cluster-directory.js';
import { type OpenedSources, openSources, type SourceSettings } from './synchro/declare/open-sources.js';
import { createPipeline } from './synchro/pipeline/create-pipeline.js';
import { createPipelineMetrics } from './synchro/pipeline/pipeline-metrics.js';
import { type Synchro, startSynchro } from './synchro/synchro.js';
import type { Logger } from './telemetry/logger.js';
import { createRegistry } from './telemetry/metrics.js';
import { startMetricsServer } from './telemetry/metrics-server.js';

export interface AppSettings {
  readonly storage: StorageSettings;
  /** Where to serve plain http. */
  readonly address?: ListenAddress | undefined;
  /** Where to serve https, and with which certificate. */
  readonly secure?: SecureSettings | undefined;
  /** Who may ask, and for what; everybody for everything unless told. */
  readonly auth?: AuthSettings | undefined;
  readonly gates: FeatureGates;
  readonly logger: Logger;
  /** Milliseconds since the epoch, for the ages in Tables; those of the machine unless told. */
  readonly now?: () => number;
  /** Where to record requests; nowhere unless told. */
  readonly audit?: AuditSettings | undefined;
  /** What is passed on to the clusters that are declared; nothing unless told. */
  readonly proxy?: ProxySettings | undefined;
  /** Where these are declared; where those are that `synchro` follows unless told. */
  readonly clusters?: SourceSettings | undefined;
  /** Which clusters to follow; none unless told. */
  readonly synchro?: SynchroSettings | undefined;
  /** Where others reach this server, for those that stand by; they are not told unless it is. */
  readonly advertiseUrl?: string | undefined;
}

export interface SynchroSettings {
  readonly sources: SourceSettings;
  readonly leaderElection?: {
    readonly isNeeded?: boolean;
    readonly durationSeconds?: number;
    readonly leaseName?: string;
  };
  readonly pageSize?: number;
  /** What happens to objects on their way into the storage, in this order. */
  readonly steps: readonly StepSettings[];
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
  /** What follows clusters; undefined when nothing does. */
  readonly synchro: Synchro | undefined;
  /** `/readyz` says from now on that it ends, and everything else goes on. */
  announceStop(): void;
  /** Ends what is being answered when `signal` aborts at the latest, then closes the storage. */
  stop(signal: AbortSignal): Promise<void>;
}

/** Puts the parts together and serves. What was opened before something fails is closed again. */
export async function startApp(app: AppSettings): Promise<App> {
  const { storage: settings, address, secure, gates, logger, advertiseUrl } = app;
  makeDataDirectory(settings.dataDirectory);
  const registry = createRegistry();
  const stopping = new AbortController();
  const continueTokens = createContinueTokens(loadContinueKey(settings.dataDirectory));
  // What is wrong with the declarations is told before anything is opened.
  const sources = app.synchro === undefined ? undefined : await openSources(app.synchro.sources, logger);
  const audit = app.audit === undefined ? undefined : await openAuditLog({ ...app.audit, logger, registry });
  const auth = app.auth === undefined ? undefined : await openAuth(app.auth, { logger, openHost });
  const storage = await openStorage({ ...settings, logger, registry, signal: stopping.signal }).catch(
    async (error: unknown) => {
      await auth?.close();
      await audit?.close();
      throw error;
    },
  );
  const { name: storageName, factory } = storage;
  const canWatch = storage.capabilities.watch;
  const clusters =
    app.proxy === undefined
      ? undefined
      : await openClusterDirectory(app.clusters ?? app.synchro?.sources ?? {}, logger);
  const server = createApiServer({
    factory,
    storageName,
    canWatch,
    plugin: { ...storage.extensions, name: storageName },
    gates,
    continueTokens,
    logger,
    registry,
    guard: auth && createGuard({ ...auth, factory }),
    audit,
    proxy: app.proxy && clusters && { settings: app.proxy, clusters, callerHeaders: auth?.callerHeaders },
    ...(app.now && { now: app.now }),
  });
  let certificate: CertificateSource | undefined;
  let synchro: Synchro | undefined;

  async function stop(signal: AbortSignal): Promise<void> {
    certificate?.close();
    storage.extensions.leave();
    // A storage that hangs must not keep the process: what is not written then is read again at the next start.
    await Promise.all([Promise.race([synchro?.stop(), aborted(signal)]), server.stop(signal)]);
    stopping.abort();
    await auth?.close();
    await clusters?.close();
    await sources?.close();
    await storage.close();
    await audit?.close();
  }

  try {
    const urls: string[] = [];
    if (secure !== undefined) {
      certificate = await openCertificate(secure, logger);
      urls.push(await server.listen({ ...secure.address, certificate, clients: auth?.authorities }));
    }
    if (address !== undefined) urls.push(await server.listen(address));
    const [url] = urls;
    if (url === undefined) throw new TypeError('there has to be an address to serve at');
    if (app.synchro !== undefined && sources !== undefined) {
      const parts = { sources, storage, settings, logger, registry, signal: stopping.signal, advertiseUrl };
      synchro = await follow(app.synchro, parts);
    }
    storage.extensions.serve(electionOf(synchro, advertiseUrl));
    return { url, urls, storageName, synchro, announceStop: () => server.announceStop(), stop };
  } catch (error) {
    await stop(AbortSignal.abort());
    throw error;
  }
}

export interface ManagerSettings {
  readonly storage: StorageSettings;
  readonly synchro: SynchroSettings;
  /** Where to serve metrics and health. */
  readonly metrics: ListenAddress;
  readonly logger: Logger;
}

export interface ManagerApp {
  /** Of the metrics. */
  readonly url: string;
  readonly storageName: string;
  readonly synchro: Synchro;
  /** Ends what is being written, then closes the storage. */
  stop(): Promise<void>;
}

/** Follows clusters, and serves nothing but metrics. What was opened before something fails is closed again. */
export async function startManager({
  storage: settings,
  synchro,
  metrics,
  logger,
}: ManagerSettings): Promise<ManagerApp> {
  makeDataDirectory(settings.dataDirectory);
  const registry = createRegistry();
  const stopping = new AbortController();
  const sources = await openSources(synchro.sources, logger);
  const storage = await openStorage({ ...settings, logger, registry, signal: stopping.signal });
  let following: Synchro | undefined;
  const closing: (() => Promise<void>)[] = [
    () => sources.close(),
    async () => {
      stopping.abort();
      await storage.close();
    },
  ];
  try {
    const server = await startMetricsServer({
      ...metrics,
      registry,
      health: async () => (await storage.factory.health()).reason,
      about: () =>
        `clusterdex clustersynchro-manager ${following?.identity}; ${following?.isWriter ? 'it writes' : `${following?.writer ?? 'nobody'} writes`}`,
    });
    closing.unshift(() => server.close());
    following = await follow(synchro, { sources, storage, settings, logger, registry, signal: stopping.signal });
    const running = following;
    closing.unshift(async () => {
      storage.extensions.leave();
      await running.stop();
    });
    storage.extensions.serve(electionOf(running));
    return { url: server.url, storageName: storage.name, synchro: following, stop: () => closeAll(closing) };
  } catch (error) {
    await closeAll(closing);
    throw error;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function closeAll(steps: readonly (() => Promise<void>)[]): Promise<void> {
  for (const step of steps) await step();
}

interface FollowParts {
  readonly sources: OpenedSources;
  readonly storage: OpenedStorage;
  readonly settings: StorageSettings;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly signal: AbortSignal;
  readonly advertiseUrl?: string | undefined;
}

/** Who follows nothing stands for election nowhere. */
function electionOf(synchro: Synchro | undefined, advertiseUrl?: string): Election {
  return {
    isElected: synchro?.isElected ?? false,
    isLeading: () => synchro?.isWriter ?? true,
    ownUri: advertiseUrl,
    activeUri: () => (synchro === undefined ? advertiseUrl : synchro.writerUrl),
  };
}

/** Opens the steps of the pipeline, which are closed when it is stopped. */
async function follow(synchro: SynchroSettings, parts: FollowParts): Promise<Synchro> {
  const { storage, settings, logger, registry, signal, advertiseUrl } = parts;
  const { sources, leaseStore } = parts.sources;
  const { folders, dataDirectory } = settings;
  const steps = await openSteps({ steps: synchro.steps, folders, dataDirectory, logger, registry, signal });
  const metrics = createPipelineMetrics(registry);
  return startSynchro({
    ...synchro,
    storage: storage.factory,
    capabilities: storage.capabilities,
    sources,
    createPipeline: (fenced) => createPipeline({ steps, storage: fenced, metrics }),
    ...(leaseStore === undefined ? {} : { leaseStore }),
    ...(advertiseUrl === undefined ? {} : { advertiseUrl }),
    whileElected: (elected) => storage.extensions.lead(elected),
    logger,
    registry,
    onStopped: () => createPipeline({ steps, storage: storage.factory }).close(),
  });
}

/** Milliseconds: a request waits for it. */
const reviewTimeout = 10_000;

async function openHost(kubeconfig: string | undefined): Promise<HostClient> {
  const otherwise =
    '--authentication-kubeconfig and --authorization-kubeconfig take the kubeconfig of the host cluster';
  const connection = await openHostConnection({ kubeconfig, otherwise });
  const options = { timeout: reviewTimeout, idleTimeout: reviewTimeout };
  return {
    server: connection.server,
    get: (path) => connection.getJson(path, options),
    post: (path, body, signal) =>
      connection.getJson(path, { ...options, method: 'POST', body: JSON.stringify(body), signal }),
    close: () => connection.close(),
  };
}

/** A self-signed certificate has to name the address that it is served at, unless that stands for all there are. */
function openCertificate({ address: { host }, files }: SecureSettings, logger: Logger): Promise<CertificateSource> {
  const hosts = host === '0.0.0.0' || host === '::' ? [] : [host];
  return openCertificateSource({ files, hosts, logger });
}
