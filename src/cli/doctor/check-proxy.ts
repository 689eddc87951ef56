import type { AuthSettings } from '../../config/auth-settings.js';
import type { ProxySettings } from '../../config/proxy-settings.js';
import type { SourceSettings } from '../../synchro/declare/open-sources.js';
import type { Finding } from './finding.js';

const check = 'proxy';

export interface ProxyNeeds {
  /** Undefined while the gate is closed. */
  readonly proxy: ProxySettings | undefined;
  readonly auth: AuthSettings | undefined;
  /** Where clusters are declared. */
  readonly sources: SourceSettings | undefined;
}

/** What is passed on to clusters, as whom, and whether there are any. */
export function checkProxy({ proxy, auth, sources }: ProxyNeeds): readonly Finding[] {
  if (proxy === undefined) return [];
  const { subresources, proxyPath, unsynced, clusterCredentials } = proxy;
  const parts = [
    ...[...subresources].flatMap(([parent, children]) => [...children].map((child) => `${parent}/${child}`)),
    unsynced ? 'what is forwarded by its header' : 'what is forwarded by its header, of types that are followed',
    ...(proxyPath ? ['any path below proxy/'] : []),
  ];
  const whom = clusterCredentials ? 'whoever the cluster is declared with' : 'nobody';
  const message = `passed on to clusters: ${parts.join(', ')}; as ${whom}, unless a request brings credentials of its own`;
  const findings: Finding[] = [{ check, status: 'ok', message }];
  if (sources === undefined) {
    findings.push({
      check,
      status: 'warning',
      message:
        'AllowProxyRequestToClusters is true, and no flag says where clusters are declared: each request is answered 503',
      advice: 'name them with --kubeconfig, --clusters-dir or --host-kubeconfig',
    });
  }
  if (clusterCredentials && auth?.authorization === undefined) {
    findings.push({
      check,
      status: 'warning',
      message:
        'whoever reaches this server may do in the clusters what their declared credentials may: no rights are reviewed',
      advice:
        'have them reviewed with --authorization-kubeconfig, or leave --allow-pediacluster-config-for-proxy-request out',
    });
  }
  return findings;
}
