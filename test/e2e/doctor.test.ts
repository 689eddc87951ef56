import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type ApiServer, apiServerAssets, apiServerNotRun, startApiServer } from '../support/api-server.js';
import { createCertificateAuthority } from '../support/certificate-authority.js';
import { repositoryRoot, runClusterdex } from '../support/clusterdex.js';
import { temporaryFolder } from '../support/temporary-folder.js';

interface Finding {
  readonly check: string;
  readonly status: string;
  readonly message: string;
  readonly advice?: string;
}

const folder = temporaryFolder();
const dataDir = join(folder, 'data');
const path = (name: string) => join(folder, name);
const day = 24 * 60 * 60 * 1000;

function write(name: string, text: string): string {
  writeFileSync(path(name), text);
  return path(name);
}

async function doctor(parameters: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = await runClusterdex(
    ['doctor', '--data-dir', dataDir, '-o', 'json', ...parameters],
    {
      environment: { KUBECONFIG: '', ...environment },
    },
  );
  if (stdout === '') throw new Error(stderr);
  return { status, findings: (JSON.parse(stdout) as { findings: readonly Finding[] }).findings };
}

const kubeconfig = (server: string) =>
  JSON.stringify({
    'current-context': 'far',
    clusters: [{ name: 'far', cluster: { server } }],
    contexts: [{ name: 'far', context: { cluster: 'far', user: 'me' } }],
    users: [{ name: 'me', user: { token: 'secret-token' } }],
  });

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}

