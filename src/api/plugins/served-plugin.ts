import type {
  CommandAnswer,
  PluginCommand,
  PluginHealth,
  PluginRoute,
  RouteRequest,
  RouteResponse,
} from '@clusterdex/storage-contract';

/** A plugin, as its requests see it. Calls reject with a StorageError. */
export interface ServedPlugin {
  readonly name: string;
  /** Whether it has routes, or commands beside those that the host gives to every plugin. */
  readonly hasOwn: boolean;
  readonly routes: readonly PluginRoute[];
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
