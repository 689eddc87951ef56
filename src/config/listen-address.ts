import { isIP, isIPv4, isIPv6 } from 'node:net';
import { ConfigError } from './config-error.js';
import { defaultBindAddress } from './defaults.js';

export interface ListenAddress {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

/** Where to serve plain http, which never leaves the machine: only loopback will do. Throws ConfigError. */
export function parseListenAddress(host: string, port: string): ListenAddress {
  const number = parsePort('--insecure-port', port);
  if (!isLoopback(host)) {
    throw new ConfigError(
      `--bind-address has to be a loopback address (127.0.0.1, ::1, localhost) for plain http, not ${JSON.stringify(host)}: ` +
        'everybody on the network could read along; serve TLS with --secure-port',
    );
  }
  return Object.freeze({ host: withoutName(host), port: number });
}

/** Where to serve TLS; beyond loopback only where somebody asks who the caller is, or with `anonymousAuth`. Throws ConfigError. */
export function parseSecureAddress(
  host: string,
  port: string,
  { authenticates = false, anonymousAuth = false }: SecureAddressOptions = {},
): ListenAddress {
  const number = parsePort('--secure-port', port);
  if (host !== 'localhost' && isIP(host) === 0) {
    throw new ConfigError(`--bind-address has to be an IP address or localhost, not ${JSON.stringify(host)}`);
  }
  if (!isLoopback(host) && !authenticates && !anonymousAuth) {
    throw new ConfigError(
      `--bind-address ${host} can be reached by others, and without authentication everybody who reaches it may read everything, Secrets ` +
        'too: say who may with --authentication-kubeconfig, --client-ca-file or --token-auth-file, bind a loopback address, or allow it with --anonymous-auth',
    );
  }
  return Object.freeze({ host: withoutName(host), port: number });
}

export interface SecureAddressOptions {
  /** Whether callers have to say who they are. */
  readonly authenticates?: boolean;
  /** Whether they need not. */
  readonly anonymousAuth?: boolean;
}

export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  if (isIPv4(host)) return host.startsWith('127.');
  return isIPv6(host) && /^(?:0*:)*:?0*1$/.test(host);
}

function parsePort(flag: string, port: string): number {
  const number = Number(port);
  if (/^\d+$/.test(port) && number <= 65535) return number;
  throw new ConfigError(`${flag} has to be a number from 0 to 65535, not ${JSON.stringify(port)}`);
}

function withoutName(host: string): string {
  return host === 'localhost' ? defaultBindAddress : host;
}
