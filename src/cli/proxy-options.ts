import { type Command, Option } from 'commander';

/** The flags of Clusterpedia that say what is passed on to member clusters. */
export function addProxyOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--allowed-proxy-subresources <list>',
        'subresources that are asked of the cluster itself: log, pods/exec, nodes/proxy … (takes the feature gate AllowProxyRequestToClusters, as the next three)',
      ).env('CLUSTERDEX_ALLOWED_PROXY_SUBRESOURCES'),
    )
    .option(
      '--enable-proxy-path-for-forward-request',
      'pass on whatever is asked below …/resources/clusters/{cluster}/proxy/',
    )
    .option(
      '--allow-forward-unsync-resource-request',
      'forward requests (X-Clusterpedia-Forward: true) for resources that are not followed as well',
    )
    .option(
      '--allow-pediacluster-config-for-proxy-request',
      'pass requests on with the credentials that the cluster is declared with, unless they bring their own: who may do that may do in the cluster what these may',
    );
}

/** Where a server that follows no clusters learns how to reach them. */
export function addClusterOptions(command: Command): Command {
  return command
    .option(
      '--kubeconfig [file]',
      'pass requests on to every context of this kubeconfig (without a file: $KUBECONFIG, else ~/.kube/config)',
    )
    .addOption(
      new Option('--clusters-dir <dir>', 'pass requests on to the PediaClusters that are declared in this folder').env(
        'CLUSTERDEX_CLUSTERS_DIR',
      ),
    )
    .option(
      '--host-kubeconfig [file]',
      'pass requests on to the PediaClusters that are declared in this cluster (without a file: in the one that this process runs in)',
    );
}
