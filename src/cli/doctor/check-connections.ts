import type { ClusterConnection } from '../../synchro/connection/cluster-connection.js';
import { ConnectionError, type ConnectionErrorKind } from '../../synchro/connection/connection-error.js';
import { createClusterConnection } from '../../synchro/connection/create-connection.js';
import { readKubeconfigFile } from '../../synchro/connection/kubeconfig.js';
import { openHostConnection } from '../../synchro/connection/open-host-connection.js';
import { contextsToFollow } from '../../synchro/declare/contexts-to-follow.js';
import { type Finding, messageOf } from './finding.js';
import { checkHostRights, type HostNeeds } from './host-rights.js';

/** What an API server said of the time, and this machine when it said so: milliseconds since the epoch. */
export interface ClockReading {
  readonly server: string;
  readonly theirs: number;
  readonly ours: number;
}

export interface ConnectionsReport {
  readonly findings: readonly Finding[];
  readonly readings: readonly ClockReading[];
  /** To the host cluster, where there is one that answers; the caller closes it. */
  readonly host: ClusterConnection | undefined;
}

const timeout = 5000;

const advices: Partial<Record<ConnectionErrorKind, string>> = {
  unreachable:
    'see that the address is right, that its API server runs, and that nothing between lets no traffic through',
  untrusted:
    'give the authority of its certificate: certificate-authority-data in the kubeconfig, caData in a PediaCluster',
  credentials: 'run the same with kubectl; a program or file that the kubeconfig names is missing here, or fails',
  unauthorized: 'the credentials have expired or are of another cluster: log in again, or make a new token',
  'not-an-api-server': 'the address leads to something else, a proxy or a login page for example',
  timeout: 'see that nothing between drops traffic; a VPN that is down looks like this',
};

/** Asks every cluster that flags name, the host cluster with them, by the way that `serve` would take. */
export async function checkConnections(needed: HostNeeds): Promise<ConnectionsReport> {
  const { sources, auth } = needed;
  const readings: ClockReading[] = [];
  const contexts = sources?.kubeconfig;
  const followed = contexts === undefined ? [] : await checkContexts(contexts, readings);
  const needs = sources?.host ?? auth?.authentication ?? auth?.authorization;
  if (needs === undefined) return { findings: followed, readings, host: undefined };
  try {
    const host = await openHostConnection({ kubeconfig: needs.kubeconfig, otherwise: 'name its kubeconfig' });
    try {
      const findings = [await ask(host, { name: 'the host cluster', readings })];
      const rights = findings.some(({ status }) => status === 'failed') ? [] : await checkHostRights(host, needed);
      return { findings: [...followed, ...findings, ...rights], readings, host };
    } catch (error) {
      await host.close();
      throw error;
    }
  } catch (error) {
    return { findings: [...followed, failureOf('the host cluster', error)], readings, host: undefined };
  }
}

async function checkContexts(
  { file, contexts }: { readonly file: string; readonly contexts: readonly string[] },
  readings: ClockReading[],
): Promise<readonly Finding[]> {
  try {
    const kubeconfig = await readKubeconfigFile(file);
    const chosen = contextsToFollow(kubeconfig, contexts);
    if (chosen.length === 0)
      return [{ check: 'clusters', status: 'warning', message: `${file} has no contexts to follow` }];
    return await Promise.all(
      chosen.map(async (context) => {
        const name = `the context ${context}`;
        let connection: ClusterConnection;
        try {
          connection = createClusterConnection(kubeconfig.target(context));
        } catch (error) {
          return failureOf(name, error);
        }
        const finding = await ask(connection, { name, readings });
        await connection.close();
        return finding;
      }),
    );
  } catch (error) {
    return [failureOf(file, error)];
  }
}

async function ask(
  connection: ClusterConnection,
  { name, readings }: { readonly name: string; readonly readings: ClockReading[] },
): Promise<Finding> {
  try {
    const answer = await connection.request('/version', { timeout });
    const pieces: Buffer[] = [];
    for await (const piece of answer.body) pieces.push(piece);
    const theirs = Date.parse(answer.headers.date ?? '');
    if (!Number.isNaN(theirs)) readings.push({ server: connection.server, theirs, ours: Date.now() });
    const { gitVersion = 'of no version' } = JSON.parse(Buffer.concat(pieces).toString()) as { gitVersion?: string };
    return { check: 'clusters', status: 'ok', message: `${name}, ${connection.server}, answers (${gitVersion})` };
  } catch (error) {
    return failureOf(name, error);
  }
}

function failureOf(name: string, error: unknown): Finding {
  const advice = error instanceof ConnectionError ? advices[error.kind] : undefined;
  const message = `${name}: ${messageOf(error)}`;
  return { check: 'clusters', status: 'failed', message, ...(advice === undefined ? {} : { advice }) };
}
