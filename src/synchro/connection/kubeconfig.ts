import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { newClusters, newContexts, newUsers } from '@kubernetes/client-node/dist/config_types.js';
import { parse, YAMLParseError } from 'yaml';
import type { ClusterTarget, ExecPlugin, Impersonation, TargetUser } from './cluster-target.js';
import { ConnectionError } from './connection-error.js';

/** What a kubeconfig declares. */
export interface Kubeconfig {
  readonly currentContext: string | undefined;
  /** Names, in their order. */
  readonly contexts: readonly string[];
  /** The name of the user of a context; undefined without one. */
  userName(context: string): string | undefined;
  /** Where a context leads and who we are there. Throws a ConnectionError that says what it lacks. */
  target(context: string): ClusterTarget;
}

/** Rejects with a ConnectionError that names the file. Relative paths in it are relative to its folder. */
export async function readKubeconfigFile(file: string): Promise<Kubeconfig> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw invalid(`kubeconfig ${file} cannot be read: ${messageOf(error)}`);
  });
  return parseKubeconfig(text, { folder: dirname(resolve(file)), name: file });
}

/** `folder`, for relative paths, may be absent where there is no file: then only absolute ones are taken. */
export function parseKubeconfig(
  text: string,
  { folder, name = 'the kubeconfig' }: { readonly folder?: string; readonly name?: string } = {},
): Kubeconfig {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw invalid(`${name} is no YAML${placeOf(error)}`);
  }
  const config = record(content);
  if (config === undefined) throw invalid(`${name}: expected a kubeconfig, found something else`);
  const lists = readLists(config, name);
  return Object.freeze({
    currentContext: textOf(config['current-context']),
    contexts: lists.contexts.map((context) => context.name),
    userName: (context: string) => lists.contexts.find(({ name: known }) => known === context)?.user || undefined,
    target: (context: string) => targetOf(lists, context, { folder, name }),
  });
}

type Lists = ReturnType<typeof readLists>;

function readLists(config: Record<string, unknown>, name: string) {
  try {
    // What token-file means is a token read once; tokenFile is read below, and again when it changes.
    const rawUsers = list(config.users);
    return {
      clusters: newClusters(list(config.clusters)),
      contexts: newContexts(list(config.contexts)),
      users: newUsers(rawUsers),
      rawUsers: new Map(rawUsers.map((user) => [record(user)?.name, record(record(user)?.user) ?? {}])),
    };
  } catch (error) {
    throw invalid(`${name}: ${messageOf(error)}`);
  }
}

interface Place {
  readonly folder: string | undefined;
  readonly name: string;
}

function targetOf(lists: Lists, contextName: string, place: Place): ClusterTarget {
  const where = `${place.name}, context ${JSON.stringify(contextName)}`;
  const context = lists.contexts.find(({ name }) => name === contextName);
  if (context === undefined) {
    const known = lists.contexts.map(({ name }) => name).join(', ') || 'none';
    throw invalid(`${place.name}: expected a context, one of ${known}, found ${JSON.stringify(contextName)}`);
  }
  const cluster = lists.clusters.find(({ name }) => name === context.cluster);
  if (cluster === undefined) throw invalid(`${where}: there is no cluster ${JSON.stringify(context.cluster)}`);
  const user = lists.users.find(({ name }) => name === context.user);
  if (user === undefined && context.user) throw invalid(`${where}: there is no user ${JSON.stringify(context.user)}`);
  const path = (file: string | null | undefined) => (file ? absolute(file, place, where) : undefined);
  const ca = decode(cluster.caData, `${where}: certificate-authority-data`);
  const caFile = ca === undefined ? path(cluster.caFile) : undefined;
  return Object.freeze({
    server: cluster.server,
    ...(cluster.proxyUrl ? { proxyUrl: cluster.proxyUrl } : {}),
    tls: Object.freeze({
      ...(ca === undefined ? {} : { ca }),
      ...(caFile === undefined ? {} : { caFile }),
      ...(cluster.skipTLSVerify ? { skipVerify: true } : {}),
      ...(cluster.tlsServerName ? { serverName: cluster.tlsServerName } : {}),
    }),
    user: user === undefined ? {} : userOf(user, { raw: lists.rawUsers.get(user.name) ?? {}, path, where }),
  });
}

