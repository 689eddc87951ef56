import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { Registry } from 'prom-client';
import { ConfigError } from '../config/config-error.js';
import { readStorageConfig } from '../config/read-storage-config.js';
import { pluginFolders } from '../config/storage-settings.js';
import { bundledFolder, bundledSteps } from '../plugin-host/bundled-folder.js';
import { checkConformance } from '../plugin-host/check-conformance.js';
import { formatCheckAsJunit, type PluginCheckOutcome } from '../plugin-host/check-junit.js';
import { checkStepConformance } from '../plugin-host/check-step.js';
import { createCheckStores } from '../plugin-host/check-stores.js';
import type { Deadlines } from '../plugin-host/deadlines.js';
import { discoverPlugin, discoverPlugins } from '../plugin-host/discover.js';
import { type OpenSelectedOptions, openSelected } from '../plugin-host/open-storage.js';
import { PluginError } from '../plugin-host/plugin-error.js';
import type { PluginRow } from '../plugin-host/plugin-row.js';
import { selectPlugin } from '../plugin-host/select.js';
import { createLogger } from '../telemetry/logger.js';
import { formatCheck, formatCheckAsJson, isWell } from './plugin-check-report.js';

export interface PluginCheckOptions {
  readonly config?: string;
  readonly storageConfig?: string;
  readonly storageSet?: readonly string[];
  /** Seconds for each step. */
  readonly timeout: string;
  /** Also run the conformance kit, which writes to the storage. */
  readonly conformance?: boolean;
  /** Also measure the storage beside the memory storage; with it the kit runs. */
  readonly grade?: boolean;
  /** Of what the kit draws at random; with it the kit runs. */
  readonly seed?: string;
  readonly json?: boolean;
  /** The file for the result as JUnit XML; with it the kit runs. */
  readonly junit?: string;
}

/** Goes the whole way of a plugin, from its manifest to its close, and prints what is wrong. Whether all is well. */
export async function checkInstalledPlugin(plugin: string, options: PluginCheckOptions): Promise<boolean> {
  const seed = seedOf(options.seed);
  const runsKit =
    options.conformance === true || options.grade === true || seed !== undefined || options.junit !== undefined;
  // Before the minutes that the kit may take, not after them.
  if (options.junit !== undefined) writeReport(options.junit, '');
  const row = await findPlugin(plugin);
  if (!options.json) process.stdout.write(`${row.name} ${row.version ?? ''} in ${row.folder}\n`);
  const start = performance.now();
  const outcome = await check(row, options, { runsKit, seed });
  const seconds = (performance.now() - start) / 1000;
  if (options.junit !== undefined) writeReport(options.junit, await formatCheckAsJunit(row, outcome, seconds));
  process.stdout.write(options.json ? formatCheckAsJson(row, outcome) : formatCheck(row, outcome));
  return isWell(outcome);
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

async function check(
  row: PluginRow,
  options: PluginCheckOptions,
  { runsKit, seed }: { readonly runsKit: boolean; readonly seed: number | undefined },
): Promise<PluginCheckOutcome> {
  if (row.state === 'broken' || row.state === 'incompatible') {
    return { violations: row.violations ?? [row.reason ?? row.state], runsKit };
  }
  const controller = new AbortController();
  const dataDirectory = await mkdtemp(join(tmpdir(), 'clusterdex-check-'));
  const opening: OpenSelectedOptions = {
    config: configOf(options),
    settings: options.storageSet ?? [],
    dataDirectory,
    logger: createLogger('warn'),
    registry: new Registry(),
    signal: controller.signal,
    deadlines: deadlinesOf(options.timeout),
  };
  try {
    if (row.kind === 'synchro') {
      return { violations: await checkStepConformance(row, opening, runsKit), runsKit };
    }
    const stores = createCheckStores(row, opening);
    const violations = await lifeCycleViolations(row, stores.optionsOf(dataDirectory));
    const conformance =
      violations.length > 0 || !runsKit
        ? undefined
        : await checkConformance(row, opening, { stores, seed, grade: options.grade });
    await stores.remove(dataDirectory);
    return { violations, runsKit, stores: stores.outcome(), ...(conformance && { conformance }) };
  } catch (error) {
    if (!(error instanceof PluginError)) throw error;
    return { violations: error.violations.length > 0 ? error.violations : [error.message], runsKit };
  } finally {
    controller.abort();
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

/** Opens it behind the guard, as the server does, and closes it. */
async function lifeCycleViolations(row: PluginRow, opening: OpenSelectedOptions): Promise<readonly string[]> {
  const storage = await openSelected(row, opening);
  const health = await storage.factory.health();
  const violations = health.healthy ? [] : [`is not healthy once opened: ${health.reason ?? 'it does not say why'}`];
  await storage.factory.shutdown().catch((error: unknown) => violations.push(`does not close: ${messageOf(error)}`));
  await storage.close();
  return violations;
}

function configOf({ config, storageConfig }: PluginCheckOptions): Readonly<Record<string, unknown>> {
  if (config !== undefined) return readStorageConfig(config, '--config');
  return storageConfig === undefined ? {} : readStorageConfig(storageConfig);
}

function seedOf(seed: string | undefined): number | undefined {
  if (seed === undefined) return undefined;
  if (!/^\d{1,10}$/.test(seed) || Number(seed) >= 2 ** 31) {
    throw new ConfigError(`--seed takes a whole number from 0 to ${2 ** 31 - 1}, not ${JSON.stringify(seed)}`);
  }
  return Number(seed);
}

function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new ConfigError(`--junit ${file} cannot be written: ${messageOf(error)}`, { cause: error });
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
