import { closest } from 'fastest-levenshtein';
import { ConfigError } from './config-error.js';

/** Flags as the command line gives them; the names are Clusterpedia's. */
export interface ProxyOptions {
  readonly allowedProxySubresources?: string;
  readonly enableProxyPathForForwardRequest?: boolean;
  readonly allowForwardUnsyncResourceRequest?: boolean;
  readonly allowPediaclusterConfigForProxyRequest?: boolean;
}

/** What may be passed on to member clusters, and as whom. */
export interface ProxySettings {
  /** Subresources that are asked of the cluster, by the plural of their parent in the core group. */
  readonly subresources: ReadonlyMap<string, ReadonlySet<string>>;
  /** `…/clusters/{cluster}/proxy/{path}`. */
  readonly proxyPath: boolean;
  /** Resources that are not followed may be forwarded as well. */
  readonly unsynced: boolean;
  /** With the credentials that the cluster is declared with, where the request brings none of its own. */
  readonly clusterCredentials: boolean;
}

const gate = 'AllowProxyRequestToClusters';
const known: ReadonlyMap<string, readonly string[]> = new Map([
  ['pods', ['proxy', 'log', 'exec', 'attach', 'portforward']],
  ['nodes', ['proxy']],
  ['services', ['proxy']],
]);
const names = [...known].flatMap(([parent, children]) => children.map((child) => `${parent}/${child}`));

export interface ProxySurroundings {
  /** The feature gate. */
  readonly isAllowed: boolean;
  /** Whether others than this machine reach the server. */
  readonly isReachable: boolean;
  /** Whether rights are reviewed. */
  readonly isReviewed: boolean;
}

/** Undefined while the gate is closed. Throws ConfigError, with what was expected. */
export function resolveProxySettings(
  options: ProxyOptions,
  { isAllowed, isReachable, isReviewed }: ProxySurroundings,
): ProxySettings | undefined {
  const subresources = parseSubresources(options.allowedProxySubresources ?? '');
  const { enableProxyPathForForwardRequest: proxyPath = false } = options;
  const { allowForwardUnsyncResourceRequest: unsynced = false } = options;
  const { allowPediaclusterConfigForProxyRequest: clusterCredentials = false } = options;
  if (!isAllowed) {
    const flag =
      (subresources.size > 0 && '--allowed-proxy-subresources') ||
      (proxyPath && '--enable-proxy-path-for-forward-request') ||
      (unsynced && '--allow-forward-unsync-resource-request') ||
      (clusterCredentials && '--allow-pediacluster-config-for-proxy-request');
    if (flag) throw new ConfigError(`${flag} goes with --feature-gates ${gate}=true`);
    return undefined;
  }
  if (isReachable && !isReviewed) {
    throw new ConfigError(
      `${gate} on an address that others reach takes reviews of rights: --authorization-mode Webhook, with --authentication-kubeconfig or --authorization-kubeconfig`,
    );
  }
  return Object.freeze({ subresources, proxyPath, unsynced, clusterCredentials });
}

function parseSubresources(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const chosen = new Map<string, Set<string>>();
  for (const token of text.split(',').map((part) => part.trim())) {
    if (token === '') continue;
    for (const pair of pairsOf(token)) {
      const [parent = '', child = ''] = pair.split('/');
      chosen.set(parent, (chosen.get(parent) ?? new Set()).add(child));
    }
  }
  return chosen;
}

/** `log` stands for it below everything that has it; `portfowrd` was once what it was called. */
function pairsOf(token: string): readonly string[] {
  const name = token.replace(/(^|\/)portfowrd$/, '$1portforward');
  const found = names.filter((pair) => pair === name || pair.endsWith(`/${name}`));
  if (found.length > 0) return found;
  const nearest = closest(name.slice(0, 64), names);
  throw new ConfigError(
    `--allowed-proxy-subresources: ${JSON.stringify(token)} is none; did you mean ${nearest}? Known are ${names.join(', ')}`,
  );
}
