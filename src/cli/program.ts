import { Command } from 'commander';
import { serverVersion } from '../config/server-version.js';
import { certificatesCommand } from './certificates.js';
import { clustersCommand } from './clusters.js';
import { clustersynchroManagerCommand } from './clustersynchro-manager.js';
import { commandCommand } from './command.js';
import { doctorCommand } from './doctor/doctor.js';
import { importCommand } from './import.js';
import { kubeconfigCommand } from './kubeconfig.js';
import { pluginsCommand } from './plugins.js';
import { apiserverCommand, serveCommand } from './serve.js';
import { storageCommand } from './storage.js';
import { versionCommand } from './version.js';

const examples = `
Examples:
  Follow every cluster of your kubeconfig, and search them all at once:
    $ clusterdex serve --kubeconfig
  Put what a cluster holds into the local store (one file, or a pipe):
    $ kubectl get all,configmaps,nodes -A -o json > prod.json
    $ clusterdex import --cluster prod prod.json
  Serve it, and search all clusters at once:
    $ clusterdex serve
    $ clusterdex kubeconfig --write
    $ kubectl --cluster clusterpedia get pods -A -l 'search.clusterpedia.io/fuzzy-name=checkout'
`;

/** The whole command line. */
export function createProgram(): Command {
  return new Command('clusterdex')
    .description(
      'Search the resources of many Kubernetes clusters with kubectl, through a storage layer of your choice.',
    )
    .version(serverVersion, '-V, --version', 'print the version')
    .showSuggestionAfterError()
    .showHelpAfterError('(add --help for what there is)')
    .addHelpText('after', examples)
    .addCommand(serveCommand())
    .addCommand(apiserverCommand())
    .addCommand(clustersynchroManagerCommand())
    .addCommand(importCommand())
    .addCommand(clustersCommand())
    .addCommand(storageCommand())
    .addCommand(kubeconfigCommand())
    .addCommand(pluginsCommand())
    .addCommand(certificatesCommand())
    .addCommand(commandCommand())
    .addCommand(doctorCommand())
    .addCommand(versionCommand());
}
