import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createStorageError, type PluginRoute, type RouteResponse } from '@clusterdex/storage-contract';
import { createStatus, invalid, methodNotAllowed, notFound } from '../../kube/status.js';
import { ApiError, badRequest, unknownPath } from '../api-error.js';
import { groupDocument, resourcesDocument } from '../discovery.js';
import { createDocument } from '../document.js';
import { readBody } from '../read-body.js';
import { type PluginTarget, pluginGroup } from '../request-path.js';
import { sendJson } from '../respond.js';
import { sendDocument } from '../send-document.js';
import { commandListDocument, commandResultDocument, discoveredPlugin, healthDocument } from './plugin-documents.js';
import { redirectToActive } from './redirect-to-active.js';
import { type PluginCaller, requireOwnOrigin, requireWriter } from './require-writer.js';
import { createRouteTable } from './route-table.js';
import type { ServedPlugin } from './served-plugin.js';

/** Of arguments of commands, and of routes that do not say; bytes. */
const usualLimit = 64 * 1024;
const credentials = ['authorization', 'cookie', 'proxy-authorization'];

/** Serves what a plugin does beside storing. ApiError or StorageError for what goes wrong. */
export interface PluginHandler {
  serve(response: ServerResponse, target: PluginTarget, caller: PluginCaller): Promise<void>;
  /** ApiError where a request with this method, over the connection of `request`, has nobody to answer it. */
  check(
    target: PluginTarget,
    caller: PluginCaller & { readonly method: string; readonly request: IncomingMessage },
  ): void;
}

export function createPluginHandler(plugin: ServedPlugin): PluginHandler {
  const table = createRouteTable(plugin.routes);
  const standbyTable = createRouteTable(plugin.standbyRoutes);
  const group = discoveredPlugin(plugin.name);

  async function serveCommand(response: ServerResponse, name: string, caller: PluginCaller): Promise<void> {
    const request = response.req;
    allowMethods(request, response, ['POST']);
    const command = plugin.commands.find((candidate) => candidate.name === name);
    if (command?.permission === 'r') requireOwnOrigin(request);
    else requireWriter(request, caller);
    const parameters = readParameters(request, await readBody(request, usualLimit));
    const answer = await plugin.runCommand(name, parameters, whileConnected(response));
    if ('violations' in answer) {
      const causes = answer.violations.map((violation) => {
        const [field = '', ...rest] = violation.split(': ');
        return {
          reason: 'FieldValueInvalid',
          message: rest.join(': '),
          field: `parameters${field.replaceAll('/', '.')}`,
        };
      });
      throw new ApiError(invalid({ group: pluginGroup, kind: 'PluginCommand', name }, causes));
    }
    send(response, commandResultDocument(answer.result));
  }

  async function serveRoute(response: ServerResponse, rest: readonly string[], caller: PluginCaller): Promise<void> {
    const request = response.req;
    const { method = 'GET', url = '' } = request;
    const { role, activeElsewhere } = plugin.standing();
    const own = role === 'standby' ? standbyTable.find(method, rest) : undefined;
    const isOwn = own !== undefined && 'route' in own;
    const found = isOwn ? own : (table.find(method, rest) ?? own);
    if (found === undefined) throw unknownPath();
    if (!('route' in found)) return refuseMethod(response, found);
    const { route, parameters } = found;
    if (role !== 'active' && !isOwn) {
      // Whether it may be done is for the active one to say.
      if (route.method !== 'GET') requireOwnOrigin(request);
      return redirectToActive(response, { plugin: plugin.name, segments: rest, activeElsewhere });
    }
    if (route.method !== 'GET') requireWriter(request, caller);
    const body = route.method === 'GET' ? Buffer.alloc(0) : await readBody(request, route.bodyLimit ?? usualLimit);
    const asked = {
      parameters,
      query: new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : ''),
      headers: headersOf(request),
      body,
      json: () => parseJson(body),
    };
    sendAnswer(response, route, await plugin.callRoute(route, asked, whileConnected(response)));
  }

  async function serve(response: ServerResponse, target: PluginTarget, caller: PluginCaller): Promise<void> {
    const request = response.req;
    const { plugin: name, rest } = target;
    if (name === undefined) {
      allowMethods(request, response, ['GET', 'HEAD']);
      const [version] = group.versions;
      if (version === undefined) throw unknownPath();
      const document = target.depth === 'group' ? groupDocument(group) : resourcesDocument(pluginGroup, version);
      return sendDocument(response, createDocument(document));
    }
    if (name !== plugin.name) throw new ApiError(notFound({ group: pluginGroup, resource: 'plugins' }, name));
    const [first, command] = rest;
    if (first === 'commands' && command !== undefined && rest.length === 2)
      return serveCommand(response, command, caller);
    if (rest.length !== 1 || (first !== 'commands' && first !== 'health')) return serveRoute(response, rest, caller);
    allowMethods(request, response, ['GET', 'HEAD']);
    send(response, first === 'health' ? healthDocument(await plugin.health()) : commandListDocument(plugin.commands));
  }

  return {
    serve,
    check({ plugin: name, rest }, { method, request, isReviewed }) {
      const isRead = method === 'GET' || method === 'HEAD';
      const [first, command] = rest;
      if (name === undefined || (rest.length === 1 && (first === 'commands' || first === 'health'))) {
        if (!isRead) throw new ApiError(methodNotAllowed());
      } else if (name !== plugin.name) throw unknownPath();
      else if (first === 'commands' && rest.length === 2) {
        const found = plugin.commands.find((candidate) => candidate.name === command);
        if (found === undefined) throw unknownPath();
        if (method !== 'POST') throw new ApiError(methodNotAllowed());
        if (found.permission !== 'r') requireWriter(request, { isReviewed });
      } else {
        const found = table.find(method, rest);
        if (found === undefined) throw unknownPath();
        if (!('route' in found)) throw new ApiError(methodNotAllowed());
        if (!isRead) requireWriter(request, { isReviewed });
      }
    },
  };
}

