import { isIPv4, isIPv6 } from 'node:net';
import { ConfigError } from './config-error.js';
import { defaultBindAddress } from './defaults.js';

export interface ListenAddress {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

/** Checks where to listen. Only loopback will do as long as there is neither TLS nor authentication. Throws ConfigError. */
export function parseListenAddress(host: string, port: string): ListenAddress {
  const number = Number(port);
  if (!/^\d+$/.test(port) || number > 65535) {
    throw new ConfigError(`--insecure-port has to be a number from 0 to 65535, not ${JSON.stringify(port)}`);
  }
  if (!isLoopback(host)) {
    throw new ConfigError(
      `--bind-address has to be a loopback address (127.0.0.1, ::1, localhost), not ${JSON.stringify(host)}: ` +
        'without TLS and authentication, which come with a later release, everybody on the network could read everything',
    );
  }
  return Object.freeze({ host: host === 'localhost' ? defaultBindAddress : host, port: number });
}

function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  if (isIPv4(host)) return host.startsWith('127.');
  return isIPv6(host) && /^(?:0*:)*:?0*1$/.test(host);
}
