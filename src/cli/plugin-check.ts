import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { Registry } from 'prom-client';
import { ConfigError } from '../config/config-error.js';
import { readStorageConfig } from '../config/read-storage-config.js';
import { pluginFolders } from '../config/storage-settings.js';
import { bundledFolder, bundledSteps } from '../plugin-host/bundled-folder.js';
import { checkConformance } from '../plugin-host/check-conformance.js';
import { checkStepConformance } from '../plugin-host/check-step.js';
import type { Deadlines } from '../plugin-host/deadlines.js';
import { discoverPlugin, discoverPlugins } from '../plugin-host/discover.js';
import { type OpenSelectedOptions, openSelected } from '../plugin-host/open-storage.js';
import { PluginError } from '../plugin-host/plugin-error.js';
import type { PluginRow } from '../plugin-host/plugin-row.js';
import { selectPlugin } from '../plugin-host/select.js';
import { createLogger } from '../telemetry/logger.js';

export interface PluginCheckOptions {
  readonly storageConfig?: string;
  readonly storageSet?: readonly string[];
  /** Seconds for each step. */
  readonly timeout: string;
  /** Also run the conformance kit, which writes to the storage. */
  readonly conformance?: boolean;
}

/** Goes the whole way of a plugin, from its manifest to its close, and prints what is wrong. Whether all is well. */
export async function checkInstalledPlugin(plugin: string, options: PluginCheckOptions): Promise<boolean> {
  const row = await findPlugin(plugin);
  process.stdout.write(`${row.name} ${row.version ?? ''} in ${row.folder}\n`);
  const violations = await violationsOf(row, options);
  for (const violation of violations) process.stdout.write(`  ✗ ${violation}\n`);
  if (violations.length === 0) {
    const isStep = row.kind === 'synchro';
    const checked = isStep
      ? 'manifest, contract, module, config, open, step, close'
      : 'manifest, contract, module, capabilities, config, open, health, close';
    process.stdout.write(`  ✓ ${checked}${options.conformance ? ', conformance' : ''}\n`);
  }
  return violations.length === 0;
}

async function findPlugin(plugin: string): Promise<PluginRow> {
  const isPath = plugin.includes(sep) || plugin.includes('/') || /^\.{1,2}$|\.[cm]?js$/.test(plugin);
  if (isPath) return discoverPlugin(plugin);
  try {
    const rows = await discoverPlugins(pluginFolders(), { bundled: bundledFolder(), bundledFiles: bundledSteps() });
    const isStep = rows.some((row) => row.kind === 'synchro' && isNamed(row, plugin));
    return selectPlugin(
      rows,
      plugin,
      isStep && !rows.some((row) => row.kind === 'storage' && isNamed(row, plugin)) ? 'synchro' : 'storage',
    );
  } catch (error) {
    if (error instanceof PluginError && error.code === 'NOT_FOUND' && existsSync(plugin)) return discoverPlugin(plugin);
    throw error;
  }
}

/** By its registration name, or as the package is called, which says its kind. */
function isNamed({ name, kind }: PluginRow, wanted: string): boolean {
  const base = wanted.replace(/(?<=.)@.*$/, '').replace(/^@[^/]*\//, '');
  return base === name || base === `${name}-${kind}`;
}

async function violationsOf(row: PluginRow, options: PluginCheckOptions): Promise<readonly string[]> {
  if (row.state === 'broken' || row.state === 'incompatible') return row.violations ?? [row.reason ?? row.state];
  const controller = new AbortController();
  const dataDirectory = await mkdtemp(join(tmpdir(), 'clusterdex-check-'));
  const opening: OpenSelectedOptions = {
    config: options.storageConfig === undefined ? {} : readStorageConfig(options.storageConfig),
    settings: options.storageSet ?? [],
    dataDirectory,
    logger: createLogger('warn'),
    registry: new Registry(),
    signal: controller.signal,
    deadlines: deadlinesOf(options.timeout),
  };
  try {
    if (row.kind === 'synchro') return await checkStepConformance(row, opening, options.conformance === true);
    const storage = await openSelected(row, opening);
    const health = await storage.factory.health();
    const violations = health.healthy ? [] : [`is not healthy once opened: ${health.reason ?? 'it does not say why'}`];
    await storage.factory.shutdown().catch((error: unknown) => violations.push(`does not close: ${messageOf(error)}`));
    await storage.close();
    if (violations.length > 0 || !options.conformance) return violations;
    const { summary, failures } = await checkConformance(row, opening);
    process.stdout.write(`  ${summary}\n`);
    return failures;
  } catch (error) {
    if (!(error instanceof PluginError)) throw error;
    return error.violations.length > 0 ? error.violations : [error.message];
  } finally {
    controller.abort();
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

function deadlinesOf(timeout: string): Partial<Deadlines> {
  const seconds = Number(timeout);
  if (!(seconds > 0))
    throw new ConfigError(`--timeout takes a number of seconds above 0, not ${JSON.stringify(timeout)}`);
  const milliseconds = seconds * 1000;
  return { load: milliseconds, open: milliseconds, close: milliseconds, call: milliseconds };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