function send(response: ServerResponse, document: object): void {
  sendJson(response, Buffer.from(`${JSON.stringify(document)}\n`));
}

function allowMethods({ method = '' }: IncomingMessage, response: ServerResponse, methods: readonly string[]): void {
  if (!methods.includes(method)) refuseMethod(response, methods);
}

function refuseMethod(response: ServerResponse, methods: readonly string[]): never {
  response.setHeader('Allow', methods.join(', '));
  throw new ApiError(methodNotAllowed());
}

function sendAnswer(response: ServerResponse, { name }: PluginRoute, answer: RouteResponse): void {
  if (response.destroyed) return;
  const { status, headers = {}, json, body } = answer;
  let content = body;
  if (json !== undefined) {
    // A plugin may answer what is no JSON.
    try {
      content = `${JSON.stringify(json)}\n`;
    } catch (error) {
      throw createStorageError('INTERNAL', `the route ${name} answered json that is none`, { cause: error });
    }
  }
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const code = status ?? (bytes === undefined ? 204 : 200);
  const sent: OutgoingHttpHeaders = { 'Cache-Control': 'no-cache, private', 'X-Content-Type-Options': 'nosniff' };
  if (bytes !== undefined) {
    sent['Content-Type'] =
      json !== undefined ? 'application/json' : typeof body === 'string' ? 'text/plain; charset=utf-8' : binary;
  }
  const known = new Map(Object.keys(sent).map((header) => [header.toLowerCase(), header]));
  for (const [header, value] of Object.entries(headers)) sent[known.get(header.toLowerCase()) ?? header] = value;
  if (code !== 204 && code !== 304) sent['Content-Length'] = bytes?.length ?? 0;
  response.writeHead(code, sent);
  response.end(bytes);
}

const binary = 'application/octet-stream';

/** Aborts when the client goes before its answer is out. */
function whileConnected(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

function headersOf({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const kept = Object.entries(headers).filter(
    ([name]) => !name.startsWith(':') && !name.startsWith('x-remote-') && !credentials.includes(name),
  );
  return Object.fromEntries(
    kept.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw createStorageError('INVALID', `the body is no JSON: ${(error as Error).message}`);
  }
}

/** JSON alone: a form of a web page cannot send it. */
function readParameters({ headers }: IncomingMessage, body: Buffer): Readonly<Record<string, unknown>> {
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/json') {
    const message = 'the parameters of a command are sent as application/json: {"parameters": {…}}';
    throw new ApiError(createStatus({ code: 415, reason: 'UnsupportedMediaType', message }));
  }
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch (error) {
    throw badRequest(`the body is no JSON: ${(error as Error).message}`);
  }
  const { parameters = {}, ...others } = (isRecord(value) ? value : { parameters: value }) as Record<string, unknown>;
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw badRequest(`the body has a member ${JSON.stringify(other)}, expected parameters alone`);
  if (!isRecord(parameters)) throw badRequest('parameters have to be a JSON object');
  return parameters;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
