import { X509Certificate } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError } from '../config/config-error.js';
import { createSelfSignedCertificate, isOurs, isToBeRenewed } from '../config/self-signed-certificate.js';
import type { ClusterConnection } from '../synchro/connection/cluster-connection.js';
import { ConnectionError } from '../synchro/connection/connection-error.js';

export interface SecretName {
  readonly namespace: string;
  readonly name: string;
}

export interface KeptCertificate {
  /** PEM of whom to trust: of the certificate, and of the one before it. */
  readonly authorities: string;
  readonly validTo: Date;
  readonly isNew: boolean;
}

interface Secret {
  readonly metadata: { readonly resourceVersion?: string };
  readonly data?: Readonly<Record<string, string>>;
}

const attempts = 5;
/** Milliseconds that the APIService may come later than this: it is installed at the same time. */
const apiServicePatience = 60_000;
const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g;

/** Makes the Secret, or renews its certificate when that is to be. Rejects with ConfigError for a certificate of somebody else, else with ConnectionError. */
export async function keepCertificateSecret(
  connection: ClusterConnection,
  { namespace, name, hosts }: SecretName & { readonly hosts: readonly string[] },
): Promise<KeptCertificate> {
  const base = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`;
  const path = `${base}/${encodeURIComponent(name)}`;
  for (let attempt = 1; ; attempt++) {
    try {
      const found = await absentAsUndefined(connection.getJson(path) as Promise<Secret>);
      const { 'tls.crt': served, 'ca.crt': trusted } = decode(found);
      const current = readCertificate(served, `the Secret ${namespace}/${name}`);
      if (current !== undefined && !isToBeRenewed(current, { hosts })) {
        return { authorities: trusted ?? last(served), validTo: new Date(current.validTo), isNew: false };
      }
      const { cert, key } = await createSelfSignedCertificate(hosts);
      const previous = trusted?.match(pem)?.[0] ?? '';
      const authorities = `${last(cert)}${previous}`;
      const data = { 'tls.crt': cert, 'tls.key': key, 'ca.crt': authorities };
      const { resourceVersion } = found?.metadata ?? {};
      const body = {
        ...found,
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { ...found?.metadata, namespace, name },
        type: 'kubernetes.io/tls',
        data: Object.fromEntries(
          Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
        ),
      };
      // With the version that was read, so that nothing of another job is overwritten.
      await send(
        connection,
        resourceVersion === undefined ? { path: base, method: 'POST', body } : { path, method: 'PUT', body },
      );
      return { authorities, validTo: new Date(new X509Certificate(cert).validTo), isNew: true };
    } catch (error) {
      const isConflict = error instanceof ConnectionError && error.status === 409;
      if (!isConflict || attempt >= attempts) throw error;
      await delay(100 * attempt);
    }
  }
}

/** Whether something had to be changed. Waits for an APIService that is not there yet. Rejects with ConnectionError. */
export async function trustInApiService(
  connection: ClusterConnection,
  { name, authorities }: { readonly name: string; readonly authorities: string },
): Promise<boolean> {
  const path = `/apis/apiregistration.k8s.io/v1/apiservices/${encodeURIComponent(name)}`;
  const caBundle = Buffer.from(authorities).toString('base64');
  const deadline = Date.now() + apiServicePatience;
  for (;;) {
    const found = await absentAsUndefined(connection.getJson(path) as Promise<{ spec: { caBundle?: string } }>);
    if (found?.spec.caBundle === caBundle) return false;
    if (found !== undefined) {
      await send(connection, { path, method: 'PATCH', body: { spec: { caBundle } } });
      return true;
    }
    if (Date.now() > deadline) throw new ConfigError(`--api-service: there is no APIService ${name}`);
    await delay(1000);
  }
}

/** Throws ConfigError for one that we did not make. */
function readCertificate(text: string | undefined, place: string): X509Certificate | undefined {
  if (text === undefined || text === '') return undefined;
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(text);
  } catch (error) {
    throw new ConfigError(`${place} holds no certificate in PEM form; delete it to get one`, { cause: error });
  }
  if (isOurs(certificate)) return certificate;
  throw new ConfigError(
    `${place} holds a certificate of somebody else (${certificate.issuer}), which is theirs to renew`,
  );
}

function last(text = ''): string {
  return text.match(pem)?.at(-1) ?? '';
}

function decode(secret: Secret | undefined): Readonly<Record<string, string>> {
  const entries = Object.entries(secret?.data ?? {});
  return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

async function absentAsUndefined<Found>(asking: Promise<Found>): Promise<Found | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof ConnectionError && error.status === 404) return undefined;
    throw error;
  }
}

async function send(
  connection: ClusterConnection,
  { path, method, body }: { readonly path: string; readonly method: string; readonly body: object },
): Promise<void> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const answer = await connection.request(path, {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': type },
  });
  for await (const _ of answer.body);
}
