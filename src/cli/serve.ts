import { setTimeout as delay } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { type App, type SecureSettings, type SynchroSettings, startApp } from '../app.js';
import { parseAdvertiseUrl } from '../config/advertise-url.js';
import { type AuditOptions, resolveAuditSettings } from '../config/audit-settings.js';
import { type AuthOptions, type AuthSettings, resolveAuthSettings } from '../config/auth-settings.js';
import { type CertificateOptions, resolveCertificateFiles } from '../config/certificate-files.js';
import { ConfigError } from '../config/config-error.js';
import { defaultBindAddress, defaultPort } from '../config/defaults.js';
import { parseDuration } from '../config/duration.js';
import { isLoopback, type ListenAddress, parseListenAddress, parseSecureAddress } from '../config/listen-address.js';
import { parseBoolean } from '../config/parse-boolean.js';
import { type ProxyOptions, type ProxySettings, resolveProxySettings } from '../config/proxy-settings.js';
import { resolveStorageSettings } from '../config/storage-settings.js';
import { type FeatureGates, parseFeatureGates } from '../query/feature-gates.js';
import { inClusterTarget } from '../synchro/connection/in-cluster.js';
import type { SourceSettings } from '../synchro/declare/open-sources.js';
import { createLogger, type Logger } from '../telemetry/logger.js';
import { addAuditOptions } from './audit-options.js';
import { addAuthOptions } from './auth-options.js';
import { createFollowReport } from './follow-report.js';
import { defaultKubeconfigPath } from './kubeconfig-file.js';
import { endOnUncaughtErrors, nextSignal } from './process-signals.js';
import { addClusterOptions, addProxyOptions } from './proxy-options.js';
import { addStorageOptions, type StorageOptions } from './storage-options.js';
import {
  addSynchroOptions,
  leaseName,
  parseSync,
  resolveClustersDirectory,
  resolveSynchroSettings,
  type SynchroOptions,
} from './synchro-options.js';

export interface ServeOptions
  extends StorageOptions,
    CertificateOptions,
    AuthOptions,
    AuditOptions,
    ProxyOptions,
    Partial<SynchroOptions> {
  /** `true` where the flag stands without a file. */
  readonly kubeconfig?: string | true;
  readonly hostKubeconfig?: string | true;
  readonly insecurePort?: string;
  readonly securePort?: string;
  readonly bindAddress: string;
  readonly shutdownDelayDuration: string;
  readonly advertiseUrl?: string;
}

/** Milliseconds that a running list gets to end after the first signal. */
const gracePeriod = 10_000;

const examples = `
Examples:
  Follow every cluster of your kubeconfig, and search them all at once:
    $ clusterdex serve --kubeconfig
    $ clusterdex serve --kubeconfig ~/.kube/config --context prod-eu --context prod-us --sync pods,deployments.apps
  Serve what was imported into the default data directory:
    $ clusterdex serve
  Elsewhere, on another port, and another storage layer:
    $ clusterdex serve --insecure-port 9000 --data-dir ./data --storage-name memory
  With TLS, HTTP/2 and HTTP/1.1, and a certificate that is made on demand:
    $ clusterdex serve --secure-port 8643
    $ clusterdex kubeconfig --server https://127.0.0.1:8643 --write
  A storage layer of your own, from a folder of plugins:
    $ STORAGE_PLUGINS=/opt/plugins clusterdex serve --storage-name acme --storage-config acme.yaml

Then ask it:
    $ curl 'http://127.0.0.1:${defaultPort}/apis/clusterpedia.io/v1beta1/resources/api/v1/pods?limit=5'
    $ clusterdex kubeconfig --write && kubectl --cluster clusterpedia get pods -A

SIGTERM or SIGINT ends it, after --shutdown-delay-duration: watches end, running lists get 10 seconds; a second signal ends them at once.
`;

