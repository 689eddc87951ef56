import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadObjects, sampleObjects } from '../api/support/load-objects.js';
import { type RunningServer, runClusterdex, startServer } from '../support/clusterdex.js';
import { openTestStorage } from '../support/open-test-storage.js';

const isInstalled = spawnSync('kubectl', ['version', '--client']).status === 0;
const describeKubectl = isInstalled || process.env.CI === 'true' ? describe : describe.skip;

describe('kubectl', () => {
  it(`is ${isInstalled ? 'here' : 'NOT RUN: no kubectl on the PATH; install one to run these tests'}`, () => {
    if (process.env.CI === 'true') expect(isInstalled).toBe(true);
  });
});

describeKubectl.each(['sqlite', 'memory'])('a real kubectl on %s', (storageName) => {
  let folder: string;
  let server: RunningServer;
  let kubeconfig: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clusterdex-kubectl-'));
    kubeconfig = join(folder, 'config');
    const storage = await openTestStorage(storageName, { dataDirectory: folder });
    await loadObjects(storage.factory, 'prod-eu', { objects: sampleObjects('prod-eu') });
    await loadObjects(storage.factory, 'staging', { objects: sampleObjects('staging') });
    await storage.close();
    server = await startServer(['--data-dir', folder, '--storage-name', storageName]);
    const written = await runClusterdex(['kubeconfig', '--server', server.origin, '--write', kubeconfig]);
    expect(written).toEqual({ status: 0, stdout: `${kubeconfig}: clusterpedia, prod-eu, staging\n`, stderr: '' });
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  function run(...parameters: string[]) {
    const environment = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: kubeconfig };
    const { status, stdout, stderr } = spawnSync('kubectl', parameters, {
      encoding: 'utf8',
      env: environment,
      maxBuffer: 1 << 28,
    });
    return { status, stdout, stderr };
  }

  function read(...parameters: string[]): string {
    const result = run(...parameters);
    expect({ parameters, ...result, stdout: '' }).toEqual({ parameters, status: 0, stdout: '', stderr: '' });
    return result.stdout;
  }

  const names = (text: string) => text.trim().split('\n');

  it('reads all clusters, whether asked by URL or by shortcut, in pages of any size', () => {
    const url = `${server.origin}/apis/clusterpedia.io/v1beta1/resources`;
    const { items } = JSON.parse(read('--server', url, 'get', 'pods', '-A', '-o', 'json'));
    expect(items).toHaveLength(149);
    for (const size of ['7', '500', '0']) {
      const listed = names(read('--cluster', 'clusterpedia', 'get', 'pods', '-A', '-o', 'name', '--chunk-size', size));
      expect(listed).toHaveLength(149);
    }
  });

  it('reads one cluster', () => {
    const deployments = sampleObjects('prod-eu').filter(
      (object) => object.kind === 'Deployment' && object.metadata.namespace === 'shop',
    );
    const yaml = read('--cluster', 'prod-eu', 'get', 'deployments', '-n', 'shop', '-o', 'yaml');
    expect(yaml.match(/shadow\.clusterpedia\.io\/cluster-name: prod-eu/g)).toHaveLength(deployments.length);
    expect(names(read('--context', 'staging', 'get', 'nodes', '-o', 'name'))).toHaveLength(3);
    expect(read('--context', 'staging', 'get', 'ns', 'shop', '-o', 'name')).toBe('namespace/shop\n');
  });

  it('knows short names, categories and api-resources', () => {
    expect(read('--context', 'prod-eu', 'get', 'deploy', '-A', '-o', 'name')).toContain('deployment.apps/');
    const all = read('--context', 'prod-eu', 'get', 'all', '-n', 'shop', '-o', 'name');
    for (const kind of ['pod/', 'service/', 'deployment.apps/', 'replicaset.apps/']) expect(all).toContain(kind);
    expect(read('--context', 'clusterpedia', 'api-resources', '--no-headers')).toMatch(/^pods +po +v1 +true +Pod$/m);
  });

  it('searches by label selector and by search labels', () => {
    const selector =
      'search.clusterpedia.io/clusters in (prod-eu,staging),search.clusterpedia.io/fuzzy-name=checkout,app=checkout';
    expect(names(read('--context', 'clusterpedia', 'get', 'pods', '-A', '-l', selector, '-o', 'name'))).toHaveLength(3);
    const raw = '/apis/clusterpedia.io/v1beta1/resources/api/v1/pods?clusters=staging&limit=1&withRemainingCount=true';
    expect(JSON.parse(read('--server', server.origin, 'get', '--raw', raw)).metadata.remainingItemCount).toBe(38);
  });

  it('shows what is wrong', () => {
    expect(run('--context', 'prod-eu', 'get', 'pods', 'nope')).toMatchObject({
      status: 1,
      stderr: 'Error from server (NotFound): pods "nope" not found\n',
    });
    expect(run('--context', 'clusterpedia', 'get', 'ns', 'shop').stderr).toContain(
      '(BadRequest): to get one object, name its cluster',
    );
    expect(run('--context', 'clusterpedia', 'get', 'pods', 'x').stderr).toContain('pods "x" not found');
    expect(run('--context', 'prod-eu', 'delete', 'ns', 'shop').stderr).toContain('(MethodNotAllowed)');
    expect(run('--context', 'prod-eu', 'get', 'frobnicators').stderr).toContain(
      `doesn't have a resource type "frobnicators"`,
    );
    const ghost = `${server.origin}/apis/clusterpedia.io/v1beta1/resources/clusters/ghost`;
    expect(run('--server', ghost, 'get', 'pods').stderr).toContain("Warning: the cluster 'ghost' is not known");
  });

  it('accepts the version of the server', () => {
    expect(run('--context', 'prod-eu', 'version').stdout).toMatch(/Server Version:.*v1\.33\.4-eks-9f2c1a/);
    expect(run('--context', 'clusterpedia', 'version').stdout).toMatch(/Server Version:.*v1\.36\.0\+clusterdex/);
  });
});