describe('clusterdex doctor', () => {
  let port: number;
  let clockServer: Server;
  const expired: Record<'cert' | 'key', string> = { cert: '', key: '' };

  beforeAll(async () => {
    port = await closedPort();
    clockServer = createServer((_request, response) => {
      response.sendDate = false;
      response.setHeader('date', new Date(Date.now() + 600_000).toUTCString());
      response.end('{"gitVersion":"v1.36.0"}');
    }).listen(0, '127.0.0.1');
    await once(clockServer, 'listening');
    const authority = await createCertificateAuthority('ca');
    const issue = (notAfter: number) => authority.issue({ subject: 'CN=a', usage: 'server', hosts: ['a'], notAfter });
    Object.assign(expired, await issue(Date.now() - day));
    const soon = await issue(Date.now() + 10 * day);
    write('ca.crt', authority.pem);
    write('expired.crt', expired.cert);
    write('expired.key', expired.key);
    write('soon.crt', soon.cert);
    write('soon.key', soon.key);
    mkdirSync(join(folder, 'plugins', 'broken-storage'), { recursive: true });
    write('plugins/broken-storage/package.json', '{"name":"broken-storage","clusterdex":{"kind":"storage"}}');
    write('far.yaml', kubeconfig(`http://127.0.0.1:${port}`));
    write('clock.yaml', kubeconfig(`http://127.0.0.1:${(clockServer.address() as AddressInfo).port}`));
    write('torn.yaml', 'a: [');
    write('file', '');
  });

  afterAll(() => {
    clockServer.close();
  });

  it('finds nothing wrong where nothing is, and says what it looked at', async () => {
    const result = await runClusterdex(['doctor', '--data-dir', dataDir, '--secure-port', '0']);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(result.stdout).toMatch(/^ok {7}storage +sqlite .* is healthy/m);
    expect(result.stdout).toMatch(/^skipped {2}clock/m);
    expect(result.stdout).toMatch(/\n\n\d+ ok, 0 warning, 0 failed, 1 skipped\n$/);
  });

  const serving = (cert: string, key = cert) => [
    ...['--secure-port', '0', '--tls-cert-file', path(`${cert}.crt`)],
    ...['--tls-private-key-file', path(`${key}.key`)],
  ];

  it.each([
    {
      what: 'a flag, a cluster, a certificate and who signs for clients',
      flags: ['--feature-gates', 'Nonsense=true', '--kubeconfig', path('far.yaml'), ...serving('expired')],
      more: ['--client-ca-file', path('torn.yaml')],
      found: [
        ['config', 'Nonsense'],
        ['clusters', 'ECONNREFUSED'],
        ['certificates', 'ended at'],
        ['certificates', '--client-ca-file'],
      ],
    },
    {
      what: 'the name of the storage, the clock and the key of a certificate',
      flags: ['--storage-name', 'sqlight', '--kubeconfig', path('clock.yaml'), ...serving('soon', 'expired')],
      found: [
        ['plugins', 'sqlight'],
        ['clock', 'ahead of this machine'],
        ['certificates', 'is not that of'],
      ],
    },
    {
      what: 'the address, a key of the config and a kubeconfig',
      flags: ['--secure-port', '0', '--bind-address', '0.0.0.0', '--storage-set', 'nonsense=1'],
      more: ['--kubeconfig', path('absent.yaml')],
      found: [
        ['config', '--anonymous-auth'],
        ['storage', 'nonsense'],
        ['clusters', 'cannot be read'],
      ],
    },
    {
      what: 'a file of config and a context',
      flags: ['--storage-config', path('torn.yaml'), '--kubeconfig', path('far.yaml'), '--context', 'near'],
      found: [
        ['config', 'neither YAML nor JSON'],
        ['clusters', 'near'],
      ],
    },
    {
      what: 'what is passed on, the tokens, and where requests are recorded',
      flags: ['--enable-proxy-path-for-forward-request', '--token-auth-file', path('absent.csv')],
      more: ['--audit-log-path', path('nowhere/audit.log')],
      found: [
        ['config', 'absent.csv'],
        ['config', 'AllowProxyRequestToClusters=true'],
        ['audit', 'nowhere/audit.log cannot be written'],
      ],
    },
    {
      what: 'a folder in place of the audit log, and an authority for users and the front proxy at once',
      flags: ['--audit-log-path', path('plugins'), '--client-ca-file', path('ca.crt'), '--secure-port', '0'],
      more: ['--requestheader-client-ca-file', path('ca.crt')],
      found: [
        ['certificates', 'is taken for a user'],
        ['audit', 'is no file'],
      ],
    },
    {
      what: 'the data directory',
      flags: ['--data-dir', path('file/data')],
      found: [['config', 'cannot be written']],
    },
  ])('tells that $what is wrong, with exit code 1', async ({ flags, more = [], found }) => {
    const { status, findings } = await doctor([...flags, ...more]);
    const failed = findings.filter((finding) => finding.status === 'failed');
    expect([status, failed.map(({ check }) => check)]).toEqual([1, found.map(([check]) => check)]);
    for (const [index, [, words]] of found.entries()) expect(failed[index]?.message).toContain(words);
    expect(JSON.stringify(findings)).not.toContain('secret-token');
  });

  it('tells of a database that cannot be reached, and what to do', async () => {
    const { status, findings } = await doctor([
      '--storage-name',
      'postgres',
      '--storage-set',
      `dsn=postgres://u@127.0.0.1:${port}/d`,
    ]);
    const failed = findings.filter((finding) => finding.status === 'failed');
    expect([status, failed]).toEqual([
      1,
      [
        {
          check: 'storage',
          status: 'failed',
          message: expect.stringContaining('ECONNREFUSED'),
          advice: expect.stringContaining('can be reached'),
        },
      ],
    ]);
  });

  it('warns of what may go wrong, with exit code 0', async () => {
    const { status, findings } = await doctor(serving('soon'), { STORAGE_PLUGINS: path('plugins') });
    const warnings = findings.filter((finding) => finding.status !== 'ok' && finding.status !== 'skipped');
    const warning = (check: string, words: RegExp) => ({
      check,
      status: 'warning',
      message: expect.stringMatching(words),
      advice: expect.any(String),
    });
    expect([status, warnings]).toEqual([
      0,
      [warning('plugins', /broken-storage .* is broken/), warning('certificates', /valid for 9 more days/)],
    ]);
  });

  it('counts the clusters that are stored', async () => {
    await runClusterdex([
      'import',
      '--data-dir',
      dataDir,
      '--cluster',
      'staging',
      join(repositoryRoot, 'samples', 'staging.json'),
    ]);
    const { findings } = await doctor([]);
    expect(findings).toContainEqual({ check: 'clusters', status: 'ok', message: '1 of 1 stored clusters are fine' });
  });
});

const describeReal = apiServerAssets === undefined ? describe.skip : describe;

