import {
  createStorageError,
  type HealthCheck,
  type HealthChecks,
  type PluginHealth,
  type StorageHealth,
} from '@clusterdex/storage-contract';
import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';

export interface HealthReport {
  /** Those of the plugin; replaces what it set before. */
  set(checks: HealthChecks): void;
  /** One of the host's own; undefined when it is over. */
  setOwn(code: string, check: HealthCheck | undefined): void;
  health(storage: StorageHealth | undefined): PluginHealth;
  end(): void;
}

/** Health codes of one plugin, as its operator sees them, also as a metric. A change is logged. */
export function createHealthReport(plugin: string, registry: Registry, logger: Logger): HealthReport {
  let reported: HealthChecks = {};
  const own = new Map<string, HealthCheck>();
  const gauge = gaugeOf(registry);
  const all = (): HealthChecks => ({ ...Object.fromEntries(own), ...reported });

  function change(before: HealthChecks): void {
    const now = all();
    for (const [code, { severity }] of Object.entries(before)) {
      if (now[code]?.severity === severity) continue;
      gauge.remove({ plugin, code, severity });
      if (now[code] === undefined) logger.info({ code }, 'a health check is well again');
    }
    for (const [code, { severity, summary }] of Object.entries(now)) {
      gauge.set({ plugin, code, severity }, 1);
      if (before[code]?.severity !== severity) logger.warn({ code, severity, summary }, 'a health check has failed');
    }
  }

  return {
    set(checks) {
      const wrong = checkHealthChecks(checks);
      if (wrong !== undefined) throw createStorageError('INVALID', `a health check is malformed: ${wrong}`);
      const before = all();
      reported = structuredClone(checks);
      change(before);
    },
    setOwn(code, check) {
      const before = all();
      if (check === undefined) own.delete(code);
      else own.set(code, check);
      change(before);
    },
    health(storage) {
      const checks: Record<string, HealthCheck> = { ...all() };
      if (storage?.healthy === false) {
        const detail = storage.reason === undefined ? [] : [storage.reason];
        checks.STORAGE_UNHEALTHY = { severity: 'error', summary: 'the storage does not answer as it should', detail };
      }
      const severities = Object.values(checks).map(({ severity }) => severity);
      const status = severities.includes('error') ? 'HEALTH_ERR' : severities.length > 0 ? 'HEALTH_WARN' : 'HEALTH_OK';
      return { status, checks };
    },
    end() {
      for (const [code, { severity }] of Object.entries(all())) gauge.remove({ plugin, code, severity });
    },
  };
}

function checkHealthChecks(checks: unknown): string | undefined {
  if (typeof checks !== 'object' || checks === null) return 'expected an object of checks by code';
  for (const [code, check] of Object.entries(checks as Record<string, Partial<HealthCheck> | null>)) {
    if (!/^[A-Z][A-Z0-9_]{0,99}$/.test(code)) return `${JSON.stringify(code)} is no code`;
    if (check?.severity !== 'warning' && check?.severity !== 'error') return `${code}: severity is warning or error`;
    if (typeof check.summary !== 'string' || check.summary === '') return `${code}: has no summary`;
    const { detail = [] } = check;
    if (!Array.isArray(detail) || detail.some((line) => typeof line !== 'string'))
      return `${code}: detail is a list of lines`;
  }
  return undefined;
}

function gaugeOf(registry: Registry): Gauge<'plugin' | 'code' | 'severity'> {
  const existing: unknown = registry.getSingleMetric('clusterdex_plugin_health_check');
  if (existing instanceof Gauge) return existing;
  return new Gauge({
    name: 'clusterdex_plugin_health_check',
    help: 'Health checks of plugins that have failed, 1 each.',
    labelNames: ['plugin', 'code', 'severity'],
    registers: [registry],
  });
}
