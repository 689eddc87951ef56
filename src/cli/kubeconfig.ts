import { Command, Option } from 'commander';
import { ConfigError } from '../config/config-error.js';
import { defaultServerUrl } from '../config/defaults.js';
import { fetchClusterNames } from './fetch-cluster-names.js';
import { defaultKubeconfigPath, writeKubeconfig } from './kubeconfig-file.js';
import { mergeShortcuts } from './merge-shortcuts.js';
import { addStorageOptions, openConfiguredStorage, type StorageOptions } from './storage-options.js';

interface KubeconfigOptions extends StorageOptions {
  readonly server: string;
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

An entry of the same name that leads elsewhere is left alone, with a note.
`;

export function kubeconfigCommand(): Command {
  const command = new Command('kubeconfig')
    .description('give kubectl a shortcut for each cluster, and one, clusterpedia, for all of them')
    .addOption(new Option('--server <url>', 'where the server is').default(defaultServerUrl).env('CLUSTERDEX_SERVER'))
    .option('--write [file]', 'merge into this file (default: $KUBECONFIG or ~/.kube/config) instead of printing')
    .option('--offline', 'read the names of the clusters from the storage, not from the running server')
    .addHelpText('after', examples)
    .action(kubeconfig);
  return addStorageOptions(command);
}

async function kubeconfig(options: KubeconfigOptions): Promise<void> {
  const server = parseServer(options.server);
  const clusters = options.offline ? await readClusterNames(options) : await fetchClusterNames(server);
  if (options.write === undefined || options.write === false) {
    process.stdout.write(mergeShortcuts('', { server, clusters }).text);
    return;
  }
  const path = typeof options.write === 'string' ? options.write : defaultKubeconfigPath();
  const { written, skipped } = writeKubeconfig(path, (text) => mergeShortcuts(text, { server, clusters }));
  for (const name of skipped) process.stderr.write(`left alone: ${name}, which leads elsewhere in ${path}\n`);
  process.stdout.write(`${path}: ${written.join(', ') || 'nothing to write'}\n`);
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
