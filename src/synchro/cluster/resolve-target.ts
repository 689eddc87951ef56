import type { ClusterTarget } from '../connection/cluster-target.js';
import { ConnectionError } from '../connection/connection-error.js';
import { parseKubeconfig } from '../connection/kubeconfig.js';
import type { PediaClusterSpec, SecretKey } from './pedia-cluster.js';

export interface ResolveTargetOptions {
  /** The value of a key of a Secret; rejects, or gives undefined, for what there is not. */
  readonly readSecret?: (key: SecretKey) => Promise<Uint8Array | undefined>;
  /**
   * Whether a kubeconfig may name files and programs of this machine: only where whoever wrote it may run programs here anyway.
   */
  readonly trusted: boolean;
}

/** How a PediaCluster says that its cluster is reached, with Clusterpedia's precedence. Rejects with a ConnectionError `credentials`. */
export async function resolveTarget(spec: PediaClusterSpec, options: ResolveTargetOptions): Promise<ClusterTarget> {
  const { authenticationFrom: from } = spec;
  const kubeconfig = decode(spec.kubeconfig);
  if (kubeconfig !== undefined) return fromKubeconfig(kubeconfig, options.trusted);
  const inline = credentialsOf(decode(spec.tokenData), decode(spec.certData), decode(spec.keyData));
  if (inline !== undefined) return targetOf(spec, inline, decode(spec.caData));
  if (from === undefined) throw refused('there are no credentials: no token, and no certificate with its key');
  const read = (key: SecretKey | undefined) => (key === undefined ? undefined : readSecretText(key, options));
  const stored = await read(from.kubeconfig);
  if (stored !== undefined) return fromKubeconfig(stored, options.trusted);
  const [token, certificate, key, ca] = await Promise.all([
    read(from.token),
    read(from.cert),
    read(from.key),
    read(from.ca),
  ]);
  const credentials = credentialsOf(token, certificate, key);
  if (credentials === undefined) throw refused('the Secrets hold no token, and no certificate with its key');
  return targetOf(spec, credentials, decode(spec.caData) ?? ca);
}

type Credentials = { readonly token: string } | { readonly certificate: string; readonly key: string };

function credentialsOf(
  token: string | undefined,
  certificate: string | undefined,
  key: string | undefined,
): Credentials | undefined {
  if (token !== undefined) return { token: token.trim() };
  if (certificate !== undefined && key !== undefined) return { certificate, key };
  return undefined;
}

function targetOf({ apiserver = '' }: PediaClusterSpec, user: Credentials, ca: string | undefined): ClusterTarget {
  if (apiserver === '') throw refused('there is no apiserver to go to');
  return { server: apiserver, tls: ca === undefined ? { skipVerify: true } : { ca }, user };
}

async function readSecretText(key: SecretKey, { readSecret }: ResolveTargetOptions): Promise<string> {
  const name = `Secret ${key.name}, key ${key.key}`;
  if (readSecret === undefined) throw refused(`${name}: there are no Secrets without a host cluster`);
  const value = await readSecret(key);
  if (value === undefined) throw refused(`${name}: is not there`);
  if (value.length === 0) throw refused(`${name}: is empty`);
  return Buffer.from(value).toString();
}

function fromKubeconfig(text: string, trusted: boolean): ClusterTarget {
  const kubeconfig = parseKubeconfig(text);
  const context = kubeconfig.currentContext ?? kubeconfig.contexts[0];
  if (context === undefined) throw refused('the kubeconfig has no context');
  const target = kubeconfig.target(context);
  const { user, tls } = target;
  const local = [
    ['an exec plugin', user.exec],
    ['an auth-provider', user.authProvider],
    ['tokenFile', user.tokenFile],
    ['client-certificate', user.certificateFile],
    ['client-key', user.keyFile],
    ['certificate-authority', tls?.caFile],
  ].find(([, value]) => value !== undefined);
  if (!trusted && local !== undefined) {
    throw refused(
      `the kubeconfig has ${local[0]}: what is declared in a cluster names no files or programs of this server`,
    );
  }
  return target;
}

function decode(data: string | undefined): string | undefined {
  return data === undefined || data === '' ? undefined : Buffer.from(data, 'base64').toString();
}

function refused(message: string): ConnectionError {
  return new ConnectionError('credentials', message);
}
