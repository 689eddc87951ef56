import type { PluginRoute } from '@clusterdex/storage-contract';
import type { JsonObject, JsonValue } from '../../kube/openapi/json-value.js';
import { pluginGroup, pluginVersion } from '../request-path.js';
import type { ServedPlugin } from './served-plugin.js';

type Json = JsonObject;

const base = `/apis/${pluginGroup}/${pluginVersion}`;
const any: Json = { description: 'Any JSON.' };
const text: Json = { type: 'string' };
const status: Json = { description: 'A Status that says what is wrong.' };
const onStandby: Json = { 'x-clusterdex-standby': true };
/** Of a plugin that may stand by. */
const redirects: Json = {
  307: {
    description: 'From a process that stands by for the plugin: ask the active one, with the same method and body.',
    headers: { Location: { description: 'The same path and query there.', schema: { type: 'string', format: 'uri' } } },
  },
  503: {
    description:
      'A Status, from a process that stands by for the plugin while it is not known where the active one is.',
    headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } },
  },
};

export type DescribedPlugin = Pick<ServedPlugin, 'name' | 'routes' | 'standbyRoutes' | 'canStandBy'>;

/** The paths of what is served of a plugin, in the words of OpenAPI v3; the same in the active process and in one that stands by. */
export function pluginPaths({ name: plugin, routes, standbyRoutes, canStandBy }: DescribedPlugin): JsonObject {
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
  for (const route of routes) addRoute(route, canStandBy ? redirects : {});
  for (const route of standbyRoutes) addRoute({ ...route, name: `standby-${route.name}` }, {}, onStandby);
  return paths;

  /** What is answered on standby alone is added only where the active process has nothing. */
  function addRoute(route: PluginRoute, others: Json, members: Json = {}): void {
    const path = `${base}/${plugin}${route.pattern}`;
    const found = paths[path] ?? withParameters(route);
    const method = route.method.toLowerCase();
    paths[path] = found;
    if (found[method] !== undefined) return;
    const schema = (route.responseSchema as Json | undefined) ?? any;
    found[method] = {
      ...operation(route.name, route.description ?? '', { ...answer(schema), ...others }),
      'x-clusterdex-route-version': route.version,
      ...members,
      ...(route.method === 'GET' ? {} : { requestBody: content((route.requestSchema as Json | undefined) ?? any) }),
    };
  }

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
