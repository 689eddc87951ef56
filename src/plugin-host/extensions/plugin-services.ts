import { setMaxListeners } from 'node:events';
import {
  type Capabilities,
  type CommandAnswer,
  createStorageError,
  type PluginCommand,
  type PluginHealth,
  type PluginRoute,
  type RouteRequest,
  type RouteResponse,
  type StorageExtensions,
  type StorageFactory,
  type TransactionStep,
} from '@clusterdex/storage-contract';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { systemClock } from '../../timing/clock.js';
import type { CallGate } from '../call-gate.js';
import type { HostServices } from '../create-host.js';
import type { Deadlines } from '../deadlines.js';
import type { SettingsFile } from '../key-value-file.js';
import { attachingStorage, createHostSteps } from './attaching-storage.js';
import { checkRouteResponse } from './check-route-response.js';
import { createCounterSamples } from './counter-samples.js';
import { findInterface, type PluginInterface } from './find-interface.js';
import { gatedStep } from './gated-step.js';
import { createHealthReport } from './health-report.js';
import { createHostCommands } from './host-commands.js';
import { createHostState } from './host-state.js';
import { createJournal } from './journal.js';
import { createNotices } from './notices.js';
import { findCommand, runCommand } from './run-command.js';
import { createServeFailures } from './serve-failures.js';
import { bindStandby } from './standby.js';
import { createTransactions, type Transaction, type Transactions } from './transactions.js';
import { createTurns, type Role, type Turns } from './turns.js';

/** What a plugin does beside storing, for those who serve it. Every call rejects with a StorageError, and ends at its deadline. */
export interface ServedExtensions {
  /** Whether it has routes, or commands beside those that the host gives to every plugin. */
  readonly hasOwn: boolean;
  readonly routes: readonly PluginRoute[];
  /** Whether it has a part for standby. */
  readonly canStandBy: boolean;
  /** What it answers in their place on standby. */
  readonly standbyRoutes: readonly PluginRoute[];
  standing(): Standing;
  /** The plugin's own, and those that the host gives to every plugin. */
  readonly commands: readonly PluginCommand[];
  /** NOT_FOUND for a command that there is not. */
  runCommand(
    command: string,
    parameters: Readonly<Record<string, unknown>>,
    signal?: AbortSignal,
  ): Promise<CommandAnswer>;
  callRoute(route: PluginRoute, request: Omit<RouteRequest, 'signal'>, signal?: AbortSignal): Promise<RouteResponse>;
  health(): Promise<PluginHealth>;
  /** Begins the plugin's own work, once, if it has any: when the server serves. On standby where processes are elected and it can stand by. */
  serve(election?: Election): void;
  /**
   * This process was elected until the signal aborts. Resolves when the plugin's own work has ended, or was left behind at its deadline; at once
   * for a plugin without a part for standby. Never rejects.
   */
  lead(signal: AbortSignal): Promise<void>;
  /** The process begins to end: no work begins any more. */
  leave(): void;
  /**
   * The plugin's interface of this name, whose functions go through the gate: each resolves to what it resolves to, or rejects with a StorageError.
   * NOT_SUPPORTED when the plugin has none of this name.
   */
  interfaceOf(name: string): PluginInterface;
}

export interface Standing {
  /** What the process is for the plugin now: always active without a part for standby. */
  readonly role: Role;
  /** Where the active process serves, when that is another one and it is known. */
  readonly activeElsewhere: string | undefined;
}

export interface Election {
  readonly isElected: boolean;
  /** Whether this process holds the lease, or none is needed. */
  readonly isLeading: () => boolean;
  /** Of this process. */
  readonly ownUri: string | undefined;
  readonly activeUri: () => string | undefined;
}

export interface PluginServicesOptions {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly gate: CallGate;
  readonly deadlines: Deadlines;
  /** The plugin's own. */
  readonly logger: Logger;
  readonly registry: Registry;
  /** Aborted when the server begins to shut down. */
  readonly signal: AbortSignal;
  /** Where the journal of transactions lies; made when there is one to write. */
  readonly journalFolder: string;
}