export function serveCommand(): Command {
  const command = new Command('serve').description(
    'follow clusters, and serve what is stored of them to kubectl and to anything else that speaks the Kubernetes API',
  );
  return addServeOptions(command).addHelpText('after', examples).action(serve);
}

/** Every flag of `serve`, for commands that look at what it would do. */
export function addServeOptions(command: Command): Command {
  command
    .addOption(
      new Option(
        '--kubeconfig [file]',
        'follow every context of this kubeconfig (without a file: $KUBECONFIG, else ~/.kube/config)',
      ),
    )
    .addOption(
      new Option('--context <name>', 'of the kubeconfig, only this one; repeatable')
        .argParser(append)
        .default(undefined),
    )
    .addOption(
      new Option(
        '--sync <resources>',
        'of the contexts, follow only these: pods,deployments.apps,*.batch (default: everything)',
      ).argParser(parseSync),
    )
    .addOption(
      new Option(
        '--host-kubeconfig [file]',
        'follow the PediaClusters that are declared in this cluster (without a file: in the one that this process runs in)',
      ),
    )
    .addOption(
      new Option(
        '--advertise-url <url>',
        'where others reach this server: processes that stand by redirect requests to plugins there (default: none)',
      ).env('CLUSTERDEX_ADVERTISE_URL'),
    );
  return addStorageOptions(addServingOptions(addSynchroOptions(command)));
}

/** Serves what other processes store. */
export function apiserverCommand(): Command {
  const command = new Command('apiserver').description(
    'serve what is stored, and follow nothing: beside clustersynchro-manager, on the same storage',
  );
  return addStorageOptions(addServingOptions(addClusterOptions(command))).action(serve);
}

function addServingOptions(command: Command): Command {
  return addProxyOptions(addAuditOptions(addAuthOptions(command)))
    .addOption(
      new Option(
        '--insecure-port <port>',
        `port for plain http on the loopback address; 0 takes a free one (default: ${defaultPort}, or none with --secure-port)`,
      ).env('CLUSTERDEX_INSECURE_PORT'),
    )
    .addOption(
      new Option('--secure-port <port>', 'port for https, HTTP/2 and HTTP/1.1; 0 takes a free one (default: none)').env(
        'CLUSTERDEX_SECURE_PORT',
      ),
    )
    .addOption(
      new Option('--bind-address <address>', 'address to listen on; beyond loopback only for https').default(
        defaultBindAddress,
      ),
    )
    .addOption(
      new Option(
        '--cert-dir <dir>',
        'where apiserver.crt and apiserver.key lie; made, self-signed, when they are not there (default: certificates in the data directory)',
      ).env('CLUSTERDEX_CERT_DIR'),
    )
    .addOption(
      new Option(
        '--tls-cert-file <file>',
        'certificate to serve with, the chain behind it, PEM; read anew when it changes',
      ).env('CLUSTERDEX_TLS_CERT_FILE'),
    )
    .addOption(
      new Option('--tls-private-key-file <file>', "the certificate's private key, PEM").env(
        'CLUSTERDEX_TLS_PRIVATE_KEY_FILE',
      ),
    )
    .addOption(
      new Option(
        '--shutdown-delay-duration <duration>',
        'after the signal to end, how long to serve as before while /readyz says 503: until nobody is sent here any more',
      )
        .default('0s')
        .env('CLUSTERDEX_SHUTDOWN_DELAY_DURATION'),
    );
}

