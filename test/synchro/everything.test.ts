import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterInventory, ResourceInventory } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiServer, apiServerAssets, apiServerNotRun, startApiServers } from '../support/api-server.js';
import { runClusterdex, spawnClusterdex } from '../support/clusterdex.js';
import { compareDump, expectedObjects, listPath } from './support/expected-objects.js';
import { prepareWrites, writeAtRandom } from './support/random-writer.js';

const describeReal = apiServerAssets === undefined ? describe.skip : describe;
const because = apiServerAssets === undefined ? ` (${apiServerNotRun})` : '';
const patience = 300_000;
const seconds = Number(process.env.CLUSTERDEX_SOAK_SECONDS ?? 6);

describeReal(`everything of three API servers, by serve --kubeconfig${because}`, () => {
  let servers: readonly ApiServer[];
  let folder: string;
  let child: ChildProcessWithoutNullStreams | undefined;
  let text = '';

  beforeAll(async () => {
    servers = await startApiServers(3);
    for (const server of servers) await prepareWrites(server);
    folder = mkdtempSync(join(tmpdir(), 'clusterdex-everything-'));
    writeFileSync(
      join(folder, 'kubeconfig'),
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        contexts: servers.map((_, number) => ({
          name: `c${number}`,
          context: { cluster: `c${number}`, user: `c${number}` },
        })),
        clusters: servers.map(({ url, authority }, number) => ({
          name: `c${number}`,
          cluster: { server: url, 'certificate-authority-data': Buffer.from(authority).toString('base64') },
        })),
        users: servers.map(({ token }, number) => ({ name: `c${number}`, user: { token } })),
      }),
    );
    start();
  }, patience);

  afterAll(async () => {
    await kill('SIGTERM');
    await Promise.all((servers ?? []).map((server) => server.stop()));
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }, patience);

  function start(): void {
    text = '';
    child = spawnClusterdex([
      ...['serve', '--kubeconfig', join(folder, 'kubeconfig'), '--data-dir', join(folder, 'data')],
      ...['--insecure-port', '0', '--store-secret-values', '--log-level', 'error'],
    ]);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
    }
  }

  async function kill(signal: NodeJS.Signals): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'close');
  }

  async function inventories(): Promise<readonly ClusterInventory[]> {
    const { stdout } = await runClusterdex(['clusters', 'list', '-o', 'json', '--data-dir', join(folder, 'data')]);
    return JSON.parse(stdout === '' ? '[]' : stdout) as ClusterInventory[];
  }

  const clusters = () => servers.map((server, number) => ({ name: `c${number}`, server }));

  /** What is wrong with what is served, in words; undefined when it is what the servers have. */
  async function difference(): Promise<string | undefined> {
    const url = / at (http:\/\/[\d.:]+)/.exec(text)?.[1];
    if (url === undefined) return `it does not serve: ${text}`;
    const known = await inventories();
    if (known.length !== servers.length) return `${known.length} clusters are known`;
    const expected = new Map<string, string>();
    const objects: { cluster: string; resource: string; json: string }[] = [];
    for (const cluster of clusters()) {
      const inventory = known.find(({ cluster: name }) => name === cluster.name);
      const types = (inventory?.resources ?? []).filter(isStored);
      if (types.length < 50) return `${types.length} types of ${cluster.name} are known`;
      for (const [key, json] of await expectedObjects([cluster], types)) expected.set(key, json);
      for (const type of types) {
        const response = await fetch(
          `${url}/apis/clusterpedia.io/v1beta1/resources/clusters/${cluster.name}${listPath(type)}`,
        );
        if (response.status !== 200) return `${type.resource} of ${cluster.name} answers ${response.status}`;
        const { items } = (await response.json()) as { items: readonly object[] };
        for (const item of items)
          objects.push({ cluster: cluster.name, resource: type.resource, json: JSON.stringify(item) });
      }
    }
    return compareDump({ objects } as unknown as Parameters<typeof compareDump>[0], expected);
  }

  async function untilEqual(): Promise<void> {
    const deadline = performance.now() + 120_000;
    for (;;) {
      // A server that is on its way down or up is asked again.
      const wrong = await difference().catch((error: unknown) => String(error));
      if (wrong === undefined) return;
      if (performance.now() > deadline) throw new Error(wrong);
      await delay(500);
    }
  }

  it(
    'is stored, byte by byte but for pruning and annotation, whatever happens while it changes',
    async () => {
      await untilEqual();
      const stopping = new AbortController();
      const writing = clusters().map(({ server }, seed) =>
        writeAtRandom(server, { seed, workers: 4, names: 40, signal: stopping.signal }),
      );
      await delay((seconds * 1000) / 4);
      await kill('SIGKILL');
      start();
      await delay((seconds * 1000) / 4);
      const [first, second] = servers as [ApiServer, ApiServer];
      await second.kill();
      await second.start();
      const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
      await first.client.json(path, 'POST', {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'gears.late.example' },
        spec: {
          group: 'late.example',
          names: { plural: 'gears', singular: 'gear', kind: 'Gear', listKind: 'GearList' },
          scope: 'Cluster',
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
            },
          ],
        },
      });
      for (
        let attempt = 0;
        (await first.client.text('/apis/late.example/v1/gears')).status !== 200 && attempt < 600;
        attempt++
      )
        await delay(50);
      await first.client.json('/apis/late.example/v1/gears', 'POST', {
        apiVersion: 'late.example/v1',
        kind: 'Gear',
        metadata: { name: 'g' },
        teeth: 12,
      });
      await second.client.json(`${path}/widgets.acme.example`, 'DELETE');
      await delay((seconds * 1000) / 2);
      stopping.abort();
      const counts = await Promise.all(writing);
      expect(counts.every(({ made }) => made > 0)).toBe(true);
      await until(async () => {
        const [one, two] = await inventories();
        const has = (inventory: ClusterInventory | undefined, name: string) =>
          inventory?.resources.some(({ resource }) => resource === name) === true;
        return has(one, 'gears') && has(one, 'widgets') && !has(two, 'widgets');
      });
      await untilEqual();
    },
    patience,
  );
});

/** What is worked out anew for each request is not followed. */
function isStored({ storedAs }: ResourceInventory): boolean {
  return storedAs === undefined;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it did not come to that within a minute');
    await delay(500);
  }
}
