import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningServer, repositoryRoot, runClusterdex, startServer } from '../support/clusterdex.js';
import { sampleFile } from '../support/sample-clusters.js';

const client = spawnSync('kubectl', ['version', '--client'], { encoding: 'utf8' });
const minor = Number(/v1\.(\d+)\./.exec(client.stdout ?? '')?.[1] ?? 0);
const isInstalled = client.status === 0;
const describeKubectl = isInstalled || process.env.CI === 'true' ? describe : describe.skip;
/** The recorded texts are of 1.32; older ones describe some things in other words. */
const describesAsRecorded = minor >= 32;
const recordings = join(repositoryRoot, 'test/fixtures/alpha');
const readOnly = 'this server is read-only, ask the cluster itself';
const manifest = [
  'apiVersion: v1',
  'kind: ConfigMap',
  'metadata: {name: web-config, namespace: shop}',
  'data: {a: b}',
  '',
].join('\n');

interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command printed when it was recorded; a file begins with the command itself. */
function recorded(name: string): Result {
  const [, printed = ''] =
    /^\$ kubectl .*?\n(.*)$/s.exec(readFileSync(join(recordings, 'kubectl/extra', name), 'utf8')) ?? [];
  const [body = '', status = '0'] = printed.split('--- exit ');
  const [stdout = '', stderr = ''] = body.split('--- stderr\n');
  return { status: Number(status), stdout, stderr };
}

/** Objects have an annotation more here, and the ages of what was recorded go on. */
function comparable(text: string): string[] {
  return text
    .replace(/^Annotations:.*?(?=^\S)/ms, '')
    .replace(/ +(\d+[smhdy])+$/gm, '')
    .replace(/ +(\d+[smhdy])+( \(x\d+ over (\d+[smhdy])+\))?(?= {2})/g, ' AGE')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}

describe('kubectl', () => {
  it(`is ${isInstalled ? `here: 1.${minor}` : 'NOT RUN: no kubectl on the PATH; install one to run these tests'}`, () => {
    if (process.env.CI === 'true') expect(isInstalled).toBe(true);
  });
  it(`is ${describesAsRecorded ? 'compared with' : 'NOT COMPARED with'} the recorded texts of describe, which are of 1.32`, () => {
    if (isInstalled) expect(minor).toBeGreaterThanOrEqual(20);
  });
});