async function serve(options: ServeOptions): Promise<void> {
  const gates = parseFeatureGates(options.featureGates ?? '');
  const synchro = resolveSynchro(options);
  // On a terminal a screen tells what happens.
  const logger = createLogger(options.logLevel ?? (synchro !== undefined && process.stdout.isTTY ? 'warn' : 'info'));
  const storage = resolveStorageSettings(options);
  const shutdownDelay = parseDuration('--shutdown-delay-duration', options.shutdownDelayDuration);
  const auth = resolveAuth(options);
  const { address, secure } = resolveAddresses(options, { dataDirectory: storage.dataDirectory, auth });
  const audit = resolveAuditSettings(options);
  const proxy = resolveProxy(options, { gates, auth });
  const clusters = resolveClusters(options, proxy);
  const advertiseUrl = parseAdvertiseUrl(options.advertiseUrl);
  endOnUncaughtErrors(logger);
  const stopSignal = nextSignal();
  const served = { address, secure, advertiseUrl, auth, audit, proxy, gates };
  const app = await startApp({ ...served, storage, clusters, synchro, logger }).catch((error: unknown) => {
    throw listenError(error, secure?.address);
  });
  if (auth !== undefined && auth.authorization === undefined) {
    logger.info('whoever is authenticated may read everything: there is no host cluster to ask for rights');
  }
  if (auth === undefined && secure !== undefined && !isLoopback(secure.address.host)) {
    logger.warn(
      { address: secure.address },
      'everybody who reaches this address may read everything: nobody is authenticated',
    );
  }
  process.stdout.write(
    `clusterdex serves ${storage.dataDirectory} (${app.storageName}) at ${app.urls.join(' and ')}\n`,
  );
  const report =
    app.synchro === undefined
      ? undefined
      : createFollowReport(app.synchro, { url: app.url, sources: synchro?.sources });
  const signal = await stopSignal;
  report?.end();
  logger.info({ signal, shutdownDelay }, 'stopping');
  const secondSignal = nextSignal();
  app.announceStop();
  const waiting = new AbortController();
  await Promise.race([secondSignal, delay(shutdownDelay, undefined, { signal: waiting.signal })]).catch(() => {});
  waiting.abort();
  await stop(app, { logger, secondSignal });
}

/** Undefined when nothing is to be followed. */
export function resolveSynchro(options: ServeOptions): SynchroSettings | undefined {
  const { kubeconfig, hostKubeconfig, context = [], sync } = options;
  if (!isSynchroOptions(options)) return undefined;
  const clustersDirectory = resolveClustersDirectory(options);
  if (kubeconfig === undefined && (context.length > 0 || sync !== undefined)) {
    throw new ConfigError(`--${context.length > 0 ? 'context' : 'sync'} goes with --kubeconfig`);
  }
  if (kubeconfig === undefined && hostKubeconfig === undefined && clustersDirectory === undefined) return undefined;
  return {
    ...resolveSynchroSettings(options),
    sources: {
      ...(kubeconfig === undefined
        ? {}
        : { kubeconfig: { file: kubeconfig === true ? defaultKubeconfigPath() : kubeconfig, contexts: context } }),
      ...(clustersDirectory === undefined ? {} : { clustersDirectory }),
      ...(sync === undefined ? {} : { syncResources: sync }),
      ...(hostKubeconfig === undefined
        ? {}
        : {
            host: {
              ...(hostKubeconfig === true ? {} : { kubeconfig: hostKubeconfig }),
              ...(options.leaderElectResourceNamespace === undefined
                ? {}
                : { namespace: options.leaderElectResourceNamespace }),
              shardingName: options.shardingName,
              leaseName: leaseName(options),
            },
          }),
    },
  };
}

/** Of which clusters a server that follows none is told how to reach them. */
export function resolveClusters(options: ServeOptions, proxy: ProxySettings | undefined): SourceSettings | undefined {
  if (isSynchroOptions(options)) return undefined;
  const { kubeconfig, hostKubeconfig } = options;
  const clustersDirectory = resolveClustersDirectory(options);
  if (kubeconfig === undefined && hostKubeconfig === undefined && clustersDirectory === undefined) return undefined;
  if (proxy === undefined) {
    const flag = kubeconfig ? '--kubeconfig' : hostKubeconfig ? '--host-kubeconfig' : '--clusters-dir';
    throw new ConfigError(
      `${flag} goes with --feature-gates AllowProxyRequestToClusters=true here: nothing is followed`,
    );
  }
  return {
    ...(kubeconfig && {
      kubeconfig: { file: kubeconfig === true ? defaultKubeconfigPath() : kubeconfig, contexts: [] },
    }),
    ...(clustersDirectory && { clustersDirectory }),
    ...(hostKubeconfig && {
      host: { ...(hostKubeconfig !== true && { kubeconfig: hostKubeconfig }), shardingName: '', leaseName: '' },
    }),
  };
}

