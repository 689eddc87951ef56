import type { SynchroSettings } from '../../app.js';
import type { AuthSettings } from '../../config/auth-settings.js';
import type { ClusterConnection } from '../../synchro/connection/cluster-connection.js';
import { ConnectionError } from '../../synchro/connection/connection-error.js';
import type { SourceSettings } from '../../synchro/declare/open-sources.js';
import { type Finding, messageOf } from './finding.js';

interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

export interface HostNeeds {
  /** Undefined when nothing is followed, and clusters are only passed on to. */
  readonly synchro: SynchroSettings | undefined;
  readonly sources: SourceSettings | undefined;
  readonly auth: AuthSettings | undefined;
}

const clusters = { group: 'cluster.clusterpedia.io', resource: 'pediaclusters' };

/** Whether the account may do in the host cluster what this process has to, and whether what it follows is defined there. */
export async function checkHostRights(
  host: ClusterConnection,
  { synchro, sources, auth }: HostNeeds,
): Promise<readonly Finding[]> {
  const source = sources?.host;
  const namespace = source?.namespace ?? process.env.CLUSTERPEDIA_NAMESPACE;
  const needed: Right[] = [];
  if (source !== undefined) {
    needed.push(...['list', 'watch'].map((verb) => ({ verb, ...clusters })), {
      verb: 'list',
      group: clusters.group,
      resource: 'clustersyncresources',
    });
    if (synchro !== undefined)
      needed.push({ verb: 'patch', ...clusters }, { verb: 'patch', ...clusters, subresource: 'status' });
    if (synchro !== undefined && namespace !== undefined) {
      const lease = { group: 'coordination.k8s.io', resource: 'leases', namespace };
      needed.push({ verb: 'create', ...lease }, { verb: 'update', ...lease, name: source.leaseName });
    }
  }
  if (auth?.authentication !== undefined) {
    needed.push({ verb: 'create', group: 'authentication.k8s.io', resource: 'tokenreviews' });
    const name = 'extension-apiserver-authentication';
    if (!auth.authentication.skipLookup)
      needed.push({ verb: 'get', group: '', resource: 'configmaps', namespace: 'kube-system', name });
  }
  if (auth?.authorization !== undefined) {
    needed.push({ verb: 'create', group: 'authorization.k8s.io', resource: 'subjectaccessreviews' });
  }
  try {
    const answers = await Promise.all(needed.map(async (right) => ({ right, allowed: await isAllowed(host, right) })));
    const missing = answers.filter(({ allowed }) => !allowed).map(({ right }) => describe(right));
    const rights: Finding =
      missing.length === 0
        ? {
            check: 'clusters',
            status: 'ok',
            message: `the account has the ${needed.length} rights that it needs in the host cluster`,
          }
        : {
            check: 'clusters',
            status: 'failed',
            message: `the account may not in the host cluster: ${missing.join(', ')}`,
            advice:
              'the chart grants them (rbac.create); docs/clusters.md#permissions and docs/security.md name them all',
          };
    return [rights, ...(source === undefined || missing.length > 0 ? [] : await checkDefinitions(host))];
  } catch (error) {
    return [
      {
        check: 'clusters',
        status: 'skipped',
        message: `the host cluster does not say what the account may: ${messageOf(error)}`,
      },
    ];
  }
}

async function isAllowed(host: ClusterConnection, resourceAttributes: Right): Promise<boolean> {
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  };
  const review = (await host.getJson('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })) as { readonly status?: { readonly allowed?: boolean } };
  return review.status?.allowed === true;
}

async function checkDefinitions(host: ClusterConnection): Promise<readonly Finding[]> {
  try {
    await host.getJson('/apis/cluster.clusterpedia.io/v1alpha2/pediaclusters', { query: { limit: 1 } });
    return [];
  } catch (error) {
    if (!(error instanceof ConnectionError && error.status === 404)) throw error;
    return [
      {
        check: 'clusters',
        status: 'failed',
        message: 'the host cluster does not know PediaClusters',
        advice: 'kubectl apply -f deploy/crds, or install the chart with crds.install',
      },
    ];
  }
}

function describe({ verb, group, resource, subresource, namespace, name }: Right): string {
  const type = `${resource}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
  return `${verb} ${type}${name === undefined ? '' : ` ${name}`}${namespace === undefined ? '' : ` in ${namespace}`}`;
}
