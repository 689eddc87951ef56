import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { json } from 'node:stream/consumers';
import { ConfigError } from '../config/config-error.js';

const clustersPath = '/apis/cluster.clusterpedia.io/v1alpha2/pediaclusters';
const deadline = 10_000;

export interface ServerLocation {
  /** Base URL, without a slash at the end. */
  readonly server: string;
  /** Whom to trust over https, PEM; undefined for the authorities that everybody trusts. */
  readonly certificateAuthority: string | undefined;
}

/** Asks a running server for its clusters. Throws ConfigError when there is none. */
export async function fetchClusterNames({ server, certificateAuthority }: ServerLocation): Promise<readonly string[]> {
  let list: unknown;
  try {
    list = await getJson(server + clustersPath, certificateAuthority);
  } catch (error) {
    if (isDistrust(error)) {
      throw new ConfigError(
        `the certificate of ${server} is not trusted (${error.message}); name who signed it with --certificate-authority`,
        { cause: error },
      );
    }
    throw new ConfigError(
      `no clusterdex answers at ${server}: start it with \`clusterdex serve\`, name it with --server, or add --offline`,
      { cause: error },
    );
  }
  return namesOf(list, server);
}

async function getJson(url: string, certificateAuthority: string | undefined): Promise<unknown> {
  const options = { agent: false, signal: AbortSignal.timeout(deadline), headers: { accept: 'application/json' } };
  const trust = certificateAuthority === undefined ? {} : { ca: certificateAuthority };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = url.startsWith('https:')
      ? httpsGet(url, { ...options, ...trust }, resolve)
      : httpGet(url, options, resolve);
    request.on('error', reject);
  });
  return json(response);
}

/** Whether TLS failed over who the server is. */
function isDistrust(error: unknown): error is Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /CERT|ALTNAME|UNABLE_TO|SIGNATURE/.test(code);
}

function namesOf(list: unknown, server: string): readonly string[] {
  const items = isRecord(list) && Array.isArray(list.items) ? list.items : undefined;
  if (items === undefined) throw new ConfigError(`what answers at ${server} gives no list of clusters`);
  return items.map((item: unknown) => {
    const name = isRecord(item) && isRecord(item.metadata) ? item.metadata.name : undefined;
    if (typeof name !== 'string') throw new ConfigError(`what answers at ${server} gives a cluster without a name`);
    return name;
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
