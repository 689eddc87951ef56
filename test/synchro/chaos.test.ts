import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ResourceInventory } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { builtinResources } from '../../src/kube/builtin-resources.js';
import { testedStorages } from '../backends/tested-storages.js';
import { type ApiServer, apiServerAssets, apiServerNotRun, startApiServers } from '../support/api-server.js';
import { createRandom } from '../support/random.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { compareDump, expectedObjects, type FollowedCluster } from './support/expected-objects.js';
import { prepareWrites, writeAtRandom } from './support/random-writer.js';
import { SyncProcess } from './support/sync-process.js';

const seconds = Number(process.env.CLUSTERDEX_SOAK_SECONDS ?? 6);
const folder = temporaryFolder();
const storages = testedStorages().filter(({ name }) => ['memory', 'sqlite', 'postgres'].includes(name));
const widgets: ResourceInventory = {
  group: 'acme.example',
  version: 'v1',
  resource: 'widgets',
  kind: 'Widget',
  namespaced: true,
  singularName: 'widget',
};
/** All built-in types that can be listed, in their newest version, and one of our own. */
const types: readonly ResourceInventory[] = [
  ...[
    ...[
      'configmaps',
      'secrets',
      'serviceaccounts',
      'pods',
      'services',
      'limitranges',
      'namespaces',
      'nodes',
      'endpoints',
    ],
    ...['persistentvolumes', 'persistentvolumeclaims', 'replicationcontrollers', 'resourcequotas', 'podtemplates'],
    ...[
      'deployments',
      'replicasets',
      'statefulsets',
      'daemonsets',
      'jobs',
      'cronjobs',
      'leases',
      'roles',
      'rolebindings',
    ],
    ...[
      'clusterroles',
      'clusterrolebindings',
      'poddisruptionbudgets',
      'ingresses',
      'networkpolicies',
      'storageclasses',
    ],
    ...['priorityclasses', 'customresourcedefinitions'],
  ].map((resource) => {
    const found = builtinResources.filter((type) => type.resource === resource && type.version === 'v1');
    return found[0] as ResourceInventory;
  }),
  widgets,
];

const suite = apiServerAssets === undefined ? describe.skip : describe;

suite(`what is stored of three clusters${apiServerAssets === undefined ? ` (${apiServerNotRun})` : ''}`, () => {
  let servers: readonly ApiServer[] = [];
  let proxies: readonly TcpProxy[] = [];
  let clusters: readonly FollowedCluster[] = [];

  beforeAll(async () => {
    servers = await startApiServers(3);
    proxies = await Promise.all(servers.map(({ port }) => startTcpProxy({ host: '127.0.0.1', port })));
    clusters = servers.map((server, index) => ({ name: `cluster-${index}`, server }));
    await Promise.all(servers.map(prepareWrites));
  }, 180_000);

  afterAll(async () => {
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await Promise.all(servers.map((server) => server.stop()));
  }, 60_000);

  for (const [index, storage] of storages.entries()) {
    if (storage.config === undefined) {
      it.skip(`equals what they list, with ${storage.name} (NOT RUN: ${storage.notRun})`, () => {});
      continue;
    }
    const title = 'whatever happens to networks, servers and ourselves while all is written at full speed';
    it(
      `equals what they list, with ${storage.name}, ${title}`,
      async () => {
        const dataDirectory = join(folder, storage.name);
        mkdirSync(dataDirectory);
        const program = new SyncProcess(
          {
            storage: { name: storage.name, config: storage.config ?? {} },
            dataDirectory,
            clusters: clusters.map(({ name, server }, at) => {
              const address = `https://127.0.0.1:${proxies[at]?.port}`;
              return { name, kubeconfig: server.kubeconfig({ server: address }) };
            }),
            types,
            steps: [{ name: 'prune' }],
            // Both ways to begin have to be right.
            initialEvents: index % 2 === 0,
          },
          dataDirectory,
        );
        try {
          const stop = new AbortController();
          const writing = servers.map((server, at) =>
            writeAtRandom(server, { seed: 10 * index + at, workers: 4, names: 40, signal: stop.signal }),
          );
          await trouble(program, { seed: index + 1, until: Date.now() + seconds * 1000 });
          stop.abort();
          const counts = await Promise.all(writing);
          for (const { made, changed, removed } of counts) expect(Math.min(made, changed, removed)).toBeGreaterThan(0);
          const dump = await program.until((found) =>
            found.statuses.every(({ phase }) => phase === 'watching') ? undefined : 'not all watch',
          );
          expect(dump.statuses).toHaveLength(3 * types.length);
          const expected = await expectedObjects(clusters, types);
          await program.until((found) => compareDump(found, expected), 60);

          // Nothing has changed: a restart writes nothing.
          await program.stop();
          program.start();
          const restarted = await program.until((found) =>
            found.statuses.every(({ phase }) => phase === 'watching') ? undefined : 'not all watch',
          );
          const again = await expectedObjects(clusters, types);
          expect(compareDump(restarted, again)).toBeUndefined();
          const written = restarted.statuses.filter(({ counts: { written, deleted } }) => written + deleted > 0);
          // The API servers renew leases of their own.
          expect(written.filter(({ resource }) => resource !== 'leases')).toEqual([]);
          // Few connections, however many types.
          expect(restarted.connections).toBeLessThanOrEqual(3);
        } finally {
          await program.stop();
        }
      },
      (seconds + 180) * 1000,
    );
  }

  /** Cuts, refuses and stalls connections, compacts, restarts API servers and kills the program, in some order. */
  async function trouble(
    program: SyncProcess,
    options: { readonly seed: number; readonly until: number },
  ): Promise<void> {
    const random = createRandom(options.seed);
    const [first] = servers as [ApiServer, ...ApiServer[]];
    const turns = [
      async () => random.pick(proxies).cut(),
      async () => {
        const proxy = random.pick(proxies);
        proxy.refuse();
        await delay(200 + random.integer(500));
        proxy.restore();
      },
      async () => random.pick(servers).compact(),
      async () => {
        await program.kill();
        program.start();
      },
      async () => {
        await first.kill(random.pick(['SIGKILL', 'SIGTERM']));
        await first.start();
      },
    ];
    // Each at least once, a compaction while nothing can be followed among them.
    const [proxy] = proxies as [TcpProxy, ...TcpProxy[]];
    const certain = [
      ...turns,
      async () => {
        proxy.refuse();
        await delay(300);
        await first.compact();
        proxy.restore();
      },
    ];
    for (const turn of certain) {
      await delay(random.integer(500));
      await turn();
    }
    while (Date.now() < options.until) {
      await delay(random.integer(600));
      await random.pick(random.chance(0.85) ? turns.slice(0, 3) : turns)();
    }
  }
});
