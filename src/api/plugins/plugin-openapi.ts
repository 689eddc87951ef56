import type { PluginRoute } from '@clusterdex/storage-contract';
import type { JsonObject, JsonValue } from '../../kube/openapi/json-value.js';
import { pluginGroup, pluginVersion } from '../request-path.js';

type Json = JsonObject;

const base = `/apis/${pluginGroup}/${pluginVersion}`;
const any: Json = { description: 'Any JSON.' };
const text: Json = { type: 'string' };
const status: Json = { description: 'A Status that says what is wrong.' };

/** The paths of what is served of a plugin, for OpenAPI v3. */
export function pluginPaths(plugin: string, routes: readonly PluginRoute[]): JsonObject {
  const paths: Record<string, Record<string, JsonValue>> = {
    [`${base}/${plugin}/health`]: {
      get: operation('health', 'How the plugin is, with the codes of what is wrong.', answer(any)),
    },
    [`${base}/${plugin}/commands`]: { get: operation('commands', 'The commands of the plugin.', answer(any)) },
    [`${base}/${plugin}/commands/{command}`]: {
      parameters: [pathParameter('command')],
      post: {
        ...operation('command', 'Runs a command of the plugin.', answer(any)),
        requestBody: content({ type: 'object', properties: { parameters: { type: 'object' } } }),
      },
    },
  };
  for (const route of routes) {
    const path = `${base}/${plugin}${route.pattern}`;
    const found = paths[path] ?? withParameters(route);
    found[route.method.toLowerCase()] = {
      ...operation(route.name, route.description ?? '', answer((route.responseSchema as Json | undefined) ?? any)),
      'x-clusterdex-route-version': route.version,
      ...(route.method === 'GET' ? {} : { requestBody: content((route.requestSchema as Json | undefined) ?? any) }),
    };
    paths[path] = found;
  }
  return paths;

  function operation(name: string, description: string, responses: Json): Json {
    return { operationId: `${plugin}-${name}`, tags: [plugin], ...(description && { description }), responses };
  }
}

function withParameters({ pattern }: PluginRoute): Record<string, JsonValue> {
  const names = [...pattern.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => name);
  return names.length === 0 ? {} : { parameters: names.map(pathParameter) };
}

function pathParameter(name: string): Json {
  return { name, in: 'path', required: true, schema: text };
}

function answer(schema: Json): Json {
  return { 200: { description: 'OK', ...content(schema) }, default: status };
}

function content(schema: Json): Json {
  return { content: { 'application/json': { schema } } };
}