interface UserContext {
  readonly raw: Record<string, unknown>;
  readonly path: (file: string | null | undefined) => string | undefined;
  readonly where: string;
}

function userOf(user: Lists['users'][number], { raw, path, where }: UserContext): TargetUser {
  const certificate = decode(user.certData, `${where}: client-certificate-data`);
  const key = decode(user.keyData, `${where}: client-key-data`);
  const provider = record(raw['auth-provider']);
  return pick({
    tokenFile: path(textOf(raw.tokenFile)),
    token: textOf(user.token),
    certificate,
    certificateFile: certificate === undefined ? path(user.certFile) : undefined,
    key,
    keyFile: key === undefined ? path(user.keyFile) : undefined,
    username: textOf(user.username),
    password: textOf(user.password),
    exec: execOf(record(raw.exec), { path, where }),
    authProvider: provider && { name: String(provider.name), config: stringMap(provider.config) },
    impersonate: impersonationOf(raw),
  });
}

function execOf(
  exec: Record<string, unknown> | undefined,
  { path, where }: Pick<UserContext, 'path' | 'where'>,
): ExecPlugin | undefined {
  if (exec === undefined) return undefined;
  const command = textOf(exec.command);
  if (command === undefined) throw invalid(`${where}: expected a command of the exec plugin, found none`);
  const env = list(exec.env).map((entry): [string, string] => [
    String(record(entry)?.name),
    String(record(entry)?.value ?? ''),
  ]);
  const installHint = textOf(exec.installHint);
  return {
    apiVersion: textOf(exec.apiVersion) ?? 'client.authentication.k8s.io/v1',
    // As a shell would: a name is looked for in PATH, anything with a slash is a path.
    command: command.includes('/') ? (path(command) ?? command) : command,
    args: list(exec.args).map(String),
    env: Object.fromEntries(env),
    provideClusterInfo: exec.provideClusterInfo === true,
    ...(installHint === undefined ? {} : { installHint }),
  };
}

function impersonationOf(raw: Record<string, unknown>): Impersonation | undefined {
  const user = textOf(raw.as);
  if (user === undefined) return undefined;
  const uid = textOf(raw['as-uid']);
  const extra = Object.entries(record(raw['as-user-extra']) ?? {});
  return {
    user,
    ...(uid === undefined ? {} : { uid }),
    groups: list(raw['as-groups']).map(String),
    extra: Object.fromEntries(extra.map(([key, values]) => [key, list(values).map(String)])),
  };
}

function absolute(file: string, { folder }: Place, where: string): string {
  const path = resolve(folder ?? '/', file);
  if (folder === undefined && path !== file) {
    throw invalid(`${where}: expected an absolute path, found ${JSON.stringify(file)}`);
  }
  return path;
}

function decode(data: string | null | undefined, what: string): string | undefined {
  if (!data) return undefined;
  const text = Buffer.from(data, 'base64').toString('latin1');
  if (!text.includes('-----BEGIN ')) throw invalid(`${what}: expected PEM in base64, found something else`);
  return text;
}

function pick<T extends object>(members: { [K in keyof T]: T[K] | undefined }): T {
  return Object.freeze(Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T);
}

function invalid(message: string): ConnectionError {
  return new ConnectionError('credentials', message);
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Where the fault is, and nothing of what stands there: it may be a credential. */
function placeOf(error: unknown): string {
  const place = error instanceof YAMLParseError ? error.linePos?.[0] : undefined;
  return place === undefined ? '' : `: line ${place.line}, column ${place.col}`;
}

function stringMap(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(record(value) ?? {}).map(([key, member]) => [key, String(member)]));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
