import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ResourceInventory } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testedStorages } from '../backends/tested-storages.js';
import { type ApiServer, apiServerAssets, apiServerNotRun, startApiServer } from '../support/api-server.js';
import { createRandom } from '../support/random.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import {
  compareObjects,
  expectedObjects,
  foundObjects,
  listPath,
  type ObjectBytes,
} from './support/expected-objects.js';
import { prepareWrites, widgetDefinition, writeAtRandom } from './support/random-writer.js';
import { ServeProcess } from './support/serve-process.js';
import { servedTypes } from './support/served-types.js';

const describeReal = apiServerAssets === undefined ? describe.skip : describe;
const because = apiServerAssets === undefined ? ` (${apiServerNotRun})` : '';
const seconds = Number(process.env.CLUSTERDEX_SOAK_SECONDS ?? 6);
const patience = (seconds + 300) * 1000;
const storages = testedStorages().filter(({ name }) => ['memory', 'sqlite', 'postgres'].includes(name));
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const names = ['c0', 'c1', 'c2'] as const;
type Name = (typeof names)[number];

/** One program for each storage, all of them following the same three clusters through the same bad network. */
describeReal(`everything of three API servers${because}`, () => {
  let servers: Readonly<Record<Name, ApiServer>>;
  let proxies: Readonly<Record<Name, TcpProxy>>;
  let folder: string;
  let programs: readonly ServeProcess[] = [];

  beforeAll(async () => {
    // The last one lists in pages: it does not offer initial events.
    const flags = ['--feature-gates=WatchList=false'];
    const [c0, c1, c2] = await Promise.all([startApiServer(), startApiServer(), startApiServer({ flags })]);
    servers = { c0, c1, c2 };
    await Promise.all(Object.values(servers).map(prepareWrites));
    const proxy = ({ port }: ApiServer) => startTcpProxy({ host: '127.0.0.1', port });
    proxies = { c0: await proxy(c0), c1: await proxy(c1), c2: await proxy(c2) };
    folder = mkdtempSync(join(tmpdir(), 'clusterdex-everything-'));
    mkdirSync(join(folder, 'clusters'), { mode: 0o700 });
    for (const name of names) declare(name);
    programs = storages.flatMap(({ name, config }) => (config === undefined ? [] : [start(name, config)]));
  }, patience);

  afterAll(async () => {
    await Promise.all(programs.map((program) => program.end('SIGTERM')));
    await Promise.all(Object.values(proxies ?? {}).map((proxy) => proxy.close()));
    await Promise.all(Object.values(servers ?? {}).map((server) => server.stop()));
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }, patience);

  function start(name: string, config: Readonly<Record<string, unknown>>): ServeProcess {
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
    return new ServeProcess(name, [
      ...['--clusters-dir', join(folder, 'clusters'), '--data-dir', join(folder, name)],
      ...['--storage-name', name, '--storage-config', file, '--store-secret-values'],
      ...['--leader-elect-lease-duration', '3'],
    ]);
  }

  function declare(name: Name): void {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const { authority, token } = servers[name];
    writeFileSync(
      fileOf(name),
      JSON.stringify({
        apiVersion: 'cluster.clusterpedia.io/v1alpha2',
        kind: 'PediaCluster',
        metadata: { name },
        spec: {
          apiserver: `https://127.0.0.1:${proxies[name].port}`,
          caData: base64(authority),
          tokenData: base64(token),
          syncResources: [{ group: '*', resources: ['*'] }],
        },
      }),
    );
  }

  const fileOf = (name: Name) => join(folder, 'clusters', `${name}.yaml`);

  const allTypes = () => Promise.all(names.map((name) => servedTypes(servers[name].client)));

  /** What is wrong with what is served, in words; undefined when it is what the servers have. */
  async function difference(): Promise<string | undefined> {
    const types = await allTypes();
    const expected = await Promise.all(
      names.map((name, at) => expectedObjects({ name, server: servers[name] }, types[at] ?? [])),
    );
    const together = merge(expected);
    for (const program of programs) {
      const wrong = compareObjects(await stored(program, types.flat()), together);
      if (wrong !== undefined) return `with ${program.name}: ${wrong}`;
    }
    return undefined;
  }

  /** All objects of these types, of every cluster. */
  async function stored(program: ServeProcess, types: readonly ResourceInventory[]): Promise<ObjectBytes> {
    const paths = new Map(types.map((type) => [listPath(type), type]));
    const found: ObjectBytes[] = [];
    for (const [path, type] of paths) {
      const { status, body } = await program.ask(path);
      // No cluster has it; whatever should be there is missed below.
      if (status === 404) continue;
      if (status !== 200) throw new Error(`${program.name}: ${path} answers ${status}: ${body}`);
      found.push(foundObjects(body, type));
    }
    return merge(found);
  }

  const untilEqual = () => until(difference, 120);

  for (const { name, config, notRun } of storages) {
    const title = `is followed into ${name}`;
    if (config === undefined) it.skip(`${title} (${notRun})`, () => {});
    else it(title, () => expect(programs.map((program) => program.name)).toContain(name));
  }

  it(
    'is stored, byte by byte but for pruning and annotation, whatever happens while it changes',
    async () => {
      expect((await allTypes()).map((types) => types.length).every((count) => count >= 30)).toBe(true);
      await untilEqual();
      const stopping = new AbortController();
      const writing = names.map((name, seed) =>
        writeAtRandom(servers[name], { seed, workers: 4, names: 40, signal: stopping.signal }),
      );
      try {
        await trouble(Date.now() + seconds * 1000);
      } finally {
        stopping.abort();
      }
      for (const { made, changed, removed } of await Promise.all(writing)) {
        expect(Math.min(made, changed, removed)).toBeGreaterThan(0);
      }
      await untilEqual();
    },
    patience,
  );

  it(
    'is not written again when a program is started again and nothing has changed',
    async () => {
      const persistent = programs.filter(({ name }) => name !== 'memory');
      await Promise.all(persistent.map((program) => program.restart('SIGTERM')));
      const types = (await allTypes()).map(({ length }) => length);
      for (const program of persistent) {
        await until(async () => {
          const statuses = await program.metric('clusterdex_cluster_resource_types');
          const syncing = names.map((name) => statuses.get(`cluster="${name}",status="Syncing"`));
          return String(syncing) === String(types) ? undefined : `${program.name} follows ${syncing} of ${types} types`;
        }, 60);
        await until(async () => {
          const lags = await program.metric('clusterdex_synchro_lag_seconds');
          return lags.size >= types.reduce((sum, count) => sum + count) ? undefined : `${lags.size} types were read`;
        }, 60);
        const changes = await program.metric('clusterdex_synchro_changes_total');
        // API servers renew leases of their own.
        const made = [...changes].filter(
          ([labels, count]) => count > 0 && /result="(written|deleted)"/.test(labels) && !labels.includes('"leases.'),
        );
        expect(made).toEqual([]);
        // Both ways to begin have to be right.
        const asked = [...(await program.metric('clusterdex_synchro_requests_total')).keys()];
        const hasListed = (name: Name) =>
          asked.some(
            (labels) => labels.includes(`"${name}"`) && labels.includes('"pods"') && labels.includes('"list"'),
          );
        expect(names.map(hasListed)).toEqual([false, false, true]);
        // Few connections, however many types.
        const [connections] = (await program.metric('clusterdex_cluster_connections')).values();
        expect(connections).toBeLessThanOrEqual(2 * names.length);
      }
      await untilEqual();
    },
    patience,
  );

  /** Everything that may go wrong once, while all is written, then some of it in any order until the time is over. */
  async function trouble(deadline: number): Promise<void> {
    const random = createRandom(seconds);
    const pause = (most: number) => delay(random.integer(most));
    const often = [
      async () => proxies[random.pick(names)].cut(),
      async () => {
        const proxy = proxies[random.pick(names)];
        proxy.refuse();
        await delay(200 + random.integer(500));
        proxy.restore();
      },
      () => servers[random.pick(names)].compact(),
    ];
    const seldom = [() => random.pick(programs).restart('SIGKILL'), () => restart(random.pick(names))];
    const certain = [
      ...often,
      () => Promise.all(programs.map((program) => program.restart('SIGKILL'))),
      () => restart('c1'),
      defineGears,
      () => servers.c1.client.json(`${definitions}/${widgetDefinition.metadata.name}`, 'DELETE'),
      compactUnseen,
      removeCluster,
    ];
    for (const turn of certain) {
      await pause(500);
      await turn();
    }
    while (Date.now() < deadline) {
      await pause(800);
      await random.pick(random.chance(0.9) ? often : seldom)();
    }

    async function restart(name: Name): Promise<void> {
      await servers[name].kill(random.pick(['SIGKILL', 'SIGTERM']));
      await servers[name].start();
    }
  }

  /** A definition that was not there, and an object of it. */
  async function defineGears(): Promise<void> {
    const { client } = servers.c0;
    const names = { plural: 'gears', singular: 'gear', kind: 'Gear' };
    const spec = { ...widgetDefinition.spec, group: 'late.example', scope: 'Cluster', names };
    await client.json(definitions, 'POST', { ...widgetDefinition, metadata: { name: 'gears.late.example' }, spec });
    const path = '/apis/late.example/v1/gears';
    await until(async () => ((await client.text(path)).status === 200 ? undefined : 'gears are not served'), 60);
    await client.json(path, 'POST', {
      apiVersion: 'late.example/v1',
      kind: 'Gear',
      metadata: { name: 'g' },
      teeth: 12,
    });
  }

  /** Changes go unseen and are forgotten: the watch cannot go on. */
  async function compactUnseen(): Promise<void> {
    proxies.c0.refuse();
    await delay(300);
    await servers.c0.compact();
    proxies.c0.restore();
  }

  /** Nothing is left of a cluster that is declared no more, though it is written on; declared again, it is followed again. */
  async function removeCluster(): Promise<void> {
    const types = await servedTypes(servers.c2.client);
    rmSync(fileOf('c2'));
    for (const program of programs) {
      await until(async () => {
        const { status } = await program.ask(`/clusters/c2${listPath(types[0] as ResourceInventory)}`);
        return status === 400
          ? undefined
          : `${program.name} still knows c2 (${status}); it wrote: ${program.output.slice(-2000)}`;
      }, 120);
      const left = [...(await stored(program, types)).keys()].filter((key) => key.startsWith('c2 '));
      expect(left).toEqual([]);
    }
    declare('c2');
  }
});

function merge(parts: readonly ObjectBytes[]): ObjectBytes {
  return new Map(parts.flatMap((part) => [...part]));
}

/** Until nothing is wrong; a program or server that is on its way down or up is asked again. */
async function until(wrong: () => Promise<string | undefined>, seconds: number): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const reason = await wrong().catch((error: unknown) => String(error));
    if (reason === undefined) return;
    if (performance.now() > deadline) throw new Error(reason);
    await delay(300);
  }
}
