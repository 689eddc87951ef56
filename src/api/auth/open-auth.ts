import type { AuthSettings, HostReference } from '../../config/auth-settings.js';
import { readTokenFile } from '../../config/read-token-file.js';
import type { Logger } from '../../telemetry/logger.js';
import { type Authenticate, type Authenticator, createAuthenticate } from './authenticator.js';
import { type Authorizer, alwaysAllow, createAccessReviewAuthorizer } from './authorizer.js';
import type { CertificateBundle } from './certificate-bundle.js';
import type { ClientAuthorities } from './client-authorities.js';
import type { HostClient } from './host-client.js';
import { openCertificateFile } from './open-certificate-file.js';
import { openClusterAuthentication } from './open-cluster-authentication.js';
import { createRequestHeaderAuthenticator, type RequestHeaders } from './request-header-authenticator.js';
import {
  createTokenFileAuthenticator,
  createTokenReviewAuthenticator,
  refuseUnknownToken,
} from './token-authenticators.js';
import { createX509Authenticator } from './x509-authenticator.js';

/** Who asks and what they may, with all that is kept open for it. */
export interface OpenedAuth {
  readonly authenticate: Authenticate;
  readonly authorizer: Authorizer;
  readonly alwaysAllowPaths: readonly string[];
  /** Undefined when no client certificate would be believed. */
  readonly authorities: ClientAuthorities | undefined;
  /** In which a front proxy says for whom it asks, at this moment; lower case. */
  callerHeaders(): CallerHeaders;
  close(): Promise<void>;
}

export interface CallerHeaders {
  readonly names: readonly string[];
  readonly prefixes: readonly string[];
}

export interface AuthSurroundings {
  readonly logger: Logger;
  /** Rejects with ConfigError or what else is wrong with a kubeconfig. */
  openHost(kubeconfig: string | undefined): Promise<HostClient>;
  /** Milliseconds between two looks at files and at the ConfigMap; the usual ones unless told. */
  readonly interval?: number;
}

/** Rejects with ConfigError when a file or the host cluster does not give what is needed. */
export async function openAuth(settings: AuthSettings, surroundings: AuthSurroundings): Promise<OpenedAuth> {
  const { clientCaFile, tokenAuthFile, requestHeader, authentication, authorization } = settings;
  const { logger } = surroundings;
  const listeners: (() => void)[] = [];
  const opened: { close(): void | Promise<void> }[] = [];
  const hosts = new Map<string | undefined, HostClient>();
  const watched = {
    logger,
    onChange: () => {
      for (const listener of listeners) listener();
    },
    ...(surroundings.interval === undefined ? {} : { interval: surroundings.interval }),
  };

  async function hostOf({ kubeconfig }: HostReference): Promise<HostClient> {
    const known = hosts.get(kubeconfig);
    if (known !== undefined) return known;
    const host = await surroundings.openHost(kubeconfig);
    hosts.set(kubeconfig, host);
    opened.push(host);
    return host;
  }

  function openFile(file: string | undefined) {
    if (file === undefined) return undefined;
    const source = openCertificateFile({ ...watched, file });
    opened.push(source);
    return source;
  }

  async function openLookup() {
    if (authentication === undefined || authentication.skipLookup) return undefined;
    const source = await openClusterAuthentication({ ...watched, host: await hostOf(authentication) });
    opened.push(source);
    return source;
  }

  try {
    const users = tokenAuthFile === undefined ? undefined : readTokenFile(tokenAuthFile);
    const clientFile = openFile(clientCaFile);
    const proxyFile = openFile(requestHeader?.clientCaFile);
    const lookup = await openLookup();
    const clients = (): CertificateBundle | undefined => clientFile?.current ?? lookup?.current.clientAuthorities;
    const proxies = (): RequestHeaders | undefined =>
      proxyFile === undefined || requestHeader === undefined
        ? lookup?.current.requestHeaders
        : { ...requestHeader, authorities: proxyFile.current };
    const asksCertificates = [clientFile, proxyFile, lookup].some((source) => source !== undefined);

    const authenticators: Authenticator[] = [];
    if (asksCertificates)
      authenticators.push(createRequestHeaderAuthenticator(proxies, clients), createX509Authenticator(clients));
    if (users !== undefined) authenticators.push(createTokenFileAuthenticator(users));
    if (authentication !== undefined) {
      authenticators.push(
        createTokenReviewAuthenticator({
          host: await hostOf(authentication),
          cacheLifetime: authentication.tokenLifetime,
          onError: (error) => logger.warn({ err: error }, 'the host cluster does not review a token'),
        }),
      );
    }
    authenticators.push(refuseUnknownToken);
    const authorizer =
      authorization === undefined
        ? alwaysAllow
        : createAccessReviewAuthorizer({
            ...authorization,
            host: await hostOf(authorization),
            onError: (error) => logger.warn({ err: error }, 'the host cluster does not review a right'),
          });
    return {
      authenticate: createAuthenticate({ authenticators, anonymous: settings.anonymous }),
      authorizer,
      alwaysAllowPaths: settings.alwaysAllowPaths,
      authorities: asksCertificates
        ? {
            get current() {
              return [clients()?.pem, proxies()?.authorities.pem].filter((pem) => pem !== undefined);
            },
            onChange: (listener) => listeners.push(listener),
          }
        : undefined,
      callerHeaders() {
        const { username = [], group = [], uid = [], extraPrefixes = [] } = proxies() ?? {};
        return { names: [...username, ...group, ...uid], prefixes: extraPrefixes };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }

  async function close(): Promise<void> {
    for (const source of opened.splice(0)) await source.close();
  }
}