function isSynchroOptions(options: ServeOptions): options is ServeOptions & SynchroOptions {
  return options.leaderElect !== undefined;
}

function append(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

export interface Addresses {
  readonly address: ListenAddress | undefined;
  readonly secure: SecureSettings | undefined;
}

export function resolveAuth(options: ServeOptions): AuthSettings | undefined {
  const isReachable = options.securePort !== undefined && !isLoopback(options.bindAddress);
  return resolveAuthSettings(options, { isReachable, isInCluster: inClusterTarget() !== undefined });
}

/** What is passed on; undefined while the gate is closed. Throws ConfigError. */
export function resolveProxy(
  options: ServeOptions,
  { gates, auth }: { readonly gates: FeatureGates; readonly auth: AuthSettings | undefined },
): ProxySettings | undefined {
  return resolveProxySettings(options, {
    isAllowed: gates.AllowProxyRequestToClusters,
    isReachable: options.securePort !== undefined && !isLoopback(options.bindAddress),
    isReviewed: auth?.authorization !== undefined,
  });
}

export interface AddressParts {
  readonly dataDirectory: string;
  readonly auth: AuthSettings | undefined;
}

/** Plain http unless only https is asked for; both when both are. */
export function resolveAddresses(options: ServeOptions, { dataDirectory, auth }: AddressParts): Addresses {
  const { bindAddress, securePort, insecurePort } = options;
  if (securePort === undefined) {
    return { address: parseListenAddress(bindAddress, insecurePort ?? String(defaultPort)), secure: undefined };
  }
  const anonymousAuth = parseBoolean('--anonymous-auth', options.anonymousAuth) === true;
  return {
    address:
      insecurePort === undefined
        ? undefined
        : parseListenAddress(isLoopback(bindAddress) ? bindAddress : defaultBindAddress, insecurePort),
    secure: {
      address: parseSecureAddress(bindAddress, securePort, { authenticates: auth !== undefined, anonymousAuth }),
      files: resolveCertificateFiles(options, dataDirectory),
    },
  };
}

/** Ends with the process: a connection that was cut off, or a thread that hangs, must not keep it. */
async function stop(
  app: App,
  { logger, secondSignal }: { readonly logger: Logger; readonly secondSignal: Promise<unknown> },
): Promise<void> {
  const cutOff = new AbortController();
  void Promise.race([secondSignal, delay(gracePeriod, undefined, { ref: false })]).then(() => cutOff.abort());
  await app.stop(cutOff.signal);
  logger.info('stopped');
  process.exit(0);
}

function listenError(error: unknown, secure: ListenAddress | undefined): unknown {
  if (!(error instanceof Error && 'code' in error && 'address' in error && 'port' in error)) return error;
  const { code, address, port } = error;
  const reason =
    code === 'EADDRINUSE'
      ? 'something else listens there'
      : code === 'EACCES'
        ? 'the system forbids it'
        : code === 'EADDRNOTAVAIL'
          ? 'this machine has no such address'
          : undefined;
  if (reason === undefined) return error;
  const flag =
    code === 'EADDRNOTAVAIL' ? '--bind-address' : secure?.port === port ? '--secure-port' : '--insecure-port';
  return new ConfigError(`cannot listen on ${address}:${port}: ${reason}; choose another with ${flag}`, {
    cause: error,
  });
}
