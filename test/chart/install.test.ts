import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiServer, apiServerAssets, apiServerNotRun, startApiServer } from '../support/api-server.js';
import { repositoryRoot } from '../support/clusterdex.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { helm, helmNotRun } from './support.js';

const notRun = helm === undefined ? helmNotRun : apiServerAssets === undefined ? apiServerNotRun : undefined;
const describeReal = notRun === undefined ? describe : describe.skip;
const namespace = 'clusterdex-system';
const folder = temporaryFolder();

/** On an API server alone: objects are made and changed, and nothing runs them. */
describeReal(`helm install, upgrade and uninstall${notRun ? ` (${notRun})` : ''}`, () => {
  let server: ApiServer;
  const kubeconfig = join(folder, 'kubeconfig');
  const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/clusterdex`;
  const apiService = '/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.clusterpedia.io';

  beforeAll(async () => {
    server = await startApiServer();
    writeFileSync(kubeconfig, server.kubeconfig());
  }, 120_000);

  afterAll(() => server?.stop(), 60_000);

  function run(...parameters: readonly string[]): string {
    const where = ['--namespace', namespace, '--kubeconfig', kubeconfig];
    const { status, stdout, stderr } = spawnSync(helm as string, [...parameters, ...where], { encoding: 'utf8' });
    expect([status, stderr.replace(/^WARNING: .*\n/gm, '')]).toEqual([0, '']);
    return stdout;
  }

  async function continueKey(): Promise<string | undefined> {
    const path = `/api/v1/namespaces/${namespace}/secrets/clusterdex-continue-key`;
    return (await server.client.json<{ data: Record<string, string> }>(path)).data['continue.key'];
  }

  const chart = join(repositoryRoot, 'charts', 'clusterdex');

  it('installs, and says how to look for what is wrong', async () => {
    const notes = run('install', 'clusterdex', chart, '--create-namespace');
    expect(notes).toContain('-- clusterdex doctor --host-kubeconfig --data-dir=/var/lib/clusterdex');
    expect(Buffer.from((await continueKey()) ?? '', 'base64')).toHaveLength(32);
  }, 60_000);

  it('upgrades: keys and what the job of certificates wrote stay, pods that were scaled down come back', async () => {
    const key = await continueKey();
    await server.client.json(apiService, 'PATCH', {
      spec: { caBundle: Buffer.from(server.authority).toString('base64') },
    });
    await server.client.json(deployment, 'PATCH', { spec: { replicas: 0 } });
    run('upgrade', 'clusterdex', chart, '--set', 'logLevel=debug');
    expect(await continueKey()).toBe(key);
    const { spec } = await server.client.json<{ spec: { replicas: number } }>(deployment);
    expect(spec.replicas).toBe(1);
    const trusted = await server.client.json<{ spec: { caBundle?: string } }>(apiService);
    expect(trusted.spec.caBundle).toBe(Buffer.from(server.authority).toString('base64'));
  }, 60_000);

  it('uninstalls, and leaves the clusters that were declared', async () => {
    run('uninstall', 'clusterdex');
    expect((await server.client.text(deployment)).status).toBe(404);
    const definitions = await server.client.items('/apis/apiextensions.k8s.io/v1/customresourcedefinitions');
    expect(definitions.map(({ metadata }) => metadata.name)).toEqual([
      'clustersyncresources.cluster.clusterpedia.io',
      'pediaclusters.cluster.clusterpedia.io',
    ]);
  }, 60_000);
});
