import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '../support/clusterdex.js';
import { serveRecording } from '../support/serve-recording.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const execute = promisify(execFile);
const client = spawnSync('kubectl', ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
const isInstalled = client.status === 0;
const describeKubectl = isInstalled || process.env.CI === 'true' ? describe : describe.skip;
const minor = isInstalled ? Number.parseInt(JSON.parse(client.stdout).clientVersion.minor, 10) : 0;
/** From 1.27 on, kubectl explains by OpenAPI v3, before it by v2; the texts look different. */
const explainsByV3 = minor >= 27;

describe('kubectl', () => {
  it(`is ${isInstalled ? `1.${minor}` : 'NOT RUN: no kubectl on the PATH; install one to run these tests'}`, () => {
    if (process.env.CI === 'true') expect(isInstalled).toBe(true);
  });
});

/** What kubectl printed of the recorded cluster, without the commands. */
function recorded(name: string): string {
  const path = join(repositoryRoot, 'test/fixtures/alpha/kubectl/extra', `${name}.txt`);
  return readFileSync(path, 'utf8').replace(/^\$ .*\n/gm, '');
}

const rowsOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).join(' '));
/** Resources that nobody can list, and a view of objects that a dump holds as those of the core group. */
const notServed =
  /^(?:bindings|\w+reviews) |^events ev events\.k8s\.io|^(?:authentication\.k8s\.io|authorization\.k8s\.io|events\.k8s\.io|metrics\.acme\.example)\//;
/** Versions of which the dump holds no object. */
const notInDump = new Set(['autoscaling/v1', 'delivery.acme.example/v1alpha1']);

describeKubectl.each(['sqlite', 'memory'])('a real kubectl that asks what there is on %s', (storageName) => {
  const server = serveRecording(storageName);
  const home = temporaryFolder();

  async function run(...parameters: string[]): Promise<{ stdout: string; stderr: string }> {
    const env = { PATH: process.env.PATH, HOME: home };
    return execute('kubectl', ['--server', server.cluster, ...parameters], { env, maxBuffer: 1 << 26 });
  }
  const print = async (...parameters: string[]) => (await run(...parameters)).stdout;
  const allClusters = () => `${server.url}/apis/clusterpedia.io/v1beta1/resources`;

  it('finds the resources that the cluster has, with short names, scopes and kinds', async () => {
    const [header, ...rows] = rowsOf(recorded('api-resources'));
    const served = rows.filter((row) => !notServed.test(row)).sort();
    expect(served.length).toBeGreaterThan(60);
    for (const root of [server.cluster, allClusters()]) {
      const [first, ...printed] = rowsOf(await print('--server', root, 'api-resources'));
      expect(first).toBe(header);
      expect(printed.sort()).toEqual(served);
    }
  });

  it('finds the versions that the cluster has', async () => {
    const versions = rowsOf(recorded('api-versions')).filter((row) => !notServed.test(row) && !notInDump.has(row));
    expect(rowsOf(await print('api-versions'))).toEqual(versions);
  });

  it('gets what a category names, custom resources included', async () => {
    for (const [category, file] of [
      ['all', 'get-all'],
      ['acme', 'category'],
    ] as const) {
      const names = [...recorded(file).matchAll(/^(?:\S+)? +(\S+\/\S+) /gm)].map(([, name]) => name);
      expect(names.length).toBeGreaterThan(3);
      expect(rowsOf(await print('get', category, '-A', '-o', 'name')).sort()).toEqual(names.sort());
    }
  });

  it('gets several types at once, by short names', async () => {
    const names = rowsOf(await print('get', 'po,svc', '-n', 'shop', '-o', 'name'));
    expect(names.filter((name) => name.startsWith('pod/')).length).toBeGreaterThan(10);
    expect(names.filter((name) => name.startsWith('service/')).length).toBeGreaterThan(4);
    const long = rowsOf(await print('get', 'certificates.v1.certs.acme.example', '-A', '-o', 'name'));
    for (const name of ['cert', 'certs', 'certificate', 'certificates.certs.acme.example']) {
      expect(rowsOf(await print('get', name, '-A', '-o', 'name'))).toEqual(long);
    }
    // Two groups have ingresses in old clusters, and two have events in all: the first one wins.
    expect(await print('get', 'ev', '-A', '-o', 'jsonpath={.items[0].apiVersion}')).toBe('v1');
  });

  it('explains built-in types and custom resources, for one cluster and for all', async () => {
    for (const root of [server.cluster, allClusters()]) {
      const explain = (...parameters: string[]) => print('--server', root, 'explain', ...parameters);
      if (explainsByV3) {
        expect(await explain('deployment.spec.strategy')).toBe(recorded('explain-deploy'));
        expect(await explain('certificates.certs.acme.example.spec')).toBe(recorded('explain-cr'));
      }
      expect(await explain('pods.spec.containers')).toMatch(/(?:FIELD|RESOURCE): +containers <\[\]/);
      expect(await explain('pods.spec.nodeName')).toMatch(/FIELD: +nodeName <string>/);
      expect(await explain('hpa.spec.maxReplicas')).toMatch(/FIELD: +maxReplicas <integer>/);
      const secretName = await explain('certificates.spec.secretName');
      expect(secretName).toMatch(/FIELD: +secretName <string>/);
      expect(secretName).toContain('where the key pair goes');
      const everything = await explain('certificates', '--recursive');
      expect(everything).toMatch(/^ +dnsNames\t<\[\]string>/m);
      expect(everything).toMatch(/^ +ownerReferences\t<\[\](?:Object|OwnerReference)>/m);
      expect(await explain('crd.spec.versions.schema')).toContain('openAPIV3Schema');
      await expect(explain('pods.spec.nope')).rejects.toThrow('field "nope" does not exist');
    }
    expect(await print('--server', server.url, 'explain', 'collectionresources.resourceTypes')).toMatch(
      /(?:FIELD|RESOURCE): +resourceTypes <\[\]Object>/,
    );
  });

  it('asks once, and remembers', async () => {
    const cache = ['--cache-dir', join(temporaryFolder(), 'cache'), '-v=6'];
    const asked = async (...parameters: string[]) => {
      const { stderr } = await run(...cache, ...parameters);
      return [...stderr.matchAll(/GET (?:https?:\/\/[^/]+)(\S+)/g)].map(([, path = '']) =>
        path.replace(/^.*\/clusters\/alpha/, '').replace(/\?.*/, ''),
      );
    };
    expect(await asked('get', 'po', '-n', 'shop')).toEqual(expect.arrayContaining(['/api', '/apis']));
    expect(await asked('get', 'certs', '-n', 'shop')).toEqual([
      '/apis/certs.acme.example/v1/namespaces/shop/certificates',
    ]);
  });
});
