import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { ConfigError } from '../config/config-error.js';
import { type ContextLocation, openContext } from './context-location.js';
import { fetchClusterNames } from './fetch-cluster-names.js';
import { defaultKubeconfigPath, writeKubeconfig } from './kubeconfig-file.js';
import { type Credentials, mergeShortcuts } from './merge-shortcuts.js';
import { addServerOptions, resolveServerLocation, type ServerOptions } from './server-location.js';
import { addStorageOptions, openConfiguredStorage, type StorageOptions } from './storage-options.js';

interface KubeconfigOptions extends StorageOptions, ServerOptions {
  readonly kubeconfig?: string;
  /** true for the current one. */
  readonly context?: string | true;
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
  Of one that asks who you are: kubectl reads the token from that file, too:
    $ clusterdex kubeconfig --server https://127.0.0.1:8643 --token-file ~/.kube/token --write
  Of a server that is installed in the cluster of the current context:
    $ clusterdex kubeconfig --context --write

An entry of the same name that leads elsewhere is left alone, with a note.
`;

export function kubeconfigCommand(): Command {
  const command = new Command('kubeconfig')
    .description('give kubectl a shortcut for each cluster, and one, clusterpedia, for all of them')
    .addOption(
      new Option(
        '--context [name]',
        'go the way of this context of the kubeconfig, with its user: of a cluster that the server is installed in, or of the server itself (without a name: the current one)',
      ),
    )
    .addOption(
      new Option(
        '--token <token>',
        'a bearer token, for a server that asks who you are; others on this machine may see it here (wins over --token-file)',
      ),
    )
    .addOption(new Option('--kubeconfig <file>', 'where that context is (default: $KUBECONFIG or ~/.kube/config)'))
    .option('--write [file]', 'merge into this file (default: $KUBECONFIG or ~/.kube/config) instead of printing')
    .option('--offline', 'read the names of the clusters from the storage, not from the running server')
    .addHelpText('after', examples)
    .action(kubeconfig);
  return addStorageOptions(addServerOptions(command));
}

async function kubeconfig(options: KubeconfigOptions): Promise<void> {
  const location = options.context === undefined ? serverLocation(options) : await contextLocation(options);
  const clusters = options.offline ? await readClusterNames(options) : await location.fetchClusterNames();
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

function serverLocation(options: KubeconfigOptions) {
  if (options.kubeconfig !== undefined) throw new ConfigError('--kubeconfig goes with --context');
  const location = resolveServerLocation(options);
  return { ...location, credentials: credentialsOf(options), fetchClusterNames: () => fetchClusterNames(location) };
}

/** A file stays a file, which may be written anew; over http kubectl shows no token. */
function credentialsOf({ server, token, tokenFile }: KubeconfigOptions): Credentials | undefined {
  if (!server.startsWith('https:')) return undefined;
  if (token !== undefined) return { token };
  return tokenFile === undefined ? undefined : { tokenFile: resolve(tokenFile) };
}

function contextLocation({ kubeconfig: file, context, token }: KubeconfigOptions): Promise<ContextLocation> {
  if (token !== undefined) throw new ConfigError('--token goes without --context, which has a user of its own');
  return openContext({
    file: file === undefined ? defaultKubeconfigPath() : resolve(file),
    context: context === true ? undefined : context,
  });
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
