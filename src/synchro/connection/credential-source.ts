import { readFile, stat } from 'node:fs/promises';
import type { ClusterTarget, Impersonation, TargetUser } from './cluster-target.js';
import { ConnectionError } from './connection-error.js';
import type { CredentialSource, Credentials } from './credentials.js';
import { createExecCredentials } from './exec-credentials.js';
import { createOidcCredentials } from './oidc-credentials.js';

/** How long a token file is believed unchanged, in milliseconds; Kubernetes exchanges them minutes before they end. */
const tokenFileAge = 10_000;

/** Who we are at the target, whichever way its user says it. */
export function createCredentialSource(target: ClusterTarget, now: () => number): CredentialSource {
  const { user } = target;
  const renewable = sourceOf(target, now);
  const impersonation = impersonationHeaders(user.impersonate);
  return {
    async current() {
      const { headers, ...certificate } = await renewable.current();
      return { ...(await readCertificate(user)), ...certificate, headers: { ...headers, ...impersonation } };
    },
    renew: () => renewable.renew(),
  };
}

function sourceOf(target: ClusterTarget, now: () => number): CredentialSource {
  const { tokenFile, token, exec, authProvider, username } = target.user;
  if (tokenFile !== undefined) return createTokenFile(tokenFile, now);
  if (token !== undefined) return constant({ headers: { authorization: `Bearer ${token}` } });
  if (exec !== undefined) return createExecCredentials(exec, target, now);
  if (authProvider?.name === 'oidc') return createOidcCredentials(authProvider.config);
  if (authProvider !== undefined) {
    const message = `expected oidc as the auth-provider, found ${JSON.stringify(authProvider.name)}; use its exec plugin instead`;
    return { current: () => Promise.reject(new ConnectionError('credentials', message)), renew: () => false };
  }
  if (username === undefined) return constant({ headers: {} });
  const pair = Buffer.from(`${username}:${target.user.password ?? ''}`).toString('base64');
  return constant({ headers: { authorization: `Basic ${pair}` } });
}

function constant(credentials: Credentials): CredentialSource {
  return { current: () => Promise.resolve(credentials), renew: () => false };
}

function createTokenFile(file: string, now: () => number): CredentialSource {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let readFrom = '';
  let credentials: Credentials = { headers: {} };
  return {
    async current() {
      if (now() - lookedAt < tokenFileAge) return credentials;
      const { mtimeMs, ino } = await stat(file).catch((error: unknown) => fail(file, error));
      const version = `${ino} ${mtimeMs}`;
      if (version !== readFrom) {
        const token = String(await readMaterial(file)).trim();
        if (token === '') throw new ConnectionError('credentials', `expected a token in ${file}, found nothing`);
        credentials = { headers: { authorization: `Bearer ${token}` } };
        readFrom = version;
      }
      lookedAt = now();
      return credentials;
    },
    renew() {
      // Another token may have come meanwhile.
      lookedAt = Number.NEGATIVE_INFINITY;
      return true;
    },
  };
}

async function readCertificate(user: TargetUser): Promise<Pick<Credentials, 'certificate' | 'key'>> {
  const certificate = user.certificateFile === undefined ? user.certificate : await readMaterial(user.certificateFile);
  const key = user.keyFile === undefined ? user.key : await readMaterial(user.keyFile);
  return { ...(certificate === undefined ? {} : { certificate }), ...(key === undefined ? {} : { key }) };
}

/** The file, or an error that names it. */
export function readMaterial(file: string): Promise<Buffer> {
  return readFile(file).catch((error: unknown) => fail(file, error));
}

function fail(file: string, error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  throw new ConnectionError('credentials', `${file} cannot be read: ${reason}`, { cause: error });
}

function impersonationHeaders(impersonate: Impersonation | undefined): Record<string, string | readonly string[]> {
  if (impersonate === undefined) return {};
  const extra = Object.entries(impersonate.extra).map(([key, values]) => [
    `impersonate-extra-${encodeURIComponent(key).toLowerCase()}`,
    values,
  ]);
  return {
    'impersonate-user': impersonate.user,
    ...(impersonate.uid === undefined ? {} : { 'impersonate-uid': impersonate.uid }),
    ...(impersonate.groups.length === 0 ? {} : { 'impersonate-group': impersonate.groups }),
    ...Object.fromEntries(extra),
  };
}
