import { setMaxListeners } from 'node:events';
import {
  type Capabilities,
  type CommandAnswer,
  createStorageError,
  type KeyValueStore,
  type PluginCommand,
  type PluginHealth,
  type PluginRoute,
  type RouteRequest,
  type RouteResponse,
  type StorageExtensions,
  type StorageFactory,
} from '@clusterdex/storage-contract';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { CallGate } from '../call-gate.js';
import type { HostServices } from '../create-host.js';
import type { Deadlines } from '../deadlines.js';
import { checkRouteResponse } from './check-route-response.js';
import { createCounterSamples } from './counter-samples.js';
import { createHealthReport } from './health-report.js';
import { createHostCommands } from './host-commands.js';
import { createHostState } from './host-state.js';
import { createNotices } from './notices.js';
import { noticingStorage } from './noticing-storage.js';
import { findCommand, runCommand } from './run-command.js';

/** What a plugin does beside storing, for those who serve it. Every call rejects with a StorageError, and ends at its deadline. */
export interface ServedExtensions {
  /** Whether it has routes, or commands beside those that the host gives to every plugin. */
  readonly hasOwn: boolean;
  readonly routes: readonly PluginRoute[];
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
}

export interface OpenedParts {
  /** Behind the guard. */
  readonly factory: StorageFactory;
  readonly extensions: StorageExtensions;
  readonly keyValue: KeyValueStore;
}

export interface PluginServices {
  /** For the plugin's host; they work from the time that the storage has opened, but health codes do at once. */
  readonly services: HostServices;
  /** Begins to serve; answers the storage that tells of what happens to it, and the extensions. */
  open(parts: OpenedParts): { readonly factory: StorageFactory; readonly extensions: ServedExtensions };
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
  let sampling: NodeJS.Timeout | undefined;
  let commands: readonly PluginCommand[] = [];

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

  return {
    services: {
      state,
      sendCommand(tag, { command, parameters = {} }) {
        queueMicrotask(() => void runAndTell(tag, command, parameters));
      },
      setHealthChecks: (checks) => report.set(checks),
    },
    open(parts) {
      opened = parts;
      const { factory, extensions } = parts;
      const tell = notices.tell;
      commands = [
        ...createHostCommands({ logger, keyValue: parts.keyValue, health, notify: tell }),
        ...(extensions.commands ?? []),
      ];
      if (capabilities.state) {
        const sample = () => counters.sample(Date.now());
        sample();
        sampling = setInterval(sample, sampleInterval).unref();
      }
      return {
        factory: extensions.notify === undefined ? factory : noticingStorage(factory, tell),
        extensions: Object.freeze<ServedExtensions>({
          hasOwn: (extensions.routes?.length ?? 0) + (extensions.commands?.length ?? 0) > 0,
          routes: extensions.routes ?? [],
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
        }),
      };
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
