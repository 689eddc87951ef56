import { createStorageError, type StorageFactory } from '@clusterdex/storage-contract';
import { afterEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { type ApiServer, createApiServer } from '../../src/api/api-server.js';
import { createHealthHandler } from '../../src/api/health.js';
import { createContinueTokens } from '../../src/query/continue-tokens.js';
import { parseFeatureGates } from '../../src/query/feature-gates.js';

/** A storage whose backend comes and goes. */
function createFlakyStorage() {
  const state = { broken: false };
  const fail = () => {
    if (state.broken) throw createStorageError('UNAVAILABLE', 'the backend is busy', { cause: new Error('secret') });
  };
  const factory = {
    collectionResources: () => [],
    health: async () => ({ healthy: !state.broken, reason: 'secret' }),
    async clusterInventories() {
      fail();
      const pods = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true, singularName: 'pod' };
      return [{ cluster: 'c', health: { status: 'healthy' }, resources: [pods], updatedAt: 0 }];
    },
    resourceStorage: () => ({
      async get() {
        fail();
        throw new TypeError('a bug with a secret');
      },
      async *list() {
        fail();
        yield { objects: [], count: 0, revision: '1' };
      },
    }),
  } as unknown as StorageFactory;
  return { state, factory };
}

const pods = '/apis/clusterpedia.io/v1beta1/resources/api/v1/pods';
const pod = '/apis/clusterpedia.io/v1beta1/resources/clusters/c/api/v1/namespaces/n/pods/p';

describe('with a storage that fails', () => {
  let server: ApiServer | undefined;
  afterEach(() => server?.stop(AbortSignal.abort()));

  async function start() {
    const { state, factory } = createFlakyStorage();
    const lines: string[] = [];
    server = createApiServer({
      factory,
      storageName: 'flaky',
      canWatch: false,
      gates: parseFeatureGates(''),
      continueTokens: createContinueTokens(new Uint8Array(32)),
      logger: pino({ level: 'debug' }, { write: (line: string) => lines.push(line) }),
      registry: new Registry(),
    });
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    return { state, lines, ask: (path: string) => fetch(url + path) };
  }

  it('the server says so, and is well again when the storage is', async () => {
    const { state, ask, lines } = await start();
    state.broken = true;
    for (const path of [pods, pod, '/apis/clusterpedia.io/v1beta1/resources/apis']) {
      const response = await ask(path);
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toBe('1');
      expect(await response.text()).not.toContain('secret');
    }
    expect(lines.join('')).toContain('secret');
    const ready = await ask('/readyz');
    expect(ready.status).toBe(503);
    expect(await ready.text()).toBe(
      '[+]ping ok\n[-]storage failed: reason withheld\n[+]shutdown ok\nreadyz check failed\n',
    );
    expect((await ask('/livez')).status).toBe(200);

    state.broken = false;
    expect((await ask('/readyz')).status).toBe(200);
    expect(await (await ask(pods)).json()).toMatchObject({ kind: 'PodList', items: [] });
    state.broken = true;
    expect((await ask(pods)).status).toBe(503);
  });

  it('a fault of the server is 500, and what it was stands in the log alone', async () => {
    const { ask, lines } = await start();
    const response = await ask(pod);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
    expect(lines.join('')).toContain('a bug with a secret');
  });
});

it('a server on its way down is not ready', async () => {
  const { factory } = createFlakyStorage();
  const serve = createHealthHandler({ factory, logger: pino({ level: 'silent' }), stopping: () => true });
  const codes: number[] = [];
  const response = { destroyed: false, writeHead: (code: number) => codes.push(code), end: () => undefined };
  await serve(response as never, { endpoint: 'readyz', check: undefined, query: '' });
  await serve(response as never, { endpoint: 'livez', check: undefined, query: '' });
  expect(codes).toEqual([503, 200]);
});
