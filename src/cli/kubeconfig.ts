import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { resolveCertificateFiles } from '../config/certificate-files.js';
import { ConfigError } from '../config/config-error.js';
import { defaultServerUrl } from '../config/defaults.js';
import { resolveStorageSettings } from '../config/storage-settings.js';
import { fetchClusterNames } from './fetch-cluster-names.js';
import { defaultKubeconfigPath, writeKubeconfig } from './kubeconfig-file.js';
import { mergeShortcuts } from './merge-shortcuts.js';
import { addStorageOptions, openConfiguredStorage, type StorageOptions } from './storage-options.js';

interface KubeconfigOptions extends StorageOptions {
  readonly server: string;
  readonly certificateAuthority?: string;
  readonly offline?: boolean;
  /** true for the default file. */
  readonly write?: string | boolean;
}

const examples = `
Examples:
  See what would be written:
    $ clusterdex kubeconfig
  Merge the shortcuts into $KUBECONFIG or ~/.kube/config:
    $ clusterdex kubeconfig --write
  Then search all clusters, or one:
    $ kubectl --cluster clusterpedia get pods -A
    $ kubectl --cluster prod-eu get deployments -n shop
  Of a server with TLS, whose self-signed certificate lies in the data directory:
    $ clusterdex kubeconfig --server https://127.0.0.1:8643 --write

An entry of the same name that leads elsewhere is left alone, with a note.
`;

export function kubeconfigCommand(): Command {
  const command = new Command('kubeconfig')
    .description('give kubectl a shortcut for each cluster, and one, clusterpedia, for all of them')
    .addOption(new Option('--server <url>', 'where the server is').default(defaultServerUrl).env('CLUSTERDEX_SERVER'))
    .addOption(
      new Option(
        '--certificate-authority <file>',
        'whom kubectl trusts over https, PEM (default: what `serve --secure-port` made in the data directory, if anything)',
      ).env('CLUSTERDEX_CERTIFICATE_AUTHORITY'),
    )
    .option('--write [file]', 'merge into this file (default: $KUBECONFIG or ~/.kube/config) instead of printing')
    .option('--offline', 'read the names of the clusters from the storage, not from the running server')
    .addHelpText('after', examples)
    .action(kubeconfig);
  return addStorageOptions(command);
}

async function kubeconfig(options: KubeconfigOptions): Promise<void> {
  const server = parseServer(options.server);
  const certificateAuthority = server.startsWith('https:') ? readCertificateAuthority(options) : undefined;
  const location = { server, certificateAuthority };
  const clusters = options.offline ? await readClusterNames(options) : await fetchClusterNames(location);
  const shortcuts = { ...location, clusters };
  if (options.write === undefined || options.write === false) {
    process.stdout.write(mergeShortcuts('', shortcuts).text);
    return;
  }
  const path = typeof options.write === 'string' ? options.write : defaultKubeconfigPath();
  const { written, skipped } = writeKubeconfig(path, (text) => mergeShortcuts(text, shortcuts));
  for (const name of skipped) process.stderr.write(`left alone: ${name}, which leads elsewhere in ${path}\n`);
  process.stdout.write(`${path}: ${written.join(', ') || 'nothing to write'}\n`);
}

/** PEM, or undefined for the authorities that everybody trusts. */
function readCertificateAuthority(options: KubeconfigOptions): string | undefined {
  const { certFile } = resolveCertificateFiles({}, resolveStorageSettings(options).dataDirectory);
  if (options.certificateAuthority === undefined && !existsSync(certFile)) return undefined;
  const path = options.certificateAuthority === undefined ? certFile : resolve(options.certificateAuthority);
  try {
    const text = readFileSync(path, 'utf8');
    new X509Certificate(text);
    return text;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`${path} holds no certificate in PEM form: ${reason}`, { cause: error });
  }
}

async function readClusterNames(options: StorageOptions): Promise<readonly string[]> {
  const storage = await openConfiguredStorage(options);
  try {
    const inventories = await storage.factory.clusterInventories();
    return inventories.map(({ cluster }) => cluster);
  } finally {
    await storage.close();
  }
}

/** Without a slash at the end. */
function parseServer(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new ConfigError(`--server has to be a URL like ${defaultServerUrl}, not ${JSON.stringify(text)}`);
  }
  return text.replace(/\/+$/, '');
}
