import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiServer, apiServerAssets, apiServerNotRun, startApiServer } from '../support/api-server.js';
import { runClusterdex } from '../support/clusterdex.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { golden, parseObjects, type Rendered } from './support.js';

const describeReal = apiServerAssets === undefined ? describe.skip : describe;
const because = apiServerAssets === undefined ? ` (${apiServerNotRun})` : '';
const namespace = 'clusterdex-system';
const secretPath = `/api/v1/namespaces/${namespace}/secrets/clusterdex-serving-cert`;
const apiServices = '/apis/apiregistration.k8s.io/v1/apiservices';
const folder = temporaryFolder();

interface Secret {
  readonly type: string;
  readonly metadata: { readonly resourceVersion: string };
  readonly data: Readonly<Record<string, string>>;
}

/** What the chart's job does, with the rights that the chart gives it and no others. */
describeReal(`clusterdex certificates${because}`, () => {
  const objects = parseObjects(golden.readGolden('default'));
  const job = objects.find(({ kind }) => kind === 'Job') as Rendered;
  const { template } = job.spec as { template: { spec: { containers: [{ args: string[] }] } } };
  const { args } = template.spec.containers[0];
  const kubeconfig = join(folder, 'kubeconfig');
  let server: ApiServer;

  beforeAll(async () => {
    server = await startApiServer();
    await server.client.json('/api/v1/namespaces', 'POST', { metadata: { name: namespace } });
    for (const object of objects.filter(isOfTheJob)) await server.client.json(pathOf(object), 'POST', boundTo(object));
    writeFileSync(kubeconfig, server.kubeconfig({ token: server.powerlessToken }));
  }, 120_000);

  afterAll(() => server?.stop(), 60_000);

  const run = (more: readonly string[] = []) => runClusterdex([...args, ...more, '--kubeconfig', kubeconfig]);

  async function readSecret() {
    const secret = await server.client.json<Secret>(secretPath);
    const text = (key: string) => Buffer.from(secret.data[key] ?? '', 'base64').toString();
    const authorities = text('ca.crt').match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
    return {
      ...secret,
      certificate: new X509Certificate(text('tls.crt')),
      authorities: authorities.map((pem) => new X509Certificate(pem)),
    };
  }

  async function caBundle(): Promise<string | undefined> {
    const { spec } = await server.client.json<{ spec: { caBundle?: string } }>(
      `${apiServices}/v1beta1.clusterpedia.io`,
    );
    return spec.caBundle;
  }

  it('makes the Secret, waits for the APIService that is installed at the same time, and trusts it there', async () => {
    const running = run();
    // Only then is the job as far that it looks for the APIService.
    while ((await server.client.text(secretPath)).status !== 200);
    const apiService = objects.find(({ kind }) => kind === 'APIService') as Rendered;
    await server.client.json(apiServices, 'POST', apiService);
    expect(await running).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(/a new certificate.*trusts it now/s),
    });
    const { type, data, certificate, authorities } = await readSecret();
    expect(type).toBe('kubernetes.io/tls');
    expect(Object.keys(data).sort()).toEqual(['ca.crt', 'tls.crt', 'tls.key']);
    expect(certificate.checkHost('clusterdex.clusterdex-system.svc')).toBeDefined();
    expect(authorities.map((authority) => certificate.verify(authority.publicKey))).toEqual([true]);
    expect(await caBundle()).toBe(data['ca.crt']);
  }, 90_000);

  it('leaves all as it is the next time', async () => {
    const before = await readSecret();
    expect(await run()).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/the certificate stays.*trusts it already/s),
    });
    expect((await readSecret()).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  }, 60_000);

  it('renews what lacks a name, and goes on to trust the certificate that servers still have', async () => {
    const before = await readSecret();
    expect(await run(['--host', 'search.example'])).toMatchObject({ status: 0, stderr: '' });
    const { data, certificate, authorities } = await readSecret();
    expect(certificate.checkHost('search.example')).toBeDefined();
    const trusted = (one: X509Certificate) => authorities.filter((authority) => one.verify(authority.publicKey)).length;
    expect([authorities.length, trusted(certificate), trusted(before.certificate)]).toEqual([2, 1, 1]);
    expect(await caBundle()).toBe(data['ca.crt']);
  }, 60_000);

  it('lets several that run at once agree on one', async () => {
    await server.client.json(secretPath, 'DELETE');
    const results = await Promise.all([run(), run(), run()]);
    expect(results.map(({ status }) => status)).toEqual([0, 0, 0]);
    expect(results.filter(({ stdout }) => stdout.includes('a new certificate'))).toHaveLength(1);
    expect(await caBundle()).toBe((await readSecret()).data['ca.crt']);
  }, 60_000);

  it('touches no certificate of somebody else, and nothing that is none', async () => {
    const foreign = Buffer.from(server.authority).toString('base64');
    await server.client.json(secretPath, 'PATCH', { data: { 'tls.crt': foreign } });
    expect(await run()).toMatchObject({ status: 1, stderr: expect.stringContaining('certificate of somebody else') });
    await server.client.json(secretPath, 'PATCH', { data: { 'tls.crt': Buffer.from('x').toString('base64') } });
    expect(await run()).toMatchObject({ status: 1, stderr: expect.stringContaining('delete it to get one') });
  }, 60_000);

  it('says what is wrong with its flags', async () => {
    const wrong = await runClusterdex(['certificates', '--secret', 'no-namespace', '--host', 'a']);
    expect(wrong).toMatchObject({ status: 1, stderr: expect.stringContaining('expected <namespace>/<name>') });
    expect(await runClusterdex(['certificates', '--host', 'a'])).toMatchObject({ status: 1 });
  });
});

function isOfTheJob({ kind, metadata: { name } }: Rendered): boolean {
  return /Role/.test(kind) && name === 'clusterdex-certificates';
}

/** The service account of the chart cannot log in here; a user without any other rights stands in its place. */
function boundTo(object: Rendered): Rendered {
  if (!object.kind.endsWith('Binding')) return object;
  return { ...object, subjects: [{ kind: 'User', name: 'nobody', apiGroup: 'rbac.authorization.k8s.io' }] };
}

function pathOf({ apiVersion, kind, metadata }: Rendered): string {
  const scope = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `/apis/${apiVersion}${scope}/${kind.toLowerCase()}s`;
}