describeReal(
  `clusterdex doctor and a host cluster${apiServerAssets === undefined ? ` (${apiServerNotRun})` : ''}`,
  () => {
    let host: ApiServer;
    const failedOf = (findings: readonly Finding[]) => findings.filter(({ status }) => status === 'failed');

    beforeAll(async () => {
      host = await startApiServer();
      write('admin.yaml', host.kubeconfig());
      write('nobody.yaml', host.kubeconfig({ token: host.powerlessToken }));
      write('stranger.yaml', host.kubeconfig({ token: 'stranger' }));
    }, 120_000);

    afterAll(() => host?.stop(), 60_000);

    it('names the rights that are missing', async () => {
      const { status, findings } = await doctor(['--host-kubeconfig', path('nobody.yaml')], {
        CLUSTERPEDIA_NAMESPACE: 'here',
      });
      expect(status).toBe(1);
      const [failed, ...others] = failedOf(findings);
      expect(others).toEqual([]);
      expect(failed?.message).toContain('patch pediaclusters.cluster.clusterpedia.io/status');
      expect(failed?.message).toContain('create leases.coordination.k8s.io in here');
      expect(failed?.advice).toContain('rbac.create');
      // An API server beside a synchro reads, and holds no lease.
      const gate = ['--command', 'apiserver', '--feature-gates', 'AllowProxyRequestToClusters=true'];
      const reading = await doctor([...gate, '--host-kubeconfig', path('nobody.yaml')]);
      expect(failedOf(reading.findings).map(({ message }) => message)).toEqual([
        expect.not.stringMatching(/patch|lease/),
      ]);
    });

    it('looks at whom the host cluster says to believe', async () => {
      const flags = ['--authentication-kubeconfig', path('admin.yaml'), '--secure-port', '0'];
      const found = async () =>
        (await doctor(flags)).findings.filter(
          ({ status, message }) => status !== 'ok' && !/made at|clock/.test(message),
        );
      const configMap = '/api/v1/namespaces/kube-system/configmaps';
      const name = 'extension-apiserver-authentication';
      const warning = (words: RegExp) => ({
        check: 'certificates',
        status: 'warning',
        message: expect.stringMatching(words),
        advice: expect.any(String),
      });
      await host.client.json(configMap, 'POST', { metadata: { name }, data: { about: 'no front proxy' } });
      expect(await found()).toEqual([warning(/names no front proxy/)]);
      const data = {
        'requestheader-client-ca-file': readFileSync(path('soon.crt'), 'utf8'),
        'requestheader-allowed-names': '["proxy"]',
        'requestheader-username-headers': '["X-Remote-User"]',
        'requestheader-group-headers': '["X-Remote-Group"]',
        'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
      };
      await host.client.json(`${configMap}/${name}`, 'PATCH', { data });
      expect(await found()).toEqual([warning(/front proxy's CA of the host cluster .* 9 more days/)]);
    }, 60_000);

    it('knows credentials that nobody knows from a network that does not reach', async () => {
      const { findings } = await doctor(['--host-kubeconfig', path('stranger.yaml')]);
      expect(failedOf(findings)).toEqual([
        expect.objectContaining({ check: 'clusters', advice: expect.stringContaining('log in again') }),
      ]);
    });

    it('says that PediaClusters are not defined, and is content when they are', async () => {
      const before = await doctor(['--host-kubeconfig', path('admin.yaml')]);
      expect(failedOf(before.findings).map(({ advice }) => advice)).toEqual([expect.stringContaining('deploy/crds')]);
      const crd = join(repositoryRoot, 'deploy/crds/cluster.clusterpedia.io_pediaclusters.yaml');
      await host.client.json(
        '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
        'POST',
        parse(readFileSync(crd, 'utf8')) as object,
      );
      while ((await host.client.text('/apis/cluster.clusterpedia.io/v1alpha2/pediaclusters')).status !== 200);
      const after = await doctor(['--host-kubeconfig', path('admin.yaml')]);
      expect(after.status).toBe(0);
      expect(after.findings).toContainEqual(expect.objectContaining({ check: 'clock', status: 'ok' }));
    }, 60_000);

    it('looks at the APIService: available, and trusting the certificate that is served', async () => {
      await host.client.json('/apis/apiregistration.k8s.io/v1/apiservices', 'POST', {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: { name: 'v1beta1.clusterpedia.io' },
        spec: {
          group: 'clusterpedia.io',
          version: 'v1beta1',
          groupPriorityMinimum: 1000,
          versionPriority: 100,
          service: { name: 'clusterdex', namespace: 'clusterdex-system' },
          caBundle: Buffer.from(host.authority).toString('base64'),
        },
      });
      const { findings } = await doctor([
        '--host-kubeconfig',
        path('admin.yaml'),
        ...['--secure-port', '0', '--tls-cert-file', path('soon.crt'), '--tls-private-key-file', path('soon.key')],
      ]);
      expect(failedOf(findings).map(({ message }) => message)).toEqual([
        expect.stringContaining('is not available'),
        expect.stringContaining('does not hold the authority'),
        expect.stringContaining('is not for clusterdex.clusterdex-system.svc'),
      ]);
    });
  },
);
