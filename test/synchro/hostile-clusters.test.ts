import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterInventory } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import { createSelfSignedCertificate } from '../../src/config/self-signed-certificate.js';
import { type ApiServer, apiServerAssets, apiServerNotRun, startApiServer } from '../support/api-server.js';
import { runClusterdex } from '../support/clusterdex.js';
import { type FaultProxy, type FaultRule, startFaultProxy } from '../support/fault-proxy.js';
import { type HostileServers, startHostileServers } from './support/hostile-servers.js';
import { ServeProcess } from './support/serve-process.js';

const describeReal = apiServerAssets === undefined ? describe.skip : describe;
const because = apiServerAssets === undefined ? ` (${apiServerNotRun})` : '';
const patience = 120_000;
const configMaps = '/api/v1/namespaces/default/configmaps';
const large = 'y'.repeat(5 << 20);
/** More than anybody reads of one object. */
const endless = ' '.repeat(80 << 20);

/** The whole program, with one cluster that is well among many that are not. */
describeReal(`clusters that are hostile${because}`, () => {
  let server: ApiServer;
  let hostile: HostileServers;
  let proxies: Readonly<Record<'large' | 'endlessObject' | 'garbageList', FaultProxy>>;
  let folder: string;
  let program: ServeProcess;

  beforeAll(async () => {
    [server, hostile] = await Promise.all([startApiServer(), startHostileServers()]);
    proxies = {
      large: await startFaultProxy(server),
      endlessObject: await startFaultProxy(server),
      garbageList: await startFaultProxy(server),
    };
    proxies.large.rule = answerLists(
      `{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[${JSON.stringify({
        metadata: { name: 'large', namespace: 'default', uid: 'u', resourceVersion: '1' },
        data: { large },
      })}]}`,
    );
    proxies.endlessObject.rule = answerLists(
      `{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[{"metadata":{${endless}`,
    );
    proxies.garbageList.rule = answerLists('<html>Bad Gateway</html>');
    folder = mkdtempSync(join(tmpdir(), 'clusterdex-hostile-'));
    mkdirSync(join(folder, 'clusters'), { mode: 0o700 });
    const other = await createSelfSignedCertificate(['127.0.0.1']);
    declare('good', { apiserver: server.url, caData: base64(server.authority) });
    declare('wrong-token', { apiserver: server.url, caData: base64(server.authority), tokenData: base64('nobody') });
    declare('wrong-authority', { apiserver: server.url, caData: base64(other.cert) });
    for (const [name, apiserver] of Object.entries(hostile.addresses)) declare(name, { apiserver });
    declare('large', { apiserver: proxies.large.url });
    declare('endless-object', { apiserver: proxies.endlessObject.url });
    declare('garbage-list', { apiserver: proxies.garbageList.url });
    declare('all-wrong', {
      kubeconfig: 5,
      apiserver: 'ftp://user:sesame@h',
      tokenData: '!sesame!',
      caData: 'not base64!',
      certData: base64('c'),
      keyData: 7,
      authenticationFrom: { tokne: {}, ca: { name: '' } },
      syncResources: [
        { group: 'apps', resources: [] },
        { resources: 'pods', versions: 'v1' },
      ],
      syncAllCustomResources: 'yes',
      syncResourcesRefName: 3,
      shardingName: [],
      syncResourcez: [],
    });
    program = new ServeProcess('hostile', [
      ...['--clusters-dir', join(folder, 'clusters'), '--data-dir', join(folder, 'data')],
      ...['--db-info', base64(`sqlite:${join(folder, 'mirror.db')}`)],
    ]);
  }, patience);

  afterAll(async () => {
    await program?.end('SIGTERM');
    await Promise.all(Object.values(proxies ?? {}).map((proxy) => proxy.close()));
    await hostile?.close();
    await server?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }, patience);

  function declare(name: string, spec: object): void {
    const syncResources = [{ group: '', resources: ['configmaps', 'namespaces'] }];
    writeFileSync(
      fileOf(name),
      JSON.stringify({
        apiVersion: 'cluster.clusterpedia.io/v1alpha2',
        kind: 'PediaCluster',
        metadata: { name },
        spec: { tokenData: base64(server.token), syncResources, ...spec },
      }),
    );
  }

  const fileOf = (name: string) => join(folder, 'clusters', `${name}.json`);

  async function inventories(): Promise<ReadonlyMap<string, ClusterInventory>> {
    const { stdout } = await runClusterdex(['clusters', 'list', '-o', 'json', '--data-dir', join(folder, 'data')]);
    return new Map((JSON.parse(stdout) as ClusterInventory[]).map((inventory) => [inventory.cluster, inventory]));
  }

  /** `True Reason: message` of a condition. */
  const conditionOf = (inventory: ClusterInventory | undefined, type: string) => {
    const found = inventory?.synchro?.conditions.find((condition) => condition.type === type);
    return found === undefined ? '' : `${found.status} ${found.reason}: ${found.message}`;
  };

  it(
    'are each said to be what they are',
    async () => {
      const expected: readonly (readonly [string, string, RegExp])[] = [
        ['good', 'Ready', /^True Ready/],
        ['large', 'Ready', /^True Ready/],
        ['wrong-token', 'ClusterHealthy', /^False Unhealthy: .*401/],
        ['wrong-authority', 'ClusterHealthy', /^False NotReachable: .*certificate/],
        ['page', 'SynchroRunning', /^False InitialFailed: .*<html>/],
        ['noise', 'ClusterHealthy', /^False NotReachable: ./],
        ['silent', 'ClusterHealthy', /^False NotReachable: .*5000 ms/],
        ['dripping', 'SynchroRunning', /^False InitialFailed: .*\/version did not end within 15 seconds/],
        ['endless', 'SynchroRunning', /^False InitialFailed: .*\/version.*more than 1024 KiB/],
        ['all-wrong', 'Validated', /^False InvalidConfig/],
      ];
      await until(async () => {
        const found = await inventories();
        const wrong = expected.flatMap(([name, type, pattern]) => {
          const said = conditionOf(found.get(name), type);
          return pattern.test(said) ? [] : [`${name}: ${said}`];
        });
        return wrong.length === 0 ? undefined : wrong.join('\n');
      });
    },
    patience,
  );

  it(
    'name every field of a PediaCluster that is wrong, and no credential',
    async () => {
      const said = conditionOf((await inventories()).get('all-wrong'), 'Validated');
      for (const field of [
        ...['kubeconfig', 'apiserver', 'tokenData', 'caData', 'keyData', 'authenticationFrom/tokne'],
        ...['authenticationFrom/ca/name', 'authenticationFrom/ca/key', 'syncResources/0/resources'],
        ...['syncResources/1/group', 'syncResources/1/resources', 'syncResources/1/versions'],
        ...['syncAllCustomResources', 'syncResourcesRefName', 'shardingName', 'syncResourcez'],
      ]) {
        expect(said).toContain(`/spec/${field}: `);
      }
      expect(said).not.toContain('sesame');
    },
    patience,
  );

  it(
    'cost one type of theirs when one list is bad, and store an object of 5 MB',
    async () => {
      await until(async () => {
        const found = await inventories();
        const wrong = (
          [
            ['endless-object', 'configmaps', /^Error ListFailed: .*larger one/],
            ['endless-object', 'namespaces', /^Syncing/],
            ['garbage-list', 'configmaps', /^Error ListFailed: .*<html>/],
            ['garbage-list', 'namespaces', /^Syncing/],
            ['large', 'configmaps', /^Syncing/],
          ] as const
        ).flatMap(([name, resource, pattern]) => {
          const sync = found.get(name)?.synchro?.syncs.find((candidate) => candidate.resource === resource);
          const said = `${sync?.status} ${sync?.reason}: ${sync?.message}`;
          return pattern.test(said) ? [] : [`${name} ${resource}: ${said}`];
        });
        return wrong.length === 0 ? undefined : wrong.join('\n');
      });
      const { status, body } = await program.ask(`/clusters/large${configMaps}/large`);
      expect(status).toBe(200);
      expect((JSON.parse(body) as { data: object }).data).toEqual({ large });
    },
    patience,
  );

  it(
    'hinder no other: what changes in it is there at once, and memory stays bounded',
    async () => {
      for (let round = 0; round < 5; round++) {
        const name = `round-${round}`;
        await server.client.json(configMaps, 'POST', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
        const from = performance.now();
        await until(async () => {
          const { status } = await program.ask(`/clusters/good${configMaps}/${name}`);
          return status === 200 ? undefined : `${name} is not there (${status})`;
        });
        expect(performance.now() - from).toBeLessThan(5000);
      }
      const [bytes = 0] = (await program.metric('process_resident_memory_bytes')).values();
      expect(bytes / 2 ** 20).toBeLessThan(500);
    },
    patience,
  );

  it(
    'go when they are declared no more, with the rows of their metadata',
    async () => {
      const rows = (cluster: string) => {
        const database = new SqliteDatabase(join(folder, 'mirror.db'), { readonly: true });
        try {
          const { count } = database
            .prepare('SELECT count(*) AS count FROM resource_metadata WHERE cluster = ?')
            .get(cluster) as { count: number };
          return count;
        } finally {
          database.close();
        }
      };
      await until(async () => (rows('good') > 0 && rows('large') > 0 ? undefined : 'nothing is mirrored'));
      for (const name of [...Object.keys(hostile.addresses), 'large', 'all-wrong']) rmSync(fileOf(name));
      await until(async () => {
        const left = [...(await inventories()).keys()].sort().join();
        return left === 'endless-object,garbage-list,good,wrong-authority,wrong-token'
          ? undefined
          : `there are ${left}`;
      });
      expect(rows('large')).toBe(0);
      expect(rows('good')).toBeGreaterThan(0);
    },
    patience,
  );
});

/** In place of the list of ConfigMaps; there are no initial events. */
function answerLists(body: string): FaultRule {
  return (url) => {
    if (url.pathname !== '/api/v1/configmaps' || url.searchParams.has('resourceVersion')) return 'pass';
    if (url.searchParams.has('sendInitialEvents')) return { status: 422, body: '{"kind":"Status","code":422}' };
    return { status: 200, body };
  };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Until nothing is wrong. */
async function until(wrong: () => Promise<string | undefined>): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const reason = await wrong().catch((error: unknown) => String(error));
    if (reason === undefined) return;
    if (performance.now() > deadline) throw new Error(reason);
    await delay(200);
  }
}
