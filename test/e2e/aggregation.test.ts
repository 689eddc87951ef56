import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { askAs } from '../api/support/ask-as.js';
import { loadObjects, sampleObjects } from '../api/support/load-objects.js';
import { golden, parseObjects, type Rendered } from '../chart/support.js';
import { type ApiServer, apiServerAssets, apiServerNotRun, startApiServer } from '../support/api-server.js';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  type IssuedPair,
} from '../support/certificate-authority.js';
import { type RunningServer, repositoryRoot, runClusterdex, startServer } from '../support/clusterdex.js';
import { frontProxyFlags } from '../support/front-proxy-flags.js';
import { openTestStorage } from '../support/open-test-storage.js';

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
const because =
  apiServerAssets === undefined
    ? ` (${apiServerNotRun})`
    : hasKubectl
      ? ''
      : ' (NOT RUN: no kubectl on the PATH; install one to run these tests)';
const describeReal = because === '' ? describe : describe.skip;
const patience = 120_000;
const namespace = 'clusterdex-system';
const base = '/apis/clusterpedia.io/v1beta1';
const resources = `${base}/resources`;
const rbac = '/apis/rbac.authorization.k8s.io/v1';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

describeReal(`behind the aggregation layer of a kube-apiserver${because}`, () => {
  let folder: string;
  let host: ApiServer;
  let server: RunningServer;
  let serving: { readonly tlsUrl: string; readonly ca: string };
  let users: CertificateAuthority;
  let proxies: CertificateAuthority;
  let front: IssuedPair;

  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clusterdex-aggregation-'));
    users = await createCertificateAuthority('users');
    proxies = await createCertificateAuthority('proxies');
    const servers = await createCertificateAuthority('servers');
    front = await proxies.issue({ subject: 'CN=front-proxy-client' });
    const pair = await servers.issue({
      subject: 'CN=clusterdex',
      usage: 'server',
      hosts: [`clusterdex.${namespace}.svc`, 'localhost', '127.0.0.1'],
    });
    host = await startApiServer({
      flags: [`--client-ca-file=${write('users.crt', users.pem)}`, ...frontProxyFlags({ proxies, front, write })],
    });
    const kubeconfig = write('host.kubeconfig', host.kubeconfig({ token: await createAccount() }));
    await untilPublished();

    const dataDirectory = join(folder, 'data');
    const storage = await openTestStorage('sqlite', { dataDirectory });
    await loadObjects(storage.factory, 'prod-eu', { objects: sampleObjects('prod-eu') });
    await loadObjects(storage.factory, 'staging', { objects: sampleObjects('staging') });
    await storage.close();
    write('tls.crt', pair.cert);
    write('tls.key', pair.key);
    server = await startServer(
      [
        ...argumentsOfChart(dataDirectory, kubeconfig),
        ...['--authorization-webhook-cache-authorized-ttl=0', '--authorization-webhook-cache-unauthorized-ttl=0'],
      ],
      { CLUSTERPEDIA_NAMESPACE: namespace },
    );
    serving = { tlsUrl: `https://127.0.0.1:${new URL(server.secureOrigin ?? '').port}`, ca: servers.pem };
    await aggregate(servers);
    for (const name of ['prod-eu', 'staging']) {
      // What is stored of them was imported; they are declared for somebody else to follow.
      const spec = { shardingName: 'elsewhere', apiserver: 'https://cluster.example', syncResources: [] };
      await create({ apiVersion: 'cluster.clusterpedia.io/v1alpha2', kind: 'PediaCluster', metadata: { name }, spec });
    }
    const config = write('admin.kubeconfig', host.kubeconfig({ context: 'host' }));
    const written = await runClusterdex(['kubeconfig', '--context', 'host', '--kubeconfig', config, '--write', config]);
    expect(written).toEqual({ status: 0, stdout: `${config}: clusterpedia, prod-eu, staging\n`, stderr: '' });
  }, patience);

  afterAll(async () => {
    await server?.stop();
    await host?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, patience);

  function object(apiVersion: string, kind: string, metadata: object, rest: object = {}): object {
    return { apiVersion, kind, metadata, ...rest };
  }

  const paths: Readonly<Record<string, (namespace: string) => string>> = {
    CustomResourceDefinition: () => '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    Namespace: () => '/api/v1/namespaces',
    ServiceAccount: (within) => `/api/v1/namespaces/${within}/serviceaccounts`,
    Service: (within) => `/api/v1/namespaces/${within}/services`,
    ClusterRole: () => `${rbac}/clusterroles`,
    ClusterRoleBinding: () => `${rbac}/clusterrolebindings`,
    Role: (within) => `${rbac}/namespaces/${within}/roles`,
    RoleBinding: (within) => `${rbac}/namespaces/${within}/rolebindings`,
    PediaCluster: () => '/apis/cluster.clusterpedia.io/v1alpha2/pediaclusters',
    APIService: () => '/apis/apiregistration.k8s.io/v1/apiservices',
  };

  async function create(made: Rendered): Promise<void> {
    const path = paths[made.kind]?.(made.metadata.namespace ?? '');
    if (path === undefined) throw new Error(`nobody knows where a ${made.kind} goes`);
    await host.client.json(path, 'POST', made);
  }

  const ofChart = (...kinds: readonly string[]) =>
    parseObjects(golden.readGolden('default')).filter(({ kind }) => kinds.includes(kind));

  /** What the chart makes for the account of its pod, and a token of it. */
  async function createAccount(): Promise<string> {
    await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    for (const name of ['pediaclusters', 'clustersyncresources']) {
      const file = join(repositoryRoot, `deploy/crds/cluster.clusterpedia.io_${name}.yaml`);
      for (const definition of parseObjects(readFileSync(file, 'utf8'))) await create(definition);
    }
    const kinds = ['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'];
    for (const made of ofChart(...kinds)) await create(made);
    const { status } = await host.client.json<{ status: { token: string } }>(
      `/api/v1/namespaces/${namespace}/serviceaccounts/clusterdex/token`,
      'POST',
      object('authentication.k8s.io/v1', 'TokenRequest', {}, { spec: { expirationSeconds: 3600 } }),
    );
    return status.token;
  }

  /** The arguments of the chart's container; where a pod has folders, a port and a cluster around it, those of the test. */
  function argumentsOfChart(dataDirectory: string, kubeconfig: string): readonly string[] {
    const [{ spec } = { spec: undefined }] = ofChart('Deployment');
    const { template } = spec as { template: { spec: { containers: { args: string[] }[] } } };
    const [command, ...rest] = template.spec.containers[0]?.args ?? [];
    expect(command).toBe('serve');
    const replaced = rest.map((argument) =>
      argument
        .replace('/var/lib/clusterdex', dataDirectory)
        .replace('/etc/clusterdex/tls', folder)
        .replace(/^--secure-port=.*$/, '--secure-port=0')
        .replace(/^--host-kubeconfig$/, `--host-kubeconfig=${kubeconfig}`),
    );
    return [...replaced, `--authentication-kubeconfig=${kubeconfig}`];
  }

  /** The kube-apiserver tells whom it trusts soon after its start. */
  async function untilPublished(): Promise<void> {
    const path = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
    await until(async () => {
      const { status, body } = await host.client.text(path);
      return status === 200 && 'requestheader-client-ca-file' in JSON.parse(body).data;
    });
  }

  async function aggregate(servers: CertificateAuthority): Promise<void> {
    const port = Number(new URL(serving.tlsUrl).port);
    for (const made of ofChart('Service')) {
      await create({ ...made, spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] } });
    }
    for (const made of ofChart('APIService')) {
      const spec = made.spec as { service: object };
      const caBundle = Buffer.from(servers.pem).toString('base64');
      await create({ ...made, spec: { ...spec, service: { ...spec.service, port }, caBundle } });
    }
    await until(async () => (await host.client.text(base)).status === 200);
  }

  async function until(is: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + 60_000;
    while (!(await is())) {
      if (performance.now() > deadline) throw new Error('it did not come to that within a minute');
      await delay(100);
    }
  }

  /** Rights of a user in the host cluster, in a namespace of the clusters or in all. */
  async function allow(user: string, rules: readonly Rule[], inNamespace?: string): Promise<void> {
    const [kind, path] =
      inNamespace === undefined ? ['ClusterRole', rbac] : ['Role', `${rbac}/namespaces/${inNamespace}`];
    const metadata = { name: user };
    if (inNamespace !== undefined && (await host.client.text(`/api/v1/namespaces/${inNamespace}`)).status === 404) {
      await host.client.json('/api/v1/namespaces', 'POST', object('v1', 'Namespace', { name: inNamespace }));
    }
    const version = 'rbac.authorization.k8s.io/v1';
    await host.client.json(`${path}/${kind.toLowerCase()}s`, 'POST', object(version, kind, metadata, { rules }));
    await host.client.json(
      `${path}/${kind.toLowerCase()}bindings`,
      'POST',
      object(version, `${kind}Binding`, metadata, {
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: user },
      }),
    );
    await untilAllowed(user, [rules.at(-1)?.resources[0], inNamespace]);
  }

  /** The kube-apiserver knows of new rights a little later. */
  async function untilAllowed(
    user: string,
    [right = '', inNamespace]: readonly [string | undefined, string | undefined],
  ): Promise<void> {
    const [resource, subresource] = right.split('/');
    const resourceAttributes = {
      verb: 'list',
      group: 'clusterpedia.io',
      resource,
      subresource,
      namespace: inNamespace,
    };
    const review = object('authorization.k8s.io/v1', 'SubjectAccessReview', {}, { spec: { user, resourceAttributes } });
    await until(async () => {
      const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
      return (await host.client.json<{ status: { allowed: boolean } }>(path, 'POST', review)).status.allowed;
    });
  }

  const rule = (resourceNames: readonly string[], verbs = ['get', 'list', 'watch']): Rule => ({
    apiGroups: ['clusterpedia.io'],
    resources: resourceNames,
    verbs,
  });
  const way = rule([
    'resources',
    'resources/v1',
    'resources/apps',
    'resources/prod-eu',
    'resources/staging',
    'collectionresources',
  ]);

  function kubectl(...parameters: string[]) {
    const path = join(folder, 'admin.kubeconfig');
    const { status, stdout, stderr } = spawnSync('kubectl', parameters, {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder, KUBECONFIG: path },
      maxBuffer: 1 << 28,
    });
    return { status, stdout, stderr };
  }

  const items = (text: string) => (JSON.parse(text) as { items: { metadata: { namespace: string } }[] }).items;

  it('an admin reads by URL, by shortcut, and sees the collections', () => {
    const raw = kubectl('get', '--raw', `${resources}/api/v1/pods`);
    expect({ status: raw.status, stderr: raw.stderr }).toEqual({ status: 0, stderr: '' });
    expect(items(raw.stdout)).toHaveLength(149);
    const collections = kubectl('get', 'collectionresources');
    expect(collections).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/^workloads/m) });
    const all = kubectl('--cluster', 'clusterpedia', 'get', 'pods', '-A', '-o', 'name');
    expect({ status: all.status, count: all.stdout.trim().split('\n').length }).toEqual({ status: 0, count: 149 });
    const one = kubectl('--cluster', 'prod-eu', 'get', 'deployments', '-n', 'shop');
    expect({ status: one.status, lines: one.stdout.trim().split('\n').length }).toEqual({ status: 0, lines: 8 });
    const workloads = kubectl('get', '--raw', `${base}/collectionresources/workloads?limit=1`);
    expect(workloads.status).toBe(0);
  });

  it('the kube-apiserver takes over the schema of what the server serves', async () => {
    await until(async () => {
      const { body } = await host.client.text('/openapi/v3');
      return 'apis/clusterpedia.io/v1beta1' in JSON.parse(body).paths;
    });
  });

  it('shortcuts of a server that asks who one is take a context that says so', async () => {
    const asked = await runClusterdex(['kubeconfig', '--server', server.origin]);
    expect({ status: asked.status, stderr: asked.stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining(
        'asks who you are (401): name a context of your kubeconfig that says so with --context',
      ),
    });
    const known = ['--token-file', write('admin.token', `${host.token}\n`)];
    const told = await runClusterdex(['kubeconfig', '--server', server.origin, ...known]);
    expect({ status: told.status, stdout: told.stdout }).toEqual({
      status: 0,
      stdout: expect.stringContaining('name: staging'),
    });
    const config = join(folder, 'admin.kubeconfig');
    const { status, stderr } = await runClusterdex(['kubeconfig', '--context', 'nowhere', '--kubeconfig', config]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('found "nowhere"') });
  });

  it('a user without rights gets a 403, however it is asked', () => {
    for (const parameters of [
      ['get', '--raw', `${resources}/api/v1/pods`],
      ['get', 'collectionresources'],
      ['--cluster', 'clusterpedia', 'get', 'pods', '-A'],
      ['--cluster', 'prod-eu', 'get', 'pods', '-n', 'shop'],
    ]) {
      const { status, stdout, stderr } = kubectl('--as', 'nina', ...parameters);
      expect({ status, stdout, stderr }).toEqual({
        status: 1,
        stdout: '',
        stderr: expect.stringMatching(/orbidden.*User "nina" cannot (get|list) /s),
      });
    }
  });

  it('a user with the way and no contents is told which right is missing', async () => {
    await allow('walter', [way]);
    const { status, stderr } = kubectl('--as', 'walter', '--cluster', 'prod-eu', 'get', 'pods', '-n', 'shop');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining(
        'User "walter" cannot list resource "pods" in API group "" in the namespace "shop": it takes the right to list pods/prod-eu in API group clusterpedia.io',
      ),
    });
  });

  it('a user sees the clusters that RBAC names, and is told so', async () => {
    await allow('erin', [way, rule(['*/prod-eu'])]);
    const { status, stdout, stderr } = kubectl(
      '--as',
      'erin',
      '--cluster',
      'clusterpedia',
      'get',
      'pods',
      '-A',
      '-o',
      'name',
    );
    const stored = sampleObjects('prod-eu').filter(({ kind }) => kind === 'Pod').length;
    expect({ status, count: stdout.trim().split('\n').length, stderr }).toEqual({
      status: 0,
      count: stored,
      stderr: expect.stringContaining('Warning: you may see no more than the clusters prod-eu'),
    });
    expect(kubectl('--as', 'erin', 'get', '--raw', `${resources}/clusters/staging/api/v1/pods`).status).toBe(1);
  });

  it('a user sees the namespaces whose Roles allow it, and rights that are taken away count at once', async () => {
    await allow('sam', [way]);
    await allow('sam', [rule(['pods'])], 'shop');
    const listed = () => kubectl('--as', 'sam', '--cluster', 'prod-eu', 'get', 'pods', '-A', '-o', 'json');
    expect(new Set(items(listed().stdout).map(({ metadata }) => metadata.namespace))).toEqual(new Set(['shop']));
    await host.client.json(`${rbac}/namespaces/shop/rolebindings/sam`, 'DELETE');
    await until(async () => listed().status === 1);
  });

  it('watches come through', async () => {
    await allow('wendy', [way, rule(['pods'])]);
    const child = spawn(
      'kubectl',
      ['--as', 'wendy', '--cluster', 'prod-eu', 'get', 'pods', '-n', 'shop', '--watch', '-o', 'name'],
      { env: { PATH: process.env.PATH, HOME: folder, KUBECONFIG: join(folder, 'admin.kubeconfig') } },
    );
    const names: string[] = [];
    const stored = sampleObjects('prod-eu').filter(
      ({ kind, metadata }) => kind === 'Pod' && metadata.namespace === 'shop',
    );
    for await (const line of createInterface({ input: child.stdout })) {
      if (names.push(line) === stored.length) break;
    }
    child.kill('SIGKILL');
    expect(names).toHaveLength(stored.length);
  });

  it('forged headers get nowhere, in front of the kube-apiserver and behind it', async () => {
    const headers = { 'x-remote-user': 'root', 'x-remote-group': 'system:masters' };
    const path = `${resources}/api/v1/pods?limit=1`;
    expect((await askAs(serving, path, { headers })).status).toBe(401);
    const stranger = await (await createCertificateAuthority('proxies')).issue({ subject: 'CN=front-proxy-client' });
    expect((await askAs(serving, path, { headers, pair: stranger })).status).toBe(401);
    const user = await users.issue({ subject: 'CN=front-proxy-client' });
    const asUser = await askAs(serving, path, { headers, pair: user });
    expect({ status: asUser.status, text: asUser.text }).toEqual({
      status: 403,
      text: expect.stringContaining('User \\"front-proxy-client\\" cannot get'),
    });
    const outside = { tlsUrl: host.url, ca: host.authority };
    const through = await askAs(outside, path, { headers, token: host.powerlessToken });
    expect({ status: through.status, text: through.text }).toEqual({
      status: 403,
      text: expect.stringContaining('User \\"nobody\\" cannot get'),
    });
    // The real one is believed.
    expect((await askAs(serving, path, { headers, pair: front })).status).toBe(200);
  });

  it('without the kube-apiserver between, tokens and certificates of the host cluster count', async () => {
    const path = `${resources}/clusters/prod-eu/api/v1/namespaces/shop/pods?limit=1`;
    await allow('carla', [way, rule(['pods/prod-eu'])]);
    const pair = await users.issue({ subject: 'CN=carla' });
    expect((await askAs(serving, path, { pair, protocol: 'h2' })).status).toBe(200);
    expect((await askAs(serving, path, { token: host.token })).status).toBe(200);
    expect((await askAs(serving, path, { token: host.powerlessToken })).status).toBe(403);
    expect((await askAs(serving, path, { token: 'made-up' })).status).toBe(401);
    expect((await askAs(serving, '/metrics', { token: host.powerlessToken })).status).toBe(403);
    expect((await askAs(serving, '/readyz')).status).toBe(200);
  });
});
