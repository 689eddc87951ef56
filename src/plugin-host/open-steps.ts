import type { PluginLogger, StorageHost, SynchroPlugin, SynchroStep } from '@clusterdex/storage-contract';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { maskSecrets } from '../config/schema/secrets.js';
import { serverVersion } from '../config/server-version.js';
import { bundledFolder, bundledSteps } from './bundled-folder.js';
import { requireSynchroPlugin } from './check.js';
import { configurePlugin } from './configure.js';
import { createHost } from './create-host.js';
import { withDeadline } from './deadline.js';
import { type Deadlines, defaultDeadlines } from './deadlines.js';
import { discoverPlugins } from './discover.js';
import { loadPlugin } from './load.js';
import { PluginError } from './plugin-error.js';
import type { PluginRow } from './plugin-row.js';
import { selectPlugin } from './select.js';

/** A step of the pipeline as the config names it. */
export interface StepSettings {
  /** `redact`, `redact-synchro`, `redact@1.2`. */
  readonly name: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** `key=value` each, laid over the config. */
  readonly settings?: readonly string[];
  readonly onError?: 'refuse' | 'ignore';
}

export interface OpenStepsOptions {
  readonly steps: readonly StepSettings[];
  readonly folders: readonly string[];
  readonly bundled?: string;
  readonly dataDirectory: string;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly signal: AbortSignal;
  readonly deadlines?: Partial<Deadlines>;
}

export interface OpenedStep {
  readonly name: string;
  readonly step: SynchroStep;
  readonly onError: 'refuse' | 'ignore';
  /** Version and config. */
  readonly identity: unknown;
  readonly logger: PluginLogger;
}

/** Finds, loads, checks, configures and opens the steps, in their order. Throws PluginError with every violation; what was opened before is closed then. */
export async function openSteps(options: OpenStepsOptions): Promise<readonly OpenedStep[]> {
  const bundled = options.bundled ?? bundledFolder();
  const rows = await discoverPlugins(options.folders, { bundled, bundledFiles: bundledSteps() });
  const opened: OpenedStep[] = [];
  try {
    for (const settings of options.steps) {
      opened.push(await openStep(selectPlugin(rows, settings.name, 'synchro'), settings, options));
    }
  } catch (error) {
    await Promise.all(opened.map(async ({ step }) => step.close?.().catch(() => {})));
    throw error;
  }
  return opened;
}

export async function openStep(
  row: PluginRow,
  settings: StepSettings,
  options: Omit<OpenStepsOptions, 'steps' | 'folders' | 'bundled'>,
): Promise<OpenedStep> {
  const deadlines = { ...defaultDeadlines, ...options.deadlines };
  const { dataDirectory, logger, registry, signal } = options;
  const plugin = requireSynchroPlugin(await loadPlugin(row, { deadline: deadlines.load, signal }), row);
  const config = configurePlugin(plugin, {
    config: settings.config ?? {},
    settings: settings.settings ?? [],
    kind: 'synchro',
  });
  const { host } = await createHost({
    plugin: row.name,
    kind: 'synchro',
    dataDirectory,
    logger,
    registry,
    hostVersion: serverVersion,
    signal,
  });
  const step = await createStep(plugin, { config, host, deadline: deadlines.open });
  logger.info({ step: row.name, version: row.version, folder: row.folder }, 'synchro step opened');
  const identity = { version: row.version, config };
  return Object.freeze({ name: row.name, step, onError: settings.onError ?? 'refuse', identity, logger: host.logger });
}

interface CreateStepOptions {
  readonly config: Readonly<Record<string, unknown>>;
  readonly host: StorageHost;
  readonly deadline: number;
}

async function createStep(plugin: SynchroPlugin, { config, host, deadline }: CreateStepOptions): Promise<SynchroStep> {
  const where = `synchro plugin "${plugin.name}"`;
  let created: Awaited<ReturnType<typeof withDeadline<SynchroStep>>>;
  try {
    created = await withDeadline((async () => plugin.createStep(config, host))(), deadline, { signal: host.signal });
  } catch (error) {
    const reason = maskSecrets(error instanceof Error ? error.message : String(error));
    throw new PluginError('OPEN_FAILED', `${where} could not be opened: ${reason}`, { cause: error });
  }
  if ('late' in created) {
    if (created.late === 'aborted') throw new PluginError('ABORTED', `${where}: the start was aborted while it opened`);
    throw new PluginError('OPEN_TIMEOUT', `${where} did not open within ${deadline} ms`);
  }
  const violations = checkStep(created.value);
  if (violations.length === 0) return created.value;
  throw new PluginError('INVALID_PLUGIN', `${where} opened something that is no step`, { violations });
}

/** What a step says that it does has to be what the contract calls so. */
function checkStep(step: unknown): string[] {
  if (typeof step !== 'object' || step === null) return [`/: must be an object, found ${typeof step}`];
  const { filter, selectors, close, reconciler, prunes } = step as Record<string, unknown>;
  const violations: string[] = [];
  for (const [name, member] of Object.entries({ filter, selectors, close })) {
    if (member !== undefined && typeof member !== 'function') violations.push(`/${name}: must be a function`);
  }
  if (prunes !== undefined && (typeof prunes !== 'object' || prunes === null)) {
    violations.push('/prunes: must be an object');
  }
  if (reconciler !== undefined) {
    const members = (typeof reconciler === 'object' && reconciler !== null ? reconciler : {}) as Record<
      string,
      unknown
    >;
    if (typeof members.name !== 'string') violations.push('/reconciler/name: must be a string');
    for (const name of ['reconcile', 'handleDeletion']) {
      if (typeof members[name] !== 'function') violations.push(`/reconciler/${name}: must be a function`);
    }
  }
  if ([filter, selectors, reconciler, prunes].every((member) => member === undefined)) {
    violations.push('/: has neither prunes, selectors, filter nor reconciler');
  }
  return violations;
}
