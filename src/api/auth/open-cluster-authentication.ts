import { ConfigError } from '../../config/config-error.js';
import type { Logger } from '../../telemetry/logger.js';
import { type CertificateBundle, parseCertificateBundle } from './certificate-bundle.js';
import type { HostClient } from './host-client.js';
import type { RequestHeaders } from './request-header-authenticator.js';

/** What a host cluster tells its extension API servers: whose certificates its users and its front proxy show. */
export interface ClusterAuthentication {
  readonly current: AuthenticationFacts;
  close(): void;
}

export interface AuthenticationFacts {
  readonly clientAuthorities?: CertificateBundle;
  readonly requestHeaders?: RequestHeaders;
}

export interface ClusterAuthenticationOptions {
  readonly host: HostClient;
  readonly logger: Logger;
  readonly onChange: () => void;
  /** Milliseconds between two looks at it. */
  readonly interval?: number;
}

const path = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
const usualInterval = 30_000;

/** Rejects with ConfigError when it cannot be read to begin with; later the last good one stays. */
export async function openClusterAuthentication(options: ClusterAuthenticationOptions): Promise<ClusterAuthentication> {
  const { host, logger, onChange, interval = usualInterval } = options;
  let { facts: current, text } = await read(host).catch((error: unknown) => {
    throw new ConfigError(
      `the ConfigMap kube-system/extension-apiserver-authentication cannot be used: ${messageOf(error)}; bind the Role ` +
        'extension-apiserver-authentication-reader to this account, or leave the ConfigMap alone with --authentication-skip-lookup',
      { cause: error },
    );
  });
  let complaint = '';
  let isLooking = false;

  async function look(): Promise<void> {
    try {
      const found = await read(host);
      complaint = '';
      if (found.text === text) return;
      ({ facts: current, text } = found);
      logger.info('the host cluster names other authorities of clients or of its front proxy');
      onChange();
    } catch (error) {
      const reason = messageOf(error);
      if (reason !== complaint)
        logger.warn({ err: error }, 'the authorities of the host cluster cannot be read; keeping the last');
      complaint = reason;
    }
  }

  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look().finally(() => {
      isLooking = false;
    });
  }, interval).unref();
  return {
    get current() {
      return current;
    },
    close: () => clearInterval(timer),
  };
}

/** What stands there now. Rejects for what cannot be read. */
export async function readClusterAuthentication(host: Pick<HostClient, 'get'>): Promise<AuthenticationFacts> {
  return (await read(host)).facts;
}

async function read(
  host: Pick<HostClient, 'get'>,
): Promise<{ readonly facts: AuthenticationFacts; readonly text: string }> {
  const data = ((await host.get(path)) as { data?: Readonly<Record<string, unknown>> } | null)?.data ?? {};
  return { facts: parse(data), text: JSON.stringify(data) };
}

/** Lists stand there as JSON. */
function parse(data: Readonly<Record<string, unknown>>): AuthenticationFacts {
  const clients = data['client-ca-file'];
  const proxies = data['requestheader-client-ca-file'];
  const list = (name: string) => readList(name, data[name]);
  return {
    ...(isText(clients) ? { clientAuthorities: parseCertificateBundle(clients) } : {}),
    ...(isText(proxies)
      ? {
          requestHeaders: {
            authorities: parseCertificateBundle(proxies),
            allowedNames: list('requestheader-allowed-names'),
            username: list('requestheader-username-headers').map(lowerCase),
            uid: list('requestheader-uid-headers').map(lowerCase),
            group: list('requestheader-group-headers').map(lowerCase),
            extraPrefixes: list('requestheader-extra-headers-prefix').map(lowerCase),
          },
        }
      : {}),
  };
}

/** What is no list must not pass for an empty one: that stands for any name. */
function readList(name: string, value: unknown): readonly string[] {
  if (!isText(value)) return [];
  const list: unknown = JSON.parse(value);
  if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return list;
  throw new Error(`${name}: expected a list of texts, found ${value.slice(0, 60)}`);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function lowerCase(text: string): string {
  return text.toLowerCase();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
