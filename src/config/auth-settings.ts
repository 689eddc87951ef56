import { resolve } from 'node:path';
import { ConfigError } from './config-error.js';
import { parseDuration } from './duration.js';
import { parseBoolean } from './parse-boolean.js';

/** Flags as the command line gives them, `true` where one stands without a value; the names are those of a kube-apiserver. */
export interface AuthOptions {
  readonly clientCaFile?: string;
  readonly tokenAuthFile?: string;
  readonly authenticationKubeconfig?: string | true;
  readonly authenticationSkipLookup?: string | true;
  readonly authenticationTokenWebhookCacheTtl?: string;
  readonly requestheaderClientCaFile?: string;
  readonly requestheaderAllowedNames?: string;
  readonly requestheaderUsernameHeaders?: string;
  readonly requestheaderGroupHeaders?: string;
  readonly requestheaderUidHeaders?: string;
  readonly requestheaderExtraHeadersPrefix?: string;
  readonly anonymousAuth?: string | true;
  readonly authorizationMode?: string;
  readonly authorizationKubeconfig?: string | true;
  readonly authorizationWebhookCacheAuthorizedTtl?: string;
  readonly authorizationWebhookCacheUnauthorizedTtl?: string;
  readonly authorizationAlwaysAllowPaths?: string;
}

/** Who asks, and what they may. Files are absolute paths, times milliseconds. */
export interface AuthSettings {
  readonly clientCaFile?: string;
  readonly tokenAuthFile?: string;
  readonly requestHeader?: RequestHeaderSettings;
  /** The cluster that reviews tokens. */
  readonly authentication?: HostReference & { readonly skipLookup: boolean; readonly tokenLifetime: number };
  /** The cluster that reviews rights; without one everybody who is known may everything. */
  readonly authorization?: HostReference & {
    readonly authorizedLifetime: number;
    readonly unauthorizedLifetime: number;
  };
  readonly anonymous: boolean;
  readonly alwaysAllowPaths: readonly string[];
}

export interface HostReference {
  /** Undefined for the cluster that this process runs in. */
  readonly kubeconfig: string | undefined;
}

/** Names of headers are in lower case. */
export interface RequestHeaderSettings {
  readonly clientCaFile: string;
  /** Common names that the proxy's certificate may have; empty for any. */
  readonly allowedNames: readonly string[];
  readonly username: readonly string[];
  readonly group: readonly string[];
  readonly uid: readonly string[];
  readonly extraPrefixes: readonly string[];
}

export interface AuthSurroundings {
  /** Whether others than this machine reach the server. */
  readonly isReachable: boolean;
  /** Whether this process runs in a cluster. */
  readonly isInCluster: boolean;
}

export const defaultAlwaysAllowPaths = '/healthz,/readyz,/livez';
const modes: readonly string[] = ['AlwaysAllow', 'Webhook'];
const usualTtl = '10s';

/** Undefined when nobody is asked who they are. Throws ConfigError for what contradicts itself. */
export function resolveAuthSettings(options: AuthOptions, surroundings: AuthSurroundings): AuthSettings | undefined {
  const { clientCaFile, tokenAuthFile, authorizationMode: mode } = options;
  const anonymousAuth = parseBoolean('--anonymous-auth', options.anonymousAuth);
  const requestHeader = resolveRequestHeader(options);
  if (mode !== undefined && !modes.includes(mode)) {
    throw new ConfigError(`--authorization-mode: expected ${modes.join(' or ')}, found ${JSON.stringify(mode)}`);
  }
  const asksRights = mode === 'Webhook' || (options.authorizationKubeconfig !== undefined && mode === undefined);
  const isKnown = clientCaFile !== undefined || tokenAuthFile !== undefined || requestHeader !== undefined;
  const delegates =
    options.authenticationKubeconfig !== undefined ||
    (!isKnown && anonymousAuth !== true && surroundings.isReachable && surroundings.isInCluster);
  if (!isKnown && !delegates && !(asksRights && anonymousAuth === true)) {
    refuseIdle(options, { anonymousAuth, asksRights });
    return undefined;
  }
  const authentication = delegates ? resolveAuthentication(options) : undefined;
  const authorizationHost = hostOf(options.authorizationKubeconfig) ?? authentication ?? inCluster(surroundings);
  const reviews = asksRights || (mode === undefined && authorizationHost !== undefined);
  if (reviews && authorizationHost === undefined) {
    throw new ConfigError(
      '--authorization-mode Webhook takes a host cluster to ask: --authorization-kubeconfig names it',
    );
  }
  return Object.freeze({
    ...(clientCaFile === undefined ? {} : { clientCaFile: resolve(clientCaFile) }),
    ...(tokenAuthFile === undefined ? {} : { tokenAuthFile: resolve(tokenAuthFile) }),
    ...(requestHeader === undefined ? {} : { requestHeader }),
    ...(authentication === undefined ? {} : { authentication }),
    ...(reviews && authorizationHost !== undefined
      ? { authorization: { kubeconfig: authorizationHost.kubeconfig, ...lifetimes(options) } }
      : {}),
    anonymous: anonymousAuth === true,
    alwaysAllowPaths: Object.freeze(
      (options.authorizationAlwaysAllowPaths ?? defaultAlwaysAllowPaths).split(',').filter((path) => path !== ''),
    ),
  });
}

