import { ConnectionError } from './connection-error.js';
import type { CredentialSource } from './credentials.js';

/** The legacy auth-provider `oidc`, by client-node: the id-token, renewed with the refresh-token when it ends. */
export function createOidcCredentials(config: Readonly<Record<string, string>>): CredentialSource {
  const user = { name: 'oidc', authProvider: { name: 'oidc', config: { ...config } } };
  let provider: Promise<{ applyAuthentication(user: object, options: object): Promise<void> }> | undefined;
  return {
    async current() {
      // Loaded when it is needed only: it brings an OpenID client along.
      provider ??= import('@kubernetes/client-node/dist/oidc_auth.js').then(
        ({ OpenIDConnectAuth }) => new OpenIDConnectAuth(),
      );
      const options: { headers: Record<string, string> } = { headers: {} };
      try {
        await (await provider).applyAuthentication(user, options);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new ConnectionError('credentials', `the OpenID provider gave no token: ${reason}`, { cause: error });
      }
      const { Authorization } = options.headers;
      if (Authorization === undefined) {
        throw new ConnectionError(
          'credentials',
          'expected an id-token in the config of the auth-provider oidc, found none',
        );
      }
      return { headers: { authorization: Authorization } };
    },
    renew: () => false,
  };
}
