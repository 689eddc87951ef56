import type { ClusterConnection } from '../connection/cluster-connection.js';
import { ConnectionError } from '../connection/connection-error.js';
import { DiscoveryError, parseAggregatedDiscovery, parseGroupList, parseResourceList } from './parse-discovery.js';
import type { ServedResource, ServedResources } from './served-resource.js';

/** What a cluster serves, asked again at little cost. */
export interface Discovery {
  /**
   * Rejects with ConnectionError or DiscoveryError. `isChanged` is false when everything is as the last answer was; the same object then.
   */
  refresh(signal: AbortSignal): Promise<{ readonly served: ServedResources; readonly isChanged: boolean }>;
}

const aggregated = 'application/json;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList;v=';
const accept = `${aggregated}v2,${aggregated}v2beta1,application/json`;
const bodyLimit = 64 << 20;

interface Answer {
  readonly entityTag: string | undefined;
  readonly document: unknown;
}

/** Aggregated discovery with entity tags where the server has it (Kubernetes 1.26), else its documents one by one. */
export function createDiscovery(connection: ClusterConnection): Discovery {
  const answers = new Map<string, Answer>();
  let known: { readonly served: ServedResources; readonly fingerprint: string } | undefined;
  /** The answers that `known` was made of: of two that were asked for together one may have come alone. */
  let readFrom: readonly unknown[] = [];

  async function ask(path: string, signal: AbortSignal): Promise<{ document: unknown }> {
    const last = answers.get(path);
    const headers = { accept, ...(last?.entityTag === undefined ? {} : { 'if-none-match': last.entityTag }) };
    const response = await connection.request(path, { headers, signal });
    const body = await readAll(response.body);
    if (response.status === 304 && last !== undefined) return { document: last.document };
    const entityTag = response.headers.etag;
    const document = parse(body, path);
    answers.set(path, { entityTag, document });
    return { document };
  }

  async function askAll(signal: AbortSignal): Promise<ServedResources> {
    const [core, groups] = await Promise.all([ask('/api', signal), ask('/apis', signal)]);
    const isRead = readFrom[0] === core.document && readFrom[1] === groups.document;
    if (known !== undefined && isRead) return known.served;
    const coreTypes = parseAggregatedDiscovery(core.document);
    const groupTypes = parseAggregatedDiscovery(groups.document);
    const served =
      coreTypes !== undefined && groupTypes !== undefined
        ? join([coreTypes, groupTypes])
        : join([coreTypes ?? (await askCore(signal)), groupTypes ?? (await askGroups(groups.document, signal))]);
    readFrom = [core.document, groups.document];
    return served;
  }

  async function askCore(signal: AbortSignal): Promise<ServedResources> {
    const { document } = await ask('/api/v1', signal);
    return { resources: parseResourceList(document, '', 'v1'), unavailable: [] };
  }

  /** A group that does not answer is a group of an API service that is down; it does not hide the others. */
  async function askGroups(document: unknown, signal: AbortSignal): Promise<ServedResources> {
    const resources: ServedResource[] = [];
    const unavailable: { group: string; version: string }[] = [];
    for (const { group, version } of parseGroupList(document)) {
      try {
        const answer = await ask(`/apis/${group}/${version}`, signal);
        resources.push(...parseResourceList(answer.document, group, version));
      } catch (error) {
        const isServers =
          error instanceof DiscoveryError || (error instanceof ConnectionError && error.status !== undefined);
        if (!isServers || (error instanceof ConnectionError && error.kind === 'unauthorized')) throw error;
        unavailable.push({ group, version });
      }
    }
    return { resources, unavailable };
  }

  return {
    async refresh(signal) {
      const served = await askAll(signal);
      if (served === known?.served) return { served, isChanged: false };
      const fingerprint = JSON.stringify(served);
      if (known !== undefined && known.fingerprint === fingerprint) return { served: known.served, isChanged: false };
      known = { served, fingerprint };
      return { served, isChanged: true };
    },
  };
}

function join(parts: readonly ServedResources[]): ServedResources {
  const resources = parts.flatMap((part) => part.resources);
  if (resources.length === 0) throw new DiscoveryError('discovery: expected resources, found none');
  return { resources, unavailable: parts.flatMap((part) => part.unavailable) };
}

function parse(body: Buffer, path: string): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    throw new DiscoveryError(
      `discovery: expected JSON at ${path}, found ${JSON.stringify(body.toString('utf8', 0, 60))}`,
    );
  }
}

async function readAll(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > bodyLimit) throw new DiscoveryError('discovery: expected at most 64 MiB, found more');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
