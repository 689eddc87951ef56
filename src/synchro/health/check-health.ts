import type { ConditionChange } from '../cluster/conditions.js';
import type { ClusterConnection } from '../connection/cluster-connection.js';
import { ConnectionError } from '../connection/connection-error.js';
import { withDeadline } from '../connection/with-deadline.js';

export interface HealthResult {
  readonly isHealthy: boolean;
  readonly condition: ConditionChange;
}

/** Milliseconds until a server that does not answer counts as dead. */
const deadline = 5000;

/** Asks /readyz, and /healthz where that is not known. Never rejects. */
export async function checkHealth(connection: ClusterConnection, signal: AbortSignal): Promise<HealthResult> {
  try {
    await ask(connection, '/readyz', signal).catch((error: unknown) => {
      if (error instanceof ConnectionError && error.status === 404) return ask(connection, '/healthz', signal);
      throw error;
    });
    return { isHealthy: true, condition: { status: 'True', reason: 'Healthy', message: '' } };
  } catch (error) {
    return judge(error);
  }
}

/** Neither an answer that does not begin nor one that does not end is one. */
function ask(connection: ClusterConnection, path: string, signal: AbortSignal): Promise<void> {
  const what = `${connection.server}: ${path}`;
  return withDeadline({ signal, milliseconds: 2 * deadline, what }, (ending) => read(connection, path, ending));
}

async function read(connection: ClusterConnection, path: string, signal: AbortSignal): Promise<void> {
  const { body } = await connection.request(path, {
    signal,
    timeout: deadline,
    idleTimeout: deadline,
    headers: { accept: '*/*' },
  });
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > 65_536) break;
  }
}

function judge(error: unknown): HealthResult {
  const message = error instanceof Error ? error.message : String(error);
  // Whoever may not ask about health may still be allowed to list; that shows when it is tried.
  if (error instanceof ConnectionError && error.status === 403) {
    return { isHealthy: true, condition: { status: 'True', reason: 'Healthy', message: 'may not ask /readyz (403)' } };
  }
  const hasAnswered = error instanceof ConnectionError && error.status !== undefined;
  return {
    isHealthy: false,
    condition: { status: 'False', reason: hasAnswered ? 'Unhealthy' : 'NotReachable', message },
  };
}
