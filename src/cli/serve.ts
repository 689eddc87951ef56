import { setTimeout as delay } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { type App, startApp } from '../app.js';
import { ConfigError } from '../config/config-error.js';
import { defaultBindAddress, defaultPort } from '../config/defaults.js';
import { type ListenAddress, parseListenAddress } from '../config/listen-address.js';
import { resolveStorageSettings } from '../config/storage-settings.js';
import { parseFeatureGates } from '../query/feature-gates.js';
import { createLogger, type Logger } from '../telemetry/logger.js';
import { addStorageOptions, type StorageOptions } from './storage-options.js';

interface ServeOptions extends StorageOptions {
  readonly insecurePort: string;
  readonly bindAddress: string;
}

/** Milliseconds that a running list gets to end after the first signal. */
const gracePeriod = 10_000;

const examples = `
Examples:
  Serve what was imported into the default data directory:
    $ clusterdex serve
  Elsewhere, on another port, and another storage layer:
    $ clusterdex serve --insecure-port 9000 --data-dir ./data --storage-name memory
  A storage layer of your own, from a folder of plugins:
    $ STORAGE_PLUGINS=/opt/plugins clusterdex serve --storage-name acme --storage-config acme.yaml

Then ask it:
    $ curl 'http://127.0.0.1:${defaultPort}/apis/clusterpedia.io/v1beta1/resources/api/v1/pods?limit=5'
    $ clusterdex kubeconfig --write && kubectl --cluster clusterpedia get pods -A

SIGTERM or SIGINT ends it: running lists get 10 seconds; a second signal ends them at once.
`;

export function serveCommand(): Command {
  const command = new Command('serve')
    .description('serve the stored clusters to kubectl and to anything else that speaks the Kubernetes API')
    .addOption(
      new Option('--insecure-port <port>', 'port for plain http on the loopback address; 0 takes a free one')
        .default(String(defaultPort))
        .env('CLUSTERDEX_INSECURE_PORT'),
    )
    .addOption(new Option('--bind-address <address>', 'loopback address to listen on').default(defaultBindAddress))
    .addHelpText('after', examples)
    .action(serve);
  return addStorageOptions(command);
}

async function serve(options: ServeOptions): Promise<void> {
  const address = parseListenAddress(options.bindAddress, options.insecurePort);
  const gates = parseFeatureGates(options.featureGates ?? '');
  const logger = createLogger(options.logLevel ?? 'info');
  const storage = resolveStorageSettings(options);
  endOnUncaughtErrors(logger);
  const stopSignal = nextSignal();
  const app = await startApp({ storage, address, gates, logger }).catch((error: unknown) => {
    throw listenError(error, address);
  });
  process.stdout.write(`clusterdex serves ${storage.dataDirectory} (${app.storageName}) at ${app.url}\n`);
  logger.info({ signal: await stopSignal }, 'stopping');
  await stop(app, logger);
}

/** Ends with the process: a connection that was cut off, or a thread that hangs, must not keep it. */
async function stop(app: App, logger: Logger): Promise<void> {
  const cutOff = new AbortController();
  void Promise.race([nextSignal(), delay(gracePeriod, undefined, { ref: false })]).then(() => cutOff.abort());
  await app.stop(cutOff.signal);
  logger.info('stopped');
  process.exit(0);
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}

/** Nobody knows in what state such an error leaves the process. */
function endOnUncaughtErrors(logger: Logger): void {
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'ending after an error that nothing handled');
    process.exit(1);
  });
}

function listenError(error: unknown, { host, port }: ListenAddress): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const reason =
    code === 'EADDRINUSE' ? 'something else listens there' : code === 'EACCES' ? 'the system forbids it' : undefined;
  if (reason === undefined) return error;
  return new ConfigError(`cannot listen on ${host}:${port}: ${reason}; choose another with --insecure-port`, {
    cause: error,
  });
}
