import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiServer, apiServerAssets, apiServerNotRun, startApiServer } from '../support/api-server.js';
import { runClusterdex, spawnClusterdex } from '../support/clusterdex.js';

const describeReal = apiServerAssets === undefined ? describe.skip : describe;
const because = apiServerAssets === undefined ? ` (${apiServerNotRun})` : '';
const patience = 120_000;

interface Process {
  readonly child: ChildProcessWithoutNullStreams;
  readonly output: () => string;
  /** As its output says it. */
  readonly url: () => string;
  kill(signal: NodeJS.Signals): Promise<void>;
}

describeReal(`processes that follow clusters${because}`, () => {
  let server: ApiServer;
  let folder: string;
  const running: Process[] = [];

  beforeAll(async () => {
    server = await startApiServer();
    folder = mkdtempSync(join(tmpdir(), 'clusterdex-processes-'));
    writeFileSync(join(folder, 'kubeconfig'), server.kubeconfig({ context: 'member' }));
    for (let number = 0; number < 30; number++) await createConfigMap(`c${number}`);
  }, patience);

  afterAll(async () => {
    await Promise.all(running.map((process) => process.kill('SIGKILL')));
    await server?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }, patience);

  const createConfigMap = (name: string) =>
    server.client.json('/api/v1/namespaces/default/configmaps', 'POST', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name },
      data: { key: 'value' },
    });

  function start(parameters: readonly string[]): Process {
    const child = spawnClusterdex([...parameters, '--data-dir', join(folder, 'data')]);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
    }
    const process: Process = {
      child,
      output: () => text,
      url: () => / at (http:\/\/[\d.:]+)/.exec(text)?.[1] ?? '',
      async kill(signal) {
        if (child.exitCode !== null || child.signalCode !== null) return;
        child.kill(signal);
        await once(child, 'close');
      },
    };
    running.push(process);
    return process;
  }

  const serve = (...more: readonly string[]) =>
    start([
      'serve',
      '--kubeconfig',
      join(folder, 'kubeconfig'),
      '--sync',
      'configmaps,namespaces',
      '--insecure-port',
      '0',
      ...more,
    ]);
  const names = async (process: Process) => {
    if (process.url() === '') return [];
    const path = '/apis/clusterpedia.io/v1beta1/resources/api/v1/namespaces/default/configmaps';
    const response = await fetch(process.url() + path);
    const { items = [] } = (await response.json()) as { items?: { metadata: { name: string } }[] };
    return items.map(({ metadata }) => metadata.name);
  };
  const metrics = async (process: Process) => (await fetch(`${process.url()}/metrics`)).text();

  it(
    'tell in the end what there is, and how to ask it',
    async () => {
      const process = serve();
      await until(() => process.output().includes('Ask them all at once'));
      expect(process.output()).toMatch(/NAME +VERSION +READY/);
      expect(process.output()).toMatch(/member +v1\.\S+ +True +2\/2/);
      expect(await names(process)).toContain('c29');
      await process.kill('SIGTERM');
      expect(process.child.exitCode).toBe(0);
    },
    patience,
  );

  it(
    'write nothing at a start when nothing has changed, and only what has',
    async () => {
      await createConfigMap('one-more');
      const process = serve();
      await until(async () => (await names(process)).includes('one-more'));
      const text = await metrics(process);
      expect(text).toMatch(
        /clusterdex_synchro_changes_total\{cluster="member",resource="configmaps",result="written"\} 1\n/,
      );
      expect(text).not.toMatch(/changes_total\{cluster="member",resource="namespaces",result="written"\} [1-9]/);
      await process.kill('SIGTERM');
    },
    patience,
  );

  it(
    'write anew what other steps prepare otherwise, once',
    async () => {
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { password: 'sesame' } };
      await server.client.json('/api/v1/namespaces/default/secrets', 'POST', secret);
      const value = async (process: Process) => {
        if (process.url() === '') return undefined;
        const path = '/apis/clusterpedia.io/v1beta1/resources/clusters/member/api/v1/namespaces/default/secrets/s';
        const { data } = (await fetch(process.url() + path).then((response) => response.json())) as {
          data?: { password: string };
        };
        return data && Buffer.from(data.password, 'base64').toString();
      };
      const closed = serve('--sync', 'configmaps,namespaces,secrets');
      await until(async () => (await value(closed))?.startsWith('redacted:') === true);
      await closed.kill('SIGTERM');
      const open = serve('--sync', 'configmaps,namespaces,secrets', '--store-secret-values');
      await until(async () => (await value(open)) === 'sesame');
      await until(() => open.output().includes('Ask them all at once'));
      await open.kill('SIGTERM');
      const again = serve('--sync', 'configmaps,namespaces,secrets', '--store-secret-values');
      await until(() => again.output().includes('Ask them all at once'));
      expect(await metrics(again)).not.toMatch(
        /changes_total\{cluster="member",resource="secrets",result="written"\} [1-9]/,
      );
      await again.kill('SIGTERM');
      const back = serve();
      await until(() => back.output().includes('Ask them all at once'));
      expect(await value(back)).toBeUndefined();
      await back.kill('SIGTERM');
    },
    patience,
  );

  it(
    'take over within seconds when the writer is killed, and serve meanwhile',
    async () => {
      const first = serve();
      await until(
        async () =>
          (await names(first)).includes('c0') && (await metrics(first)).includes('clusterdex_synchro_writer 1'),
      );
      const second = serve();
      await until(() => second.output().includes('stands by'));
      expect(await names(second)).toContain('c0');
      expect(await metrics(second)).toContain('clusterdex_synchro_writer 0');
      await createConfigMap('before');
      await until(async () => (await names(second)).includes('before'));

      await first.kill('SIGKILL');
      const killedAt = performance.now();
      await createConfigMap('after');
      expect(await names(second)).toContain('before');
      await until(async () => (await names(second)).includes('after'));
      expect(performance.now() - killedAt).toBeLessThan(20_000);
      await second.kill('SIGTERM');
    },
    patience,
  );

  it(
    'follow and serve apart, on one storage, and the screen tells of it',
    async () => {
      const clusters = mkdtempSync(join(folder, 'clusters-'));
      writeFileSync(
        join(clusters, 'member.yaml'),
        JSON.stringify({
          apiVersion: 'cluster.clusterpedia.io/v1alpha2',
          kind: 'PediaCluster',
          metadata: { name: 'member' },
          spec: {
            kubeconfig: Buffer.from(server.kubeconfig()).toString('base64'),
            syncResources: [{ group: '', resources: ['configmaps', 'podz'] }],
          },
        }),
      );
      const manager = start(['clustersynchro-manager', '--clusters-dir', clusters, '--metrics-port', '0']);
      const reader = start(['apiserver', '--insecure-port', '0']);
      await createConfigMap('apart');
      await until(async () => (await names(reader)).includes('apart'));
      expect((await fetch(`${manager.url()}/readyz`)).status).toBe(200);
      expect(await metrics(manager)).toContain(
        'clusterdex_synchro_lag_seconds{cluster="member",resource="configmaps"}',
      );
      const removal = await runClusterdex([
        'clusters',
        'remove',
        'member',
        '--yes',
        '--data-dir',
        join(folder, 'data'),
      ]);
      expect(removal.status).toBe(1);
      expect(removal.stderr).toContain('cluster member is followed by');
      const dump = join(folder, 'dump.json');
      writeFileSync(dump, '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"foreign","namespace":"default"}}');
      const imported = await runClusterdex([
        ...['import', '--cluster', 'member', '--data-dir', join(folder, 'data')],
        dump,
      ]);
      expect(imported).toMatchObject({ status: 1, stdout: '' });
      expect(imported.stderr).toMatch(
        /cluster member is followed by .*, declared by .*would be deleted again; remove that declaration/,
      );
      const aside = join(folder, 'aside');
      const copy = (from: string, to: string) =>
        runClusterdex([
          ...['storage', 'copy', '--from', 'sqlite', '--from-data-dir', from],
          ...['--to', 'sqlite', '--to-data-dir', to],
        ]);
      // Nobody follows it into the copy, which can be made up to date.
      for (let time = 0; time < 2; time++) {
        const { stdout, stderr } = await copy(join(folder, 'data'), aside);
        expect(stderr).not.toContain('is followed by');
        expect(stdout).toContain('member');
      }
      expect((await runClusterdex(['clusters', '--types', '--data-dir', aside])).stdout).toContain(
        'nobody follows them',
      );
      const back = await copy(aside, join(folder, 'data'));
      expect(back).toMatchObject({ status: 1, stdout: '' });
      expect(back.stderr).toMatch(
        /cluster member is followed by .*, declared by .*, into the target: what the cluster/,
      );
      expect(await names(reader)).not.toContain('foreign');
      await until(async () => {
        const { stdout } = await runClusterdex(['clusters', '--types', '--data-dir', join(folder, 'data')]);
        return (
          /member +configmaps +v1 +Syncing +\d+/.test(stdout) && /podz +- +Unknown \(ResourceNotFound\)/.test(stdout)
        );
      });
    },
    patience,
  );

  it(
    'say what is wrong with what they are told, before anything is opened',
    async () => {
      const wrong = async (...parameters: readonly string[]) => {
        const { status, stderr } = await runClusterdex([...parameters, '--data-dir', join(folder, 'unused')]);
        expect(status).toBe(1);
        return stderr;
      };
      expect(await wrong('serve', '--kubeconfig', join(folder, 'nowhere'))).toContain('nowhere cannot be read');
      expect(await wrong('serve', '--kubeconfig', join(folder, 'kubeconfig'), '--context', 'prod')).toContain(
        'one of member',
      );
      expect(await wrong('serve', '--context', 'prod')).toContain('--context goes with --kubeconfig');
      expect(await wrong('serve', '--clusters-dir', join(folder, 'nowhere'))).toContain('is not there');
      expect(await wrong('clustersynchro-manager')).toContain('runs in no cluster');
      writeFileSync(join(folder, 'steps.yaml'), 'steps: [{ name: prune }]');
      const parameters = [
        'serve',
        '--kubeconfig',
        join(folder, 'kubeconfig'),
        '--pipeline-config',
        join(folder, 'steps.yaml'),
      ];
      expect(await wrong(...parameters)).toContain('has no step redact');
    },
    patience,
  );
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it did not come to that within a minute');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
