import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiServer, apiServerAssets, apiServerNotRun, startApiServer } from '../support/api-server.js';
import { repositoryRoot, runClusterdex, spawnClusterdex, startServer } from '../support/clusterdex.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { golden, parseObjects, type Rendered } from './support.js';

const describeReal = apiServerAssets === undefined ? describe.skip : describe;
const because = apiServerAssets === undefined ? ` (${apiServerNotRun})` : '';
const namespace = 'clusterdex-system';
const pediaClusters = '/apis/cluster.clusterpedia.io/v1alpha2/pediaclusters';
const folder = temporaryFolder();

interface PediaCluster {
  readonly metadata: { readonly finalizers?: readonly string[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** With the accounts and rights that the chart makes in mode `split`, and no others. */
describeReal(`the accounts of the chart${because}`, () => {
  const objects = parseObjects(golden.readGolden('split'));
  let server: ApiServer;
  const environment = { CLUSTERPEDIA_NAMESPACE: namespace, KUBECONFIG: '' };

  beforeAll(async () => {
    server = await startApiServer();
    await server.client.json('/api/v1/namespaces', 'POST', { metadata: { name: namespace } });
    for (const object of objects.filter(({ kind }) => /Role|^ServiceAccount$/.test(kind))) {
      await server.client.json(pathOf(object), 'POST', object);
    }
    for (const name of ['pediaclusters', 'clustersyncresources']) {
      const text = readFileSync(join(repositoryRoot, `deploy/crds/cluster.clusterpedia.io_${name}.yaml`), 'utf8');
      const [definition] = parseObjects(text);
      await server.client.json('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', 'POST', definition);
      while ((await server.client.text(pediaClusters.replace('pediaclusters', name))).status !== 200);
    }
  }, 120_000);

  afterAll(() => server?.stop(), 60_000);

  /** A kubeconfig with a token of the account. */
  async function kubeconfigOf(account: string): Promise<string> {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
    const { status } = await server.client.json<{ status: { token: string } }>(path, 'POST', { spec: {} });
    const file = join(folder, `${account}.kubeconfig`);
    writeFileSync(file, server.kubeconfig({ token: status.token }));
    return file;
  }

  /** Whether the account of the API server may. */
  async function may(verb: string, resource: string, inside?: string): Promise<boolean> {
    const group = { pediaclusters: 'cluster.clusterpedia.io', leases: 'coordination.k8s.io' }[resource] ?? '';
    const { status } = await server.client.json<{ status: { allowed: boolean } }>(
      '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      'POST',
      {
        spec: {
          user: `system:serviceaccount:${namespace}:clusterdex`,
          resourceAttributes: { verb, group, resource, ...(inside && { namespace: inside }) },
        },
      },
    );
    return status.allowed;
  }

  /** What the pod is told; its folders are those of the test, its storage one that is here. */
  function argumentsOf(deployment: string, rendered = objects): readonly string[] {
    const found = rendered.find(
      ({ kind, metadata }) => kind === 'Deployment' && metadata.name === deployment,
    ) as Rendered;
    const { template } = found.spec as { template: { spec: { containers: [{ args: string[] }] } } };
    return template.spec.containers[0].args
      .filter((argument) => !/^--storage-(?:config|set)/.test(argument))
      .map((argument) =>
        argument
          .replace('/var/lib/clusterdex', join(folder, 'data'))
          .replace('/etc/clusterdex/pipeline', folder)
          .replace(/^--storage-name=.*/, '--storage-name=sqlite')
          .replace(/^--metrics-host=.*/, '--metrics-host=127.0.0.1')
          .replace(/^--metrics-port=.*/, '--metrics-port=0'),
      );
  }

  it('let the synchro follow a cluster whose credentials are in a Secret, and tell its status', async () => {
    const pipeline = objects.find(({ metadata }) => metadata.name === 'clusterdex-pipeline') as Rendered;
    const { 'pipeline.yaml': steps } = pipeline.data as { 'pipeline.yaml': string };
    writeFileSync(join(folder, 'pipeline.yaml'), steps);
    const secret = { token: server.token, ca: server.authority };
    await server.client.json(`/api/v1/namespaces/${namespace}/secrets`, 'POST', {
      metadata: { name: 'here' },
      stringData: secret,
    });
    await server.client.json(pediaClusters, 'POST', {
      apiVersion: 'cluster.clusterpedia.io/v1alpha2',
      kind: 'PediaCluster',
      metadata: { name: 'here' },
      spec: {
        shardingName: 'eu',
        apiserver: server.url,
        authenticationFrom: { token: { name: 'here', key: 'token' }, ca: { name: 'here', key: 'ca' } },
        syncResources: [{ group: '', resources: ['namespaces'] }],
      },
    });
    const child = spawnClusterdex(
      [...argumentsOf('clusterdex-synchro'), '--kubeconfig', await kubeconfigOf('clusterdex-synchro')],
      environment,
    );
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      said += part;
    });
    child.stdout.resume();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    try {
      const conditionsOf = async () => {
        const { status, metadata } = await server.client.json<PediaCluster>(`${pediaClusters}/here`);
        return { ready: status?.conditions?.find(({ type }) => type === 'Ready')?.status, metadata };
      };
      while ((await conditionsOf()).ready !== 'True') {
        if (child.exitCode !== null) throw new Error(`it ended: ${said}`);
      }
      expect((await conditionsOf()).metadata.finalizers).toHaveLength(1);
      const lease = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/clusterdex-eu`;
      expect((await server.client.text(lease)).status).toBe(200);
      // It lets go of its lease, which takes a right as well.
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
      expect(said).not.toMatch(/forbidden/i);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  }, 90_000);

  it('let the API server review tokens and rights, as clusterdex doctor sees it, and read no Secrets and no PediaClusters', async () => {
    const kubeconfig = await kubeconfigOf('clusterdex');
    const { stdout } = await runClusterdex(
      ['doctor', '--data-dir', join(folder, 'data'), '--secure-port=0', `--authentication-kubeconfig=${kubeconfig}`],
      { environment },
    );
    expect(stdout).toContain('the account has the 3 rights that it needs in the host cluster');
    expect([await may('list', 'secrets', namespace), await may('list', 'pediaclusters')]).toEqual([false, false]);
  }, 60_000);

  it('with server.proxy.enabled let the API server find a cluster and its credentials, and do nothing else', async () => {
    const passing = parseObjects(golden.readGolden('proxy'));
    const added = passing.filter(({ metadata }) => metadata.name === 'clusterdex-proxy');
    expect(added.map(({ kind }) => kind).sort()).toEqual(['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding']);
    for (const object of added) await server.client.json(pathOf(object), 'POST', object);
    // What of the arguments is about passing on; the others take certificates and a database.
    const kubeconfig = await kubeconfigOf('clusterdex');
    const flags = argumentsOf('clusterdex', passing)
      .filter((argument) => /^--(?:host-kubeconfig|feature-gates|allow|enable-proxy)/.test(argument))
      .map((argument) => (argument === '--host-kubeconfig' ? `${argument}=${kubeconfig}` : argument));
    expect(flags).toHaveLength(6);
    const parameters = ['--data-dir', join(folder, 'passing'), '--storage-name', 'memory', '--log-level', 'warn'];
    const running = await startServer([...parameters, ...flags], environment, 'apiserver');
    const ask = (path: string) =>
      fetch(`${running.origin}/apis/clusterpedia.io/v1beta1/resources/clusters/here/proxy${path}`);
    // Of the first test, with its Secret.
    while ((await ask('/version')).status !== 200) await delay(50);
    const secret = await ask(`/api/v1/namespaces/${namespace}/secrets/here`);
    const { stderr } = await running.stop();
    expect({ status: secret.status, stderr }).toEqual({ status: 200, stderr: expect.not.stringMatching(/forbidden/i) });
    const wanted = [may('list', 'secrets', namespace), may('watch', 'pediaclusters')];
    expect(await Promise.all(wanted)).toEqual([true, true]);
    const refused = [
      may('list', 'secrets'),
      may('list', 'secrets', 'default'),
      may('create', 'secrets', namespace),
      may('patch', 'pediaclusters'),
      may('create', 'leases', namespace),
    ];
    expect(await Promise.all(refused)).toEqual(refused.map(() => false));
  }, 60_000);
});

function pathOf({ apiVersion, kind, metadata }: Rendered): string {
  const base = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const scope = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `${base}${scope}/${kind.toLowerCase()}s`;
}
