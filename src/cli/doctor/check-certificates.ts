import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { parseCertificateBundle } from '../../api/auth/certificate-bundle.js';
import type { AuthSettings } from '../../config/auth-settings.js';
import { readKeyPair } from '../../config/serving-certificate.js';
import type { ClusterConnection } from '../../synchro/connection/cluster-connection.js';
import { ConnectionError } from '../../synchro/connection/connection-error.js';
import type { Addresses } from '../serve.js';
import { type Finding, messageOf } from './finding.js';

const check = 'certificates';
const day = 24 * 60 * 60 * 1000;
const soon = 30 * day;
const apiServiceName = 'v1beta1.clusterpedia.io';

export interface CertificateNeeds {
  readonly secure: Addresses['secure'];
  readonly auth: AuthSettings | undefined;
  readonly host: ClusterConnection | undefined;
}

/** The certificate that is served, those of whom clients' come from, and what the host cluster makes of it. */
export async function checkCertificates({ secure, auth, host }: CertificateNeeds): Promise<readonly Finding[]> {
  const { serving, findings } = checkServing(secure);
  const bundles = [
    { flag: '--client-ca-file', file: auth?.clientCaFile },
    { flag: '--requestheader-client-ca-file', file: auth?.requestHeader?.clientCaFile },
  ];
  return [
    ...findings,
    ...bundles.flatMap(({ flag, file }) => (file === undefined ? [] : checkBundle(flag, file))),
    ...(host === undefined || secure === undefined ? [] : await checkApiService(host, serving)),
  ];
}

function checkServing(secure: Addresses['secure']): {
  serving: X509Certificate | undefined;
  findings: readonly Finding[];
} {
  const nothing = (status: Finding['status'], message: string) => ({
    serving: undefined,
    findings: [{ check, status, message } as const],
  });
  if (secure === undefined) return nothing('skipped', 'without --secure-port none is served');
  const { files } = secure;
  if (files.selfSigned && !existsSync(files.certFile)) {
    return nothing('ok', `${files.certFile} is made at the first start`);
  }
  try {
    const { cert } = readKeyPair(files);
    const serving = new X509Certificate(cert);
    const advice = files.selfSigned
      ? 'restart the server, which makes a new one'
      : 'put a new one there: the server reads it by itself';
    return { serving, findings: [validity(serving, { name: files.certFile, advice })] };
  } catch (error) {
    return {
      serving: undefined,
      findings: [
        {
          check,
          status: 'failed',
          message: messageOf(error),
          advice: 'name a certificate and its key, PEM, that belong together',
        },
      ],
    };
  }
}

function checkBundle(flag: string, file: string): readonly Finding[] {
  try {
    const { authorities } = parseCertificateBundle(readFileSync(file, 'utf8'));
    const advice = 'add the authority that follows it to the file before it ends';
    return authorities.map((authority) => validity(authority, { name: `${flag} ${file}`, advice }));
  } catch (error) {
    return [{ check, status: 'failed', message: `${flag} ${file} cannot be used: ${messageOf(error)}` }];
  }
}

function validity(
  { subject, validFrom, validTo }: X509Certificate,
  { name, advice }: { name: string; advice: string },
): Finding {
  const now = Date.now();
  const left = Date.parse(validTo) - now;
  const what = `${name} (${subject.replaceAll('\n', ', ')})`;
  if (now < Date.parse(validFrom)) {
    return {
      check,
      status: 'failed',
      message: `${what} is valid from ${validFrom} on`,
      advice: 'see that the clock is right',
    };
  }
  if (left < 0) return { check, status: 'failed', message: `${what} ended at ${validTo}`, advice };
  const message = `${what} is valid for ${Math.floor(left / day)} more days`;
  return left < soon ? { check, status: 'warning', message, advice } : { check, status: 'ok', message };
}

interface ApiService {
  readonly spec: {
    readonly caBundle?: string;
    readonly service?: { readonly name: string; readonly namespace: string };
  };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

async function checkApiService(
  host: ClusterConnection,
  serving: X509Certificate | undefined,
): Promise<readonly Finding[]> {
  let found: ApiService;
  try {
    found = (await host.getJson(`/apis/apiregistration.k8s.io/v1/apiservices/${apiServiceName}`)) as ApiService;
  } catch (error) {
    const status = error instanceof ConnectionError ? error.status : undefined;
    if (status === 404)
      return [{ check, status: 'ok', message: `the host cluster has no APIService ${apiServiceName}` }];
    const why = status === 403 ? 'the account may not' : messageOf(error);
    return [{ check, status: 'skipped', message: `cannot look at the APIService ${apiServiceName}: ${why}` }];
  }
  const { caBundle, service } = found.spec;
  const findings: Finding[] = [];
  const available = found.status?.conditions?.find(({ type }) => type === 'Available');
  if (available?.status === 'True')
    findings.push({ check, status: 'ok', message: `the APIService ${apiServiceName} is available` });
  else {
    const why = available?.message ?? 'the host cluster has not asked yet';
    findings.push({
      check,
      status: 'failed',
      message: `the APIService ${apiServiceName} is not available: ${why}`,
      advice: 'see that its Service leads to pods that are ready, and that the API server reaches them',
    });
  }
  if (serving === undefined || caBundle === undefined) return findings;
  const { authorities } = parseCertificateBundle(Buffer.from(caBundle, 'base64').toString());
  if (!authorities.some((authority) => serving.verify(authority.publicKey))) {
    findings.push({
      check,
      status: 'failed',
      message: `the caBundle of the APIService does not hold the authority of the certificate that is served`,
      advice: 'clusterdex certificates --api-service writes it, or cert-manager, or you',
    });
  }
  if (service !== undefined && serving.checkHost(`${service.name}.${service.namespace}.svc`) === undefined) {
    findings.push({
      check,
      status: 'failed',
      message: `the certificate is not for ${service.name}.${service.namespace}.svc, the name that the API server comes by`,
      advice: 'make one that names it',
    });
  }
  return findings;
}