/** What is asked for and could do nothing. */
function refuseIdle(
  options: AuthOptions,
  { anonymousAuth, asksRights }: { readonly anonymousAuth: boolean | undefined; readonly asksRights: boolean },
): void {
  const ways = 'name a way to authenticate: --authentication-kubeconfig, --client-ca-file, --token-auth-file';
  if (asksRights) throw new ConfigError(`rights can be reviewed of who is known alone; ${ways}`);
  if (anonymousAuth === false && options.authorizationMode === undefined) {
    throw new ConfigError(`--anonymous-auth=false leaves nobody who could ask; ${ways}`);
  }
}

function resolveAuthentication(options: AuthOptions): NonNullable<AuthSettings['authentication']> {
  return Object.freeze({
    kubeconfig: hostOf(options.authenticationKubeconfig)?.kubeconfig,
    skipLookup: parseBoolean('--authentication-skip-lookup', options.authenticationSkipLookup) === true,
    tokenLifetime: parseDuration(
      '--authentication-token-webhook-cache-ttl',
      options.authenticationTokenWebhookCacheTtl ?? usualTtl,
    ),
  });
}

function lifetimes(options: AuthOptions) {
  return {
    authorizedLifetime: parseDuration(
      '--authorization-webhook-cache-authorized-ttl',
      options.authorizationWebhookCacheAuthorizedTtl ?? usualTtl,
    ),
    unauthorizedLifetime: parseDuration(
      '--authorization-webhook-cache-unauthorized-ttl',
      options.authorizationWebhookCacheUnauthorizedTtl ?? usualTtl,
    ),
  };
}

function hostOf(flag: string | true | undefined): HostReference | undefined {
  if (flag === undefined) return undefined;
  return { kubeconfig: flag === true || flag === '' ? undefined : resolve(flag) };
}

function inCluster({ isInCluster }: AuthSurroundings): HostReference | undefined {
  return isInCluster ? { kubeconfig: undefined } : undefined;
}

function resolveRequestHeader(options: AuthOptions): RequestHeaderSettings | undefined {
  const { requestheaderClientCaFile: clientCaFile } = options;
  if (clientCaFile === undefined) {
    const idle = Object.entries(options).find(([name, value]) => name.startsWith('requestheader') && value);
    if (idle === undefined) return undefined;
    throw new ConfigError(
      'flags --requestheader-… take --requestheader-client-ca-file: who shows no certificate may write any header',
    );
  }
  return Object.freeze({
    clientCaFile: resolve(clientCaFile),
    allowedNames: names(options.requestheaderAllowedNames ?? ''),
    username: headers('username-headers', options.requestheaderUsernameHeaders ?? 'X-Remote-User'),
    group: headers('group-headers', options.requestheaderGroupHeaders ?? 'X-Remote-Group'),
    uid: headers('uid-headers', options.requestheaderUidHeaders ?? 'X-Remote-Uid'),
    extraPrefixes: headers('extra-headers-prefix', options.requestheaderExtraHeadersPrefix ?? 'X-Remote-Extra-'),
  });
}

function headers(flag: string, text: string): readonly string[] {
  const wrong = names(text).find((name) => !/^[\w!#$%&'*+.^`|~-]+$/.test(name));
  if (wrong !== undefined) {
    throw new ConfigError(`--requestheader-${flag}: expected names of headers, found ${JSON.stringify(wrong)}`);
  }
  return names(text.toLowerCase());
}

function names(text: string): readonly string[] {
  return Object.freeze(
    text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  );
}
