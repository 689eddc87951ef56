import type { ServerResponse } from 'node:http';
import type { StorageFactory } from '@clusterdex/storage-contract';
import type { Logger } from '../telemetry/logger.js';
import { unknownPath } from './api-error.js';
import type { HealthEndpoint } from './request-path.js';
import { sendText } from './respond.js';

export interface HealthOptions {
  readonly factory: StorageFactory;
  readonly logger: Logger;
  /** Whether the server is on its way down. */
  stopping(): boolean;
}

export interface HealthRequest {
  readonly endpoint: HealthEndpoint;
  /** A single check, as in `/readyz/storage`. */
  readonly check: string | undefined;
  /** The URL's query: `verbose`, `exclude=<check>`. */
  readonly query: string;
}

const checksOf = {
  livez: ['ping'],
  healthz: ['ping', 'storage'],
  readyz: ['ping', 'storage', 'shutdown'],
} as const satisfies Record<HealthEndpoint, readonly string[]>;
type CheckName = (typeof checksOf)[HealthEndpoint][number];

/** Whether an endpoint has a check of this name. */
export function isHealthCheck(endpoint: HealthEndpoint, check: string): boolean {
  const known: readonly string[] = checksOf[endpoint];
  return known.includes(check);
}

/** Kubernetes' health endpoints: 200 `ok`, or 503 with the failed checks. What a check found stays in the log. */
export function createHealthHandler(options: HealthOptions) {
  const { factory, logger } = options;
  let asking: Promise<boolean> | undefined;

  async function askStorage(): Promise<boolean> {
    const health = await factory.health();
    if (!health.healthy) logger.warn({ reason: health.reason }, 'the storage is not healthy');
    return health.healthy;
  }

  const checks: Record<CheckName, () => boolean | Promise<boolean>> = {
    ping: () => true,
    storage: () => {
      asking ??= askStorage().finally(() => {
        asking = undefined;
      });
      return asking;
    },
    shutdown: () => !options.stopping(),
  };

  return async (response: ServerResponse, { endpoint, check, query }: HealthRequest): Promise<void> => {
    const parameters = new URLSearchParams(query);
    const known: readonly CheckName[] = checksOf[endpoint];
    const excluded = new Set(parameters.getAll('exclude'));
    const chosen = check === undefined ? known.filter((name) => !excluded.has(name)) : known.filter((n) => n === check);
    if (check !== undefined && chosen.length === 0) throw unknownPath();
    const results = await Promise.all(chosen.map(async (name) => ({ name, passed: await checks[name]() })));
    const healthy = results.every(({ passed }) => passed);
    const lines = results.map(({ name, passed }) => (passed ? `[+]${name} ok` : `[-]${name} failed: reason withheld`));
    if (!healthy) sendText(response, 503, { text: `${lines.join('\n')}\n${endpoint} check failed\n` });
    else if (parameters.has('verbose'))
      sendText(response, 200, { text: `${lines.join('\n')}\n${endpoint} check passed\n` });
    else sendText(response, 200, { text: 'ok' });
  };
}
