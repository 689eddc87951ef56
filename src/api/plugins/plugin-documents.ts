import type { CommandResult, PluginCommand, PluginHealth } from '@clusterdex/storage-contract';
import type { DiscoveredGroup, DiscoveredResource } from '../discovered-group.js';
import { pluginGroup, pluginVersion } from '../request-path.js';

const apiVersion = `${pluginGroup}/${pluginVersion}`;

/** What there is of a plugin, as Kubernetes clients discover it. */
export function discoveredPlugin(plugin: string): DiscoveredGroup {
  const resource = (name: string, kind: string, verbs: readonly string[]): DiscoveredResource => ({
    group: pluginGroup,
    version: pluginVersion,
    resource: name,
    singularName: '',
    namespaced: false,
    kind,
    verbs,
  });
  const resources = [
    resource(`${plugin}/commands`, 'PluginCommand', ['create', 'get']),
    resource(`${plugin}/health`, 'PluginHealth', ['get']),
  ];
  return { group: pluginGroup, versions: [{ version: pluginVersion, resources }] };
}

export function healthDocument({ status, checks }: PluginHealth): object {
  return { kind: 'PluginHealth', apiVersion, status, checks };
}

export function commandListDocument(commands: readonly PluginCommand[]): object {
  const items = commands.map(({ name, description, permission, argumentSchema = { type: 'object' } }) => ({
    name,
    description,
    permission,
    argumentSchema,
  }));
  return { kind: 'PluginCommandList', apiVersion, items };
}

export function commandResultDocument({ exitCode = 0, output = '', error = '', data }: CommandResult): object {
  return { kind: 'PluginCommandResult', apiVersion, exitCode, output, error, ...(data === undefined ? {} : { data }) };
}
