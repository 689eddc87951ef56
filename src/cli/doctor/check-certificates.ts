import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { parseCertificateBundle } from '../../api/auth/certificate-bundle.js';
import { type AuthenticationFacts, readClusterAuthentication } from '../../api/auth/open-cluster-authentication.js';
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
    ...(auth === undefined ? [] : checkFrontProxy(auth)),
    ...(host === undefined || auth?.authentication === undefined || auth.authentication.skipLookup
      ? []
      : await checkLookup(host, auth)),
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

/** Where no names say which certificates are the proxy's, those of the authorities of users are not. */
function checkFrontProxy({ clientCaFile, requestHeader }: AuthSettings): readonly Finding[] {
  if (clientCaFile === undefined || requestHeader === undefined || requestHeader.allowedNames.length > 0) return [];
  let files: readonly (readonly X509Certificate[])[];
  try {
    files = [clientCaFile, requestHeader.clientCaFile].map(
      (file) => parseCertificateBundle(readFileSync(file, 'utf8')).authorities,
    );
  } catch {
    // Said already.
    return [];
  }
  const [users = [], proxies = []] = files;
  const isShared = proxies.some(({ fingerprint256 }) => users.some((user) => user.fingerprint256 === fingerprint256));
  if (!isShared) return [];
  return [
    {
      check,
      status: 'failed',
      message:
        '--requestheader-client-ca-file has an authority of --client-ca-file: a front proxy with its certificate is taken for a user',
      advice:
        'say with --requestheader-allowed-names which common names are the front proxy, or give it an authority of its own',
    },
  ];
}

/** Of the ConfigMap kube-system/extension-apiserver-authentication, as far as no flag says it. */
async function checkLookup(host: ClusterConnection, auth: AuthSettings): Promise<readonly Finding[]> {
  const name = 'the host cluster';
  let facts: AuthenticationFacts;
  try {
    facts = await readClusterAuthentication({ get: (path) => host.getJson(path) });
  } catch (error) {
    const message = `the ConfigMap kube-system/extension-apiserver-authentication of ${name} cannot be used: ${messageOf(error)}`;
    const advice =
      'bind the Role extension-apiserver-authentication-reader to this account, or leave it alone with --authentication-skip-lookup';
    return [{ check, status: 'failed', message, advice }];
  }
  const { clientAuthorities, requestHeaders } = facts;
  const advice = `renew it in ${name}: the server reads it by itself`;
  const findings = [
    ...(auth.clientCaFile === undefined && clientAuthorities !== undefined
      ? clientAuthorities.authorities.map((one) => validity(one, { name: `the client CA of ${name}`, advice }))
      : []),
    ...(auth.requestHeader === undefined && requestHeaders !== undefined
      ? requestHeaders.authorities.authorities.map((one) =>
          validity(one, { name: `the front proxy's CA of ${name}`, advice }),
        )
      : []),
  ];
  if (auth.requestHeader !== undefined || requestHeaders !== undefined) return findings;
  const message = `${name} names no front proxy: its API server passes nobody's name on, and requests through its aggregation layer are refused`;
  const enable =
    'give its kube-apiserver --requestheader-client-ca-file and --proxy-client-cert-file, where it is to be an APIService';
  return [...findings, { check, status: 'warning', message, advice: enable }];
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