export interface OpenedParts {
  /** Behind the guard. */
  readonly factory: StorageFactory;
  readonly extensions: StorageExtensions;
  readonly settings: SettingsFile;
}

export interface PluginServices {
  /** For the plugin's host; they work from the time that the storage has opened, but health codes do at once. */
  readonly services: HostServices;
  /**
   * Undoes what a process left that died in the middle of a transaction, then begins to serve; answers the storage that takes part in
   * transactions and tells what happens to it, and the extensions.
   */
  open(parts: OpenedParts): Promise<{ readonly factory: StorageFactory; readonly extensions: ServedExtensions }>;
  /** Ends the plugin's own work. Resolves when it has ended, or does not within its deadline. */
  endServing(): Promise<void>;
  end(): void;
}

/** Milliseconds. */
const sampleInterval = 10_000;

/** What the host does for one storage plugin beside calling its storage. */
export function createPluginServices(options: PluginServicesOptions): PluginServices {
  const { name, capabilities, gate, deadlines, logger, registry } = options;
  let opened: OpenedParts | undefined;
  const ending = new AbortController();
  // Every command under way listens to both.
  setMaxListeners(0, ending.signal, options.signal);
  const report = createHealthReport(name, registry, logger);
  const counters = createCounterSamples(() => readCounters(gate));
  const notices = createNotices((notice) => opened?.extensions.notify?.(notice), { deadline: deadlines.call, logger });
  const state = createHostState({
    factory: () => opened?.factory,
    operations: () => gate.statistics(),
    counters,
  });
  let turns: Turns | undefined;
  let election: Election | undefined;
  let sampling: NodeJS.Timeout | undefined;
  let commands: readonly PluginCommand[] = [];
  let steps: readonly TransactionStep[] = [];
  let transactions: Transactions | undefined;

  async function health(): Promise<PluginHealth> {
    return report.health(await opened?.factory.health());
  }

  async function run(command: string, parameters: Readonly<Record<string, unknown>>, signal?: AbortSignal) {
    if (opened === undefined) throw createStorageError('UNAVAILABLE', `the storage ${name} is not open yet`);
    const found = findCommand(commands, command, name);
    const either = AbortSignal.any([ending.signal, options.signal, ...(signal === undefined ? [] : [signal])]);
    return runCommand(found, { gate, parameters, deadline: deadlines.command, signal: either });
  }

  async function runAndTell(tag: string, command: string, parameters: Readonly<Record<string, unknown>>) {
    try {
      const answer = await run(command, parameters);
      if ('result' in answer) notices.tell({ type: 'command', tag, result: answer.result });
      else notices.tell({ type: 'command', tag, failure: { code: 'INVALID', message: answer.violations.join('; ') } });
    } catch (error) {
      const { code, message } = gate.toStorageError(`command:${command}`, error);
      notices.tell({ type: 'command', tag, failure: { code, message } });
    }
  }

  async function transact(transaction: Transaction): Promise<void> {
    if (transactions === undefined) throw createStorageError('UNAVAILABLE', `the storage ${name} is not open yet`);
    try {
      await transactions.run(transaction);
    } catch (error) {
      throw gate.toStorageError(transaction.name, error);
    }
  }

  /** Of names; NOT_FOUND when there is not one of them. */
  function findSteps(names: readonly string[]): readonly TransactionStep[] {
    return names.map((wanted) => {
      const found = steps.find((step) => step.name === wanted);
      if (found !== undefined) return found;
      const known = steps.map((step) => step.name).join(', ') || 'none';
      throw createStorageError('NOT_FOUND', `there is no step ${JSON.stringify(wanted)}; there are: ${known}`);
    });
  }

  function reportUnfinished(locks: readonly string[]): void {
    const summary = 'a transaction that failed could not be undone; whoever wants its lock tries again';
    report.setOwn(
      'TRANSACTION_NOT_UNDONE',
      locks.length === 0 ? undefined : { severity: 'error', summary, detail: locks },
    );
  }

  return {
    services: {
      state,
      activeUri: () => election?.activeUri(),
      sendCommand(tag, { command, parameters = {} }) {
        queueMicrotask(() => void runAndTell(tag, command, parameters));
      },
      setHealthChecks: (checks) => report.set(checks),
      async runTransaction(lock, names, parameters = {}) {
        await transact({ name: 'plugin', lock: `plugin/${lock}`, steps: findSteps(names), parameters });
      },
    },
    async open(parts) {
      opened = parts;
      const { factory, extensions, settings } = parts;
      const standby = bindStandby(extensions.standby, { logger, settings, activeUri: () => election?.activeUri() });
      const working = createTurns({
        canStandBy: extensions.standby !== undefined,
        serve: extensions.serve,
        standBy: standby.serve,
        prepare: () => settings.reload(),
        setCheck: (code, check) => report.setOwn(code, check),
        signal: options.signal,
        deadline: deadlines.close,
        clock: systemClock,
        countFailure: createServeFailures(name, registry),
        logger,
      });
      turns = working;
      const own = [extensions.routes, extensions.commands, standby.routes];
      const tell = notices.tell;
      steps = (extensions.steps ?? []).map((step) => gatedStep(step, gate, deadlines.step));
      const hostSteps = createHostSteps(factory);
      transactions = createTransactions({
        journal: createJournal(options.journalFolder),
        logger,
        signal: options.signal,
        steps: [hostSteps.prepare, hostSteps.clean(), ...steps],
        onUnfinished: reportUnfinished,
      });
      await transactions.recover();
      const isPlain = extensions.notify === undefined && steps.length === 0;
      commands = [
        ...createHostCommands({ logger, keyValue: settings, health, notify: tell }),
        ...(extensions.commands ?? []),
      ];
      if (capabilities.state) {
        const sample = () => counters.sample(Date.now());
        sample();
        sampling = setInterval(sample, sampleInterval).unref();
      }
      return {
        factory: isPlain ? factory : attachingStorage(factory, { run: transact, steps, own: hostSteps, tell }),
        extensions: Object.freeze<ServedExtensions>({
          hasOwn: own.some((list) => list !== undefined && list.length > 0),
          routes: extensions.routes ?? [],
          canStandBy: extensions.standby !== undefined,
          standbyRoutes: standby.routes,
          standing() {
            const uri = election?.activeUri();
            // The time of a lease may be over before its loss is noticed, in a process that slept.
            const isOver = extensions.standby !== undefined && election?.isLeading() === false;
            const role = working.role === 'active' && isOver ? 'changing' : working.role;
            return { role, activeElsewhere: uri === election?.ownUri ? undefined : uri };
          },
          commands,
          runCommand: run,
          callRoute(route, request, signal) {
            const controller = new AbortController();
            return gate.run(
              `route:${route.name}`,
              async () => route.handler({ ...request, signal: controller.signal }),
              { deadline: deadlines.route, signal, controller, check: checkRouteResponse },
            );
          },
          health,
          serve(elected) {
            election = elected;
            working.begin(elected?.isElected ?? false);
          },
          lead: (signal) => working.lead(signal),
          leave: () => working.leave(),
          interfaceOf: (wanted) =>
            findInterface(extensions.interfaces, { name: wanted, plugin: name, gate, deadline: deadlines.command }),
        }),
      };
    },
    async endServing() {
      await turns?.end();
    },
    end() {
      clearInterval(sampling);
      ending.abort();
      notices.end();
      report.end();
    },
  };
}

/** Calls so far, by operation. */
function readCounters(gate: CallGate): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { operation, count } of gate.statistics()) {
    const name = `${operation}_total`;
    counts.set(name, (counts.get(name) ?? 0) + count);
  }
  return counts;
}
