import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { helm, helmNotRun } from '../chart/support.js';
import { apiServerAssets, apiServerNotRun } from '../support/api-server.js';
import { type PlayedChart, playChart } from './play-chart.js';
import { openPodman } from './podman.js';

const { podman, missing, refusal } = openPodman();
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
const because = [
  ...(podman === undefined ? [`NOT RUN: ${missing ?? refusal}`] : []),
  ...(helm === undefined ? [helmNotRun] : []),
  ...(apiServerAssets === undefined ? [apiServerNotRun] : []),
  ...(hasKubectl ? [] : ['NOT RUN: no kubectl on the PATH; install one to run these tests']),
];
const isRun = because.length === 0;
const describeReal = isRun ? describe : describe.skip;
if (!isRun) podman?.close();

const resources = '/apis/clusterpedia.io/v1beta1/resources';

describeReal(`the pod of the chart with a plugin's image${isRun ? '' : ` (${because.join('; ')})`}`, () => {
  let played: PlayedChart;

  beforeAll(async () => {
    played = await playChart({ podman: podman as NonNullable<typeof podman>, helm: helm as string });
  }, 600_000);

  afterAll(async () => {
    await played?.close();
    podman?.close();
  }, 60_000);

  const kubectl = (...parameters: readonly string[]) =>
    spawnSync('kubectl', ['--kubeconfig', played.kubeconfig, ...parameters], { encoding: 'utf8' });
  const inServer = (script: string) => played.execute(played.server, 'node', '-e', script).trim();

  it('has an init container that copies the plugin, and a server that loads it from there', () => {
    expect(played.exitCode(played.copier)).toBe(0);
    const rows = JSON.parse(played.execute(played.server, 'clusterdex', 'plugins', 'list', '--output', 'json')) as {
      name: string;
      state: string;
      folder: string;
    }[];
    expect(rows).toContainEqual(
      expect.objectContaining({ name: 'sample', state: 'ok', folder: '/plugins/storage/sample-storage' }),
    );
  }, 60_000);

  it('is read by kubectl through the API server: what a declared cluster has, which the plugin stores', async () => {
    const { host } = played;
    await host.client.json('/api/v1/namespaces', 'POST', { metadata: { name: 'shop' } });
    for (const name of ['cart', 'catalog']) {
      await host.client.json('/api/v1/namespaces/shop/configmaps', 'POST', { metadata: { name }, data: { name } });
    }
    const encode = (text: string) => Buffer.from(text).toString('base64');
    await host.client.json('/apis/cluster.clusterpedia.io/v1alpha2/pediaclusters', 'POST', {
      apiVersion: 'cluster.clusterpedia.io/v1alpha2',
      kind: 'PediaCluster',
      metadata: { name: 'here' },
      spec: {
        apiserver: host.url,
        caData: encode(host.authority),
        tokenData: encode(host.token),
        syncResources: [{ group: '', resources: ['configmaps'] }],
      },
    });
    const wait = ['wait', '--for=condition=Ready', 'pediacluster/here', '--timeout=60s'];
    expect(kubectl(...wait)).toMatchObject({ status: 0, stdout: expect.stringContaining('condition met') });
    const path = `${resources}/api/v1/namespaces/shop/configmaps?names=cart,catalog&orderby=name`;
    const { status, stdout, stderr } = kubectl('get', '--raw', path);
    expect([status, stderr]).toEqual([0, '']);
    const { items } = JSON.parse(stdout) as {
      items: { metadata: { name: string; annotations: Record<string, string> }; data: object }[];
    };
    expect(items.map(({ metadata, data }) => [metadata.name, data])).toEqual([
      ['cart', { name: 'cart' }],
      ['catalog', { name: 'catalog' }],
    ]);
    expect(items[0]?.metadata.annotations['shadow.clusterpedia.io/cluster-name']).toBe('here');
  }, 120_000);

  it('has a certificate that the job of the chart made, in the image as well, and that the API server trusts', async () => {
    expect(played.job).toMatch(/a new certificate/);
    const path = '/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.clusterpedia.io';
    const { spec } = await played.host.client.json<{ spec: { caBundle?: string; insecureSkipTLSVerify?: boolean } }>(
      path,
    );
    expect([spec.caBundle?.length, spec.insecureSkipTLSVerify]).toEqual([expect.any(Number), undefined]);
  }, 60_000);

  it('runs without rights: as user 65532, with no capability, on a root file system that only reads', () => {
    const status = inServer("process.stdout.write(require('node:fs').readFileSync('/proc/1/status', 'utf8'))");
    const of = (name: string) => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1];
    expect(['Uid', 'Gid', 'CapEff', 'CapBnd', 'NoNewPrivs', 'Seccomp'].map(of)).toEqual([
      ...['65532', '65532'],
      ...['0000000000000000', '0000000000000000', '1', '2'],
    ]);
    const files = ['/app/x', '/x', '/plugins/storage/x', '/tmp/x', '/var/lib/clusterdex/x'];
    const outcomes = inServer(`for (const file of ${JSON.stringify(files)}) {
      try { require('node:fs').writeFileSync(file, ''); console.log('written') } catch ({ code }) { console.log(code) }
    }`);
    expect(outcomes.split('\n')).toEqual(['EROFS', 'EROFS', 'EROFS', 'written', 'written']);
  }, 60_000);

  it('ends with 0 at SIGTERM, within what the chart grants it', () => {
    expect(played.terminate()).toBeLessThan(40);
    expect(played.exitCode(played.server)).toBe(0);
  }, 60_000);
});