describeKubectl.each(['sqlite', 'memory'])('commands of a real kubectl on %s', (storageName) => {
  let folder: string;
  let server: RunningServer;
  let kubeconfig: string;
  let file: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clusterdex-kubectl-'));
    kubeconfig = join(folder, 'config');
    file = join(folder, 'web-config.yaml');
    writeFileSync(file, manifest);
    const storage = ['--data-dir', folder, '--storage-name', storageName];
    for (const [cluster, dump] of [
      ['alpha', join(recordings, 'dump.json')],
      ['staging', sampleFile('staging')],
    ]) {
      const imported = await runClusterdex(['import', ...storage, '--cluster', String(cluster), String(dump)]);
      expect(imported).toMatchObject({ status: 0 });
    }
    server = await startServer(storage);
    await runClusterdex(['kubeconfig', '--server', server.origin, '--write', kubeconfig]);
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  /** In cluster alpha, unless another context is named. */
  function run(...parameters: readonly string[]): Result {
    const context = parameters.includes('--context') ? [] : ['--context', 'alpha'];
    const { status, stdout, stderr } = spawnSync('kubectl', [...context, ...parameters], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder, KUBECONFIG: kubeconfig, EDITOR: 'sed -i s/text/TEXT/' },
    });
    return { status, stdout, stderr };
  }

  const shop = (...parameters: readonly string[]) => run('-n', 'shop', ...parameters);
  const printed = (stdout: unknown) => ({ status: 0, stdout, stderr: '' });

  describe('get', () => {
    it.each<[string, string, readonly string[]]>([
      ['names', 'pods-name.txt', ['pods', '-o', 'name']],
      [
        'a JSONPath',
        'pods-jsonpath.txt',
        ['pods', '-o', 'jsonpath={range .items[*]}{.metadata.name}{"\\t"}{.status.phase}{"\\n"}{end}'],
      ],
      [
        'custom columns',
        'pods-custom-columns.txt',
        ['pods', '-o', 'custom-columns=NAME:.metadata.name,NODE:.spec.nodeName,IMG:.spec.containers[*].image'],
      ],
    ])('prints %s as recorded', (_name, name, parameters) => {
      expect(shop('get', ...parameters)).toEqual(recorded(name));
    });

    it('prints one object as recorded, with the annotation that names its cluster', () => {
      const { metadata, ...object } = JSON.parse(recorded('pod-json.txt').stdout);
      const annotations = { 'shadow.clusterpedia.io/cluster-name': 'alpha' };
      for (const parameters of [['pod', 'cart-6f7d-crash'], ['pod/cart-6f7d-crash']]) {
        const { status, stdout } = shop('get', ...parameters, '-o', 'json');
        expect({ status, object: JSON.parse(stdout) }).toEqual({
          status: 0,
          object: { ...object, metadata: { ...metadata, annotations } },
        });
      }
    });

    it('prints one object as YAML as recorded, with the same annotation', () => {
      const { stdout } = recorded('pod-yaml.txt');
      const annotated = stdout.replace(
        'metadata:\n',
        'metadata:\n  annotations:\n    shadow.clusterpedia.io/cluster-name: alpha\n',
      );
      expect(shop('get', 'pod', 'cart-6f7d-crash', '-o', 'yaml')).toEqual(printed(annotated));
    });

    it('takes a file, several types and several names', () => {
      expect(run('get', '-f', file, '-o', 'name')).toEqual(printed('configmap/web-config\n'));
      expect(shop('get', 'deploy/web', 'svc/web', '-o', 'name')).toEqual(printed('deployment.apps/web\nservice/web\n'));
      expect(shop('get', 'pod', 'brand-new', 'debugged', '-o', 'name')).toEqual(
        printed('pod/brand-new\npod/debugged\n'),
      );
      const { stdout } = shop('get', 'pods,svc', '--show-kind', '--no-headers');
      expect(stdout).toMatch(/^alpha +pod\/brand-new /m);
      expect(stdout).toMatch(/^alpha +service\/web /m);
    });

    it('says what is missing, and shows the others', () => {
      expect(shop('get', 'pod', 'does-not-exist')).toEqual(recorded('pod-missing.txt'));
      expect(run('get', 'frobnicators')).toEqual(recorded('unknown-resource.txt'));
      const { status, stdout, stderr } = shop('get', 'pod', 'nope', 'brand-new', '--no-headers');
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: 'Error from server (NotFound): pods "nope" not found\n',
      });
      expect(stdout).toMatch(/^alpha +brand-new /);
      expect(shop('get', 'pod', 'nope', '--ignore-not-found')).toEqual(printed(''));
      expect(run('get', 'pods', '-n', 'kube-public')).toEqual(recorded('pods-empty.txt'));
    });

    it('selects by labels and fields', () => {
      const select = (...parameters: readonly string[]) => shop('get', 'pods', '-o', 'name', ...parameters).stdout;
      expect(select('-l', 'app=cart')).toBe('pod/cart-6f7d-crash\npod/cart-6f7d-pull\n');
      expect(select('--field-selector', 'metadata.name=brand-new')).toBe('pod/brand-new\n');
      expect(select('--field-selector', 'status.phase=Pending,spec.nodeName=')).toBe(
        'pod/brand-new\npod/sched-gated\npod/web-58f4c7d9-unsched\n',
      );
      const nodes = (selector: string) => run('get', 'nodes', '-o', 'name', '--field-selector', selector).stdout;
      expect(nodes('spec.unschedulable=true')).toBe('node/worker-3\n');
      expect(nodes('spec.unschedulable=false').split('\n')).toHaveLength(6);
    });

    it('sorts, and pages in pieces of any size', () => {
      const sorted = run('get', 'pods', '-A', '--sort-by=.metadata.creationTimestamp', '-o', 'json').stdout;
      const times = JSON.parse(sorted).items.map(({ metadata }: { metadata: { creationTimestamp: string } }) =>
        Date.parse(metadata.creationTimestamp),
      );
      expect(times).toHaveLength(41);
      expect(times).toEqual(times.toSorted((a: number, b: number) => a - b));
      const whole = run('get', 'pods', '-A', '-o', 'name', '--chunk-size=0').stdout;
      for (const size of ['1', '7', '500']) {
        expect(run('get', 'pods', '-A', '-o', 'name', `--chunk-size=${size}`)).toEqual(printed(whole));
      }
    });

    it('shows labels, as columns too, and what a template makes of objects', () => {
      expect(shop('get', 'pods', 'cart-6f7d-pull', '--show-labels', '--no-headers').stdout).toMatch(
        / app=cart,pod-template-hash=6f7d,topology\.kubernetes\.io\/zone=eu-a$/m,
      );
      expect(run('get', 'nodes', 'worker-1', '-L', 'topology.kubernetes.io/zone').stdout).toMatch(/ZONE\n.* eu-a\n$/);
      expect(shop('get', 'svc', '-o', 'go-template={{range .items}}{{.kind}} {{end}}').stdout).toMatch(/^(Service )+$/);
    });

    it('reads any path', () => {
      const path = '/apis/clusterpedia.io/v1beta1/resources/clusters/alpha/api/v1/namespaces/shop';
      const { status, stdout } = run('get', '--raw', path);
      expect({ status, kind: JSON.parse(stdout).kind }).toEqual({ status: 0, kind: 'Namespace' });
      const missing = run('get', '--raw', `${path}/pods/nope`);
      expect(missing).toMatchObject({ status: 1, stderr: 'Error from server (NotFound): pods "nope" not found\n' });
    });
  });

  describe('describe', () => {
    it.each<[string, string, readonly string[]]>([
      ['a Pod, with its events', 'pod-describe.txt', ['pod', '-n', 'shop', 'cart-6f7d-crash']],
      ['a Deployment', 'deploy-describe.txt', ['deploy', '-n', 'shop', 'web']],
      ['a Node, with its Pods', 'node-describe.txt', ['node', 'worker-1']],
    ])('shows %s', (_name, name, parameters) => {
      const { status, stdout, stderr } = run('describe', ...parameters);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      if (describesAsRecorded) expect(comparable(stdout)).toEqual(comparable(recorded(name).stdout));
      expect(stdout).toMatch(/^Name: +\S/);
    });

    it.each(['svc/web', 'cm/web-config', 'rs/web-7c9d8b6f5', 'ingress', 'secrets', 'pvc', 'sa'])('shows %s', (name) => {
      const { status, stdout, stderr } = shop('describe', name);
      // An old kubectl reads Endpoints, and is told that they are deprecated.
      const errors = stderr.replace(/^Warning: v1 Endpoints is deprecated.*\n/gm, '');
      expect({ status, errors }).toEqual({ status: 0, errors: '' });
      expect(stdout).toMatch(/^Name: +\S/);
    });
  });

  it('describe shows the events of an object', () => {
    const events = JSON.parse(run('--context', 'staging', 'get', 'events', '-A', '-o', 'json').stdout).items;
    const { involvedObject, reason } = events.find(
      (event: { involvedObject: { kind: string } }) => event.involvedObject.kind === 'Pod',
    );
    const { name, namespace } = involvedObject;
    const { stdout } = run('--context', 'staging', 'describe', 'pod', '-n', namespace, name);
    expect(stdout.slice(stdout.indexOf('Events:'))).toContain(reason);
  });

  describe('wait', () => {
    it('ends at once when a condition holds, or an object is gone', () => {
      expect(shop('wait', '--for=condition=Ready', 'pod/web-7c9d8b6f5-4xk2p', '--timeout=10s')).toEqual(
        printed('pod/web-7c9d8b6f5-4xk2p condition met\n'),
      );
      expect(shop('wait', '--for=condition=Available', 'deploy/web', '--timeout=10s').status).toBe(0);
      const gone = shop('wait', '--for=delete', 'pod/nope', '--timeout=10s');
      expect(gone.stderr).not.toContain('timed out');
    });

    it('watches until its time is over when it does not', () => {
      expect(shop('wait', '--for=condition=Ready', 'pod/brand-new', '--timeout=1s')).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('timed out waiting for the condition'),
      });
    });
  });

  describe('what needs a cluster itself', () => {
    it.each<[string, readonly string[]]>([
      ['delete', ['delete', 'pod', 'brand-new']],
      ['create', ['create', 'namespace', 'x']],
      ['scale', ['scale', 'deploy', 'web', '--replicas=2']],
      ['label', ['label', 'pod', 'brand-new', 'a=b']],
      ['annotate', ['annotate', 'pod', 'brand-new', 'a=b']],
      ['patch', ['patch', 'pod', 'brand-new', '-p', '{"metadata":{"labels":{"a":"b"}}}']],
      ['exec', ['exec', 'cart-6f7d-crash', '-c', 'cart', '--', 'ls']],
      ['run', ['run', 'x', '--image=y']],
    ])('%s is refused', (_name, parameters) => {
      const { status, stdout, stderr } = shop(...parameters);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain('(MethodNotAllowed)');
      expect(stderr).toContain(readOnly);
    });

    it('apply, create and replace of a file are refused, once it is valid', () => {
      for (const verb of ['apply', 'create', 'replace']) {
        const { status, stderr } = run(verb, '-f', file);
        expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(readOnly) });
      }
      expect(run('apply', '-f', file, '--dry-run=client')).toEqual(
        printed('configmap/web-config configured (dry run)\n'),
      );
    });

    it('diff finds no server to try it on', () => {
      // kubectl compares with what the server would make of it.
      const { status, stdout } = run('diff', '-f', file);
      expect({ status, stdout }).toEqual({ status: expect.any(Number), stdout: '' });
      expect(status).toBeGreaterThan(1);
    });

    it('edit changes nothing', () => {
      const { status, stderr } = shop('edit', 'cm', 'web-config');
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(readOnly) });
    });

    it('auth can-i says so', () => {
      const canI = (...parameters: readonly string[]) => run('auth', 'can-i', ...parameters);
      for (const question of [
        ['list', 'pods', '-A'],
        ['watch', 'certificates'],
        ['get', 'pods/status'],
        ['get', '/api'],
      ]) {
        expect(canI(...question)).toEqual(printed('yes\n'));
      }
      expect(canI('delete', 'pods')).toEqual({ status: 1, stdout: 'no - this server is read-only\n', stderr: '' });
      expect(canI('delete', 'pods', '--quiet').status).toBe(1);
      expect(canI('get', '/metrics')).toEqual(printed('yes\n'));
      expect(canI('get', '/logs/kubelet.log').stdout).toBe('no - this server has nothing at this path\n');
      expect(canI('--list', '--no-headers').stdout).toMatch(/^\*\.\* +\[\] +\[\] +\[get list watch\]$/m);
      expect(run('--context', 'clusterpedia', 'auth', 'can-i', 'list', 'pods')).toEqual(printed('yes\n'));
    });

    it('logs are not stored', () => {
      expect(shop('logs', 'cart-6f7d-crash', '-c', 'cart')).toEqual({
        status: 1,
        stdout: '',
        stderr:
          'Error from server (NotFound): the server could not find the requested resource: pods/log is not stored here, ask the cluster itself\n',
      });
    });

    it('top finds no metrics', () => {
      expect(shop('top', 'pods')).toEqual({ status: 1, stdout: '', stderr: 'error: Metrics API not available\n' });
      expect(run('top', 'nodes')).toEqual({ status: 1, stdout: '', stderr: 'error: Metrics API not available\n' });
    });

    it('rollout status and history read what is stored', () => {
      expect(shop('rollout', 'status', 'deploy/web', '--watch=false')).toEqual(
        printed('Waiting for deployment "web" rollout to finish: 2 out of 4 new replicas have been updated...\n'),
      );
      expect(shop('rollout', 'history', 'deploy/web').stdout).toMatch(/^7 /m);
    });
  });

  it('cluster-info and api-versions describe the cluster', () => {
    const { status, stdout } = run('cluster-info');
    expect(status).toBe(0);
    expect(stdout).toContain('CoreDNS');
    expect(stdout).toContain(
      `${server.origin}/apis/clusterpedia.io/v1beta1/resources/clusters/alpha/api/v1/namespaces`,
    );
    expect(run('api-versions').stdout).toContain('delivery.acme.example/v1\n');
  });

  describe('in all clusters at once', () => {
    const all = (...parameters: readonly string[]) => run('--context', 'clusterpedia', ...parameters);

    it('lists work', () => {
      expect(all('get', 'nodes', '-o', 'name').stdout.trim().split('\n')).toHaveLength(9);
      expect(all('get', 'pods', '-A', '--field-selector', 'metadata.name=cart-6f7d-crash', '-o', 'name')).toEqual(
        printed('pod/cart-6f7d-crash\n'),
      );
    });

    it('a single object needs its cluster, and the error says which', () => {
      const message = 'to get one object, name its cluster in the path: …/resources/clusters/<cluster>/…; ';
      expect(all('get', 'pod', '-n', 'shop', 'brand-new')).toEqual({
        status: 1,
        stdout: '',
        stderr: `Error from server (BadRequest): ${message}pods "brand-new" is in alpha\n`,
      });
      expect(all('get', 'ns', 'shop').stderr).toContain('namespaces "shop" is in alpha, staging\n');
      expect(all('get', 'pod', 'nope').stderr).toBe('Error from server (NotFound): pods "nope" not found\n');
      expect(all('get', 'pod', 'nope', '--ignore-not-found')).toEqual(printed(''));
      expect(all('delete', 'ns', 'shop').stderr).toContain(readOnly);
    });
  });
});
