import { readFileSync } from 'node:fs';
import { createStorageError } from '@clusterdex/storage-contract';
import { Client, type ClientOptions, HttpConnection, SniffingTransport } from '@elastic/elasticsearch';
import type { ElasticsearchConfig } from './config.js';

/** More than the largest batch that a list asks for; a larger answer is asked for in pieces. */
export const mostResponseBytes = 96 * 1024 * 1024;

type TransportOptions = ConstructorParameters<typeof SniffingTransport>[0];

/** Says plain JSON and asks for no product, so that OpenSearch answers as well. */
class PlainTransport extends SniffingTransport {
  constructor({ productCheck: _unchecked, ...options }: TransportOptions) {
    const json = 'application/json';
    super({
      ...options,
      vendoredHeaders: { jsonContentType: json, ndjsonContentType: 'application/x-ndjson', accept: json },
    });
  }
}

export interface Connection {
  readonly client: Client;
  /** Names the cluster for an operator, without secrets. */
  readonly server: string;
}

/** Makes no request. */
export function connect(config: ElasticsearchConfig, environment: NodeJS.ProcessEnv = process.env): Connection {
  const addresses =
    config.addresses.length > 0
      ? config.addresses
      : (environment.ES_ADDRESSES ?? 'http://localhost:9200').split(',').map((address) => address.trim());
  const nodes = config.cloudId === undefined ? addresses.map(parseAddress) : undefined;
  const tls = tlsOptions(config);
  const auth = authOptions(config, environment, nodes);
  const options: ClientOptions = {
    ...(config.cloudId === undefined
      ? { nodes: (nodes ?? []).map(({ href }) => href) }
      : { cloud: { id: config.cloudId } }),
    ...(auth && { auth }),
    ...(tls && { tls }),
    Transport: PlainTransport,
    // The other kind throws where nobody catches when an answer is larger than it is to be.
    Connection: HttpConnection,
    requestTimeout: config.requestTimeoutMilliseconds,
    maxRetries: 0,
    agent: { maxSockets: config.connections, keepAlive: true },
    enableMetaHeader: false,
    disablePrototypePoisoningProtection: true,
    maxResponseSize: mostResponseBytes,
    redaction: { type: 'remove' },
    name: 'clusterdex',
  };
  const server =
    nodes === undefined ? `cloud ${config.cloudId?.split(':')[0]}` : nodes.map(({ host }) => host).join(', ');
  try {
    return { client: new Client(options), server };
  } catch (error) {
    throw createStorageError('INVALID', `the configuration of Elasticsearch at ${server}: ${(error as Error).message}`);
  }
}

interface Address {
  readonly href: string;
  readonly host: string;
  readonly username: string;
  readonly password: string;
}

function parseAddress(address: string): Address {
  let url: URL;
  try {
    url = new URL(/^https?:\/\//.test(address) ? address : `http://${address}`);
  } catch {
    throw createStorageError('INVALID', 'addresses: expected http://host:9200 or https://host:9200');
  }
  const { host, username, password } = url;
  url.username = '';
  url.password = '';
  return { href: url.href, host, username: decodeURIComponent(username), password: decodeURIComponent(password) };
}

function authOptions(
  config: ElasticsearchConfig,
  environment: NodeJS.ProcessEnv,
  nodes: readonly Address[] | undefined,
): ClientOptions['auth'] {
  const apiKey = config.apiKey ?? secretFile('apiKeyFile', config.apiKeyFile) ?? environment.ES_API_KEY;
  if (apiKey !== undefined) return { apiKey };
  const named = nodes?.find(({ username }) => username !== '');
  const username = config.username ?? environment.ES_USER ?? named?.username;
  if (username === undefined) return undefined;
  const password =
    config.password ?? secretFile('passwordFile', config.passwordFile) ?? environment.ES_PASSWORD ?? named?.password;
  return { username, password: password ?? '' };
}

function tlsOptions({ caFile, certFile, keyFile, insecureSkipVerify }: ElasticsearchConfig): ClientOptions['tls'] {
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw createStorageError('INVALID', 'expected certFile and keyFile together, found one of them');
  }
  if (caFile === undefined && certFile === undefined && !insecureSkipVerify) return undefined;
  return {
    ...(caFile !== undefined && { ca: readFile('caFile', caFile) }),
    ...(certFile !== undefined && { cert: readFile('certFile', certFile) }),
    ...(keyFile !== undefined && { key: readFile('keyFile', keyFile) }),
    ...(insecureSkipVerify && { rejectUnauthorized: false }),
  };
}

const secretFile = (key: string, path: string | undefined): string | undefined =>
  path === undefined ? undefined : readFile(key, path).trim();

function readFile(key: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw createStorageError('INVALID', `${key} ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