describe('the shortcuts for kubectl', () => {
  let folder: string;
  let server: RunningServer;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clusterdex-kubeconfig-'));
    const storage = await openTestStorage('sqlite', { dataDirectory: folder });
    await loadObjects(storage.factory, 'prod', { objects: sampleObjects('staging').slice(0, 3) });
    await loadObjects(storage.factory, 'mine', { objects: sampleObjects('staging').slice(0, 3) });
    await storage.close();
    server = await startServer(['--data-dir', folder]);
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  it('leave what else is in the file as it is, and can be written again', async () => {
    const path = join(folder, 'merged');
    const foreign = [
      '# mine, with care',
      'apiVersion: v1',
      'kind: Config',
      'current-context: mine',
      'clusters:',
      '  - name: mine # real',
      '    cluster: { server: "https://real.example", insecure-skip-tls-verify: true }',
      'contexts:',
      '  - name: mine',
      '    context: { cluster: mine, user: me }',
      'users:',
      '  - name: me',
      '    user: { token: secret }',
      '',
    ].join('\n');
    writeFileSync(path, foreign, { mode: 0o644 });
    for (let round = 0; round < 2; round++) {
      expect(await runClusterdex(['kubeconfig', '--server', `${server.origin}/`, '--write', path])).toEqual({
        status: 0,
        stdout: `${path}: clusterpedia, prod\n`,
        stderr: `left alone: mine, which leads elsewhere in ${path}\n`,
      });
    }
    const merged = readFileSync(path, 'utf8');
    for (const line of foreign.split('\n')) expect(merged).toContain(line.trim());
    expect(merged.match(/name: prod$/gm)).toHaveLength(2);
    expect(merged).toContain(`${server.origin}/apis/clusterpedia.io/v1beta1/resources/clusters/prod`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('follow the server to another address', async () => {
    const path = join(folder, 'moved');
    await runClusterdex([
      'kubeconfig',
      '--offline',
      '--data-dir',
      folder,
      '--server',
      'http://127.0.0.1:1',
      '--write',
      path,
    ]);
    expect(readFileSync(path, 'utf8')).toContain('http://127.0.0.1:1/apis');
    await runClusterdex(['kubeconfig', '--server', server.origin, '--write', path]);
    expect(readFileSync(path, 'utf8')).not.toContain('http://127.0.0.1:1/apis');
  });

  it('are printed unless asked to be written', async () => {
    const { status, stdout } = await runClusterdex(['kubeconfig', '--server', server.origin]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^apiVersion: v1\nkind: Config\n/);
    expect(stdout).toContain('name: clusterpedia');
  });

  it.each([
    [['--server', 'http://127.0.0.1:1'], 'no clusterdex answers at http://127.0.0.1:1'],
    [['--server', 'nonsense'], '--server has to be a URL'],
  ])('cannot be made with %j', async (parameters, reason) => {
    const { status, stdout, stderr } = await runClusterdex(['kubeconfig', ...parameters]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(reason);
  });

  it('do not go into a file that is no kubeconfig', async () => {
    const path = join(folder, 'broken');
    for (const text of ['- a list\n', '{"a": ', 'text']) {
      writeFileSync(path, text);
      const { status, stderr } = await runClusterdex(['kubeconfig', '--server', server.origin, '--write', path]);
      expect(status).toBe(1);
      expect(stderr).toContain(path);
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
  });
});
