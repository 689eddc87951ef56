import type { CollectionListOptions, ResourceStorage, StorageFactory } from '@clusterdex/storage-contract';
import { createApiServer } from '../api/api-server.js';
import type { OpenedStorage } from '../plugin-host/open-storage.js';
import { createContinueTokens } from '../query/continue-tokens.js';
import type { FeatureGates } from '../query/feature-gates.js';
import { createLogger } from '../telemetry/logger.js';
import { createRegistry } from '../telemetry/metrics.js';

type Explain = NonNullable<ResourceStorage['explain']>;

/** What a request asks of the storage. */
export interface CapturedList {
  readonly options: CollectionListOptions;
  /** Of the storage that would answer it. */
  readonly explain: Explain | undefined;
}

export interface CaptureOptions {
  /** Path and query of a list. */
  readonly path: string;
  readonly gates: FeatureGates;
  readonly continueKey: Uint8Array;
}

/** Sends a request through the whole server, up to the door of the storage. Rejects with what the server answers instead of a list. */
export async function captureList(
  { name: storageName, capabilities, factory }: OpenedStorage,
  { path, gates, continueKey }: CaptureOptions,
): Promise<CapturedList> {
  let captured: CapturedList | undefined;
  const server = createApiServer({
    factory: capturing(factory, (list) => {
      captured = list;
    }),
    storageName,
    canWatch: capabilities.watch,
    gates,
    continueTokens: createContinueTokens(continueKey),
    logger: createLogger('silent'),
    registry: createRegistry(),
  });
  try {
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    const response = await fetch(new URL(path, url), { signal: AbortSignal.timeout(60_000) });
    const body = await response.text();
    if (captured !== undefined) return captured;
    throw new Error(response.ok ? `${path} asks for no list` : messageOf(body));
  } finally {
    await server.stop(AbortSignal.abort());
  }
}

/** As the storage, but a list says what it is asked for, and finds nothing. */
function capturing(factory: StorageFactory, capture: (list: CapturedList) => void): StorageFactory {
  async function* listNothing(options: CollectionListOptions, explain: Explain | undefined) {
    capture({ options, explain });
    yield { objects: [], joined: new Uint8Array(), count: 0, revision: '1' };
  }
  return {
    ...factory,
    resourceStorage(type) {
      const storage = factory.resourceStorage(type);
      return { ...storage, list: (options) => listNothing(options, storage.explain) };
    },
    collectionResourceStorage(name) {
      const storage = factory.collectionResourceStorage(name);
      return { ...storage, list: (options) => listNothing(options, storage.explain) };
    },
  };
}

function messageOf(body: string): string {
  try {
    return String((JSON.parse(body) as { message?: unknown }).message ?? body);
  } catch {
    return body;
  }
}
