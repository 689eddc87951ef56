import type {
  CommandAnswer,
  PluginCommand,
  PluginHealth,
  PluginRoute,
  RouteRequest,
  RouteResponse,
} from '@clusterdex/storage-contract';

export interface PluginStanding {
  /** `changing` is neither: what was ends, what will be has not begun. */
  readonly role: 'active' | 'standby' | 'changing';
  /** Where the active process serves, when that is another one and it is known; without a slash behind it. */
  readonly activeElsewhere: string | undefined;
}

/** A plugin, as its requests see it. Calls reject with a StorageError. */
export interface ServedPlugin {
  readonly name: string;
  /** Whether it has routes, or commands beside those that the host gives to every plugin. */
  readonly hasOwn: boolean;
  readonly routes: readonly PluginRoute[];
  /** Whether it may stand by; without that it is active in every process. */
  readonly canStandBy: boolean;
  /** Those that it answers in their place while the process stands by. */
  readonly standbyRoutes: readonly PluginRoute[];
  standing(): PluginStanding;
  readonly commands: readonly PluginCommand[];
  /** NOT_FOUND for a command that there is not. */
  runCommand(
    command: string,
    parameters: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<CommandAnswer>;
  callRoute(route: PluginRoute, request: Omit<RouteRequest, 'signal'>, signal: AbortSignal): Promise<RouteResponse>;
  health(): Promise<PluginHealth>;
}
