import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type RunningServer, runClusterdex, startServer } from '../support/clusterdex.js';
import { sampleFile } from '../support/sample-clusters.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const dataDirectory = join(folder, 'data');
const certificate = join(dataDirectory, 'certificates', 'apiserver.crt');
const resources = '/apis/clusterpedia.io/v1beta1/resources';
const has = (command: string, parameter: string) => spawnSync(command, [parameter]).status === 0;
const hasKubectl = has('kubectl', 'help');
const hasCurl =
  has('curl', '--version') && spawnSync('curl', ['--version'], { encoding: 'utf8' }).stdout.includes('HTTP2');
const mustRun = process.env.CI === 'true';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

describe('a server with TLS', () => {
  let server: RunningServer;
  let url: string;

  beforeAll(async () => {
    await runClusterdex(['import', '--data-dir', dataDirectory, '--cluster', 'staging', sampleFile('staging')]);
    const port = await freePort();
    url = `https://127.0.0.1:${port}`;
    server = await startServer(['--data-dir', dataDirectory, '--secure-port', String(port)]);
  }, 60_000);
  afterAll(() => server?.stop());

  it('says where it serves', async () => {
    const other = await startServer([
      '--data-dir',
      dataDirectory,
      '--secure-port',
      '0',
      '--cert-dir',
      join(folder, 'own'),
    ]);
    const { stdout } = await other.stop();
    expect(stdout).toMatch(/ at https:\/\/127\.0\.0\.1:\d+ and http:\/\/127\.0\.0\.1:\d+\n$/);
    expect(stdout).toContain(`and ${other.origin}\n`);
    expect(statSync(join(folder, 'own', 'apiserver.key')).mode & 0o777).toBe(0o600);
  });

  it('makes shortcuts with whom to trust, which a server without TLS takes out again', async () => {
    const path = join(folder, 'config');
    const written = await runClusterdex(['kubeconfig', '--data-dir', dataDirectory, '--server', url, '--write', path]);
    expect(written).toEqual({ status: 0, stdout: `${path}: clusterpedia, staging\n`, stderr: '' });
    const entries = () => {
      const { clusters, contexts } = parse(readFileSync(path, 'utf8'));
      const isStaging = ({ name }: { name: string }) => name === 'staging';
      return [clusters.find(isStaging).cluster, contexts.find(isStaging).context];
    };
    expect(entries()).toEqual([
      {
        server: `${url}${resources}/clusters/staging`,
        'certificate-authority-data': readFileSync(certificate).toString('base64'),
      },
      { cluster: 'staging', user: 'clusterdex-anonymous' },
    ]);
    await runClusterdex(['kubeconfig', '--server', server.origin, '--write', path]);
    expect(entries()).toEqual([{ server: `${server.origin}${resources}/clusters/staging` }, { cluster: 'staging' }]);
    writeFileSync(path, readFileSync(path, 'utf8').replace('cluster: staging\n', 'cluster: staging\n      user: me\n'));
    await runClusterdex(['kubeconfig', '--data-dir', dataDirectory, '--server', url, '--write', path]);
    expect(entries()[1]).toEqual({ cluster: 'staging', user: 'me' });
  });

  it('makes no shortcuts to a server that it has no reason to trust', async () => {
    const untrusted = await runClusterdex(['kubeconfig', '--data-dir', join(folder, 'empty'), '--server', url]);
    expect(untrusted).toMatchObject({ status: 1, stdout: '' });
    expect(untrusted.stderr).toContain('--certificate-authority');
    const named = ['kubeconfig', '--data-dir', join(folder, 'empty'), '--server', url, '--certificate-authority'];
    expect(await runClusterdex([...named, certificate])).toMatchObject({ status: 0 });
    const text = join(folder, 'text');
    writeFileSync(text, 'no certificate');
    expect((await runClusterdex([...named, text])).stderr).toContain(`${text} holds no certificate`);
    expect((await runClusterdex([...named, join(folder, 'none')])).stderr).toContain('ENOENT');
  });

  it('makes shortcuts with a token, or with the file of one, for a server that asks who one is', async () => {
    const tokens = join(folder, 'tokens.csv');
    writeFileSync(tokens, 'open-sesame,alice,1\n');
    const flags = ['--data-dir', dataDirectory, '--secure-port', '0', '--token-auth-file', tokens];
    const asking = await startServer([...flags, '--bind-address', '0.0.0.0']);
    try {
      const origin = String(asking.secureOrigin).replace('0.0.0.0', '127.0.0.1');
      const path = join(folder, 'asking');
      const file = join(folder, 'token');
      writeFileSync(file, 'open-sesame\n');
      const write = (...parameters: string[]) =>
        runClusterdex([
          ...['kubeconfig', '--data-dir', dataDirectory, '--server', origin, '--write', path],
          ...parameters,
        ]);
      const read = () => {
        const { users, contexts } = parse(readFileSync(path, 'utf8'));
        return { users, used: contexts.map(({ context }: { context: { user?: string } }) => context.user) };
      };
      expect((await write()).stderr).toMatch(/asks who you are \(401\): .*--token-file or --token/);
      expect((await write('--token', 'wrong')).stderr).toContain('(401)');
      expect(await write('--token', 'open-sesame')).toMatchObject({ status: 0, stderr: '' });
      const used = ['clusterdex-token', 'clusterdex-token'];
      expect(read()).toEqual({ users: [{ name: 'clusterdex-token', user: { token: 'open-sesame' } }], used });
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(await write('--token-file', file)).toMatchObject({ status: 0, stderr: '' });
      expect(read()).toEqual({ users: [{ name: 'clusterdex-token', user: { tokenFile: file } }], used });
      if (hasKubectl) {
        const flags = ['--kubeconfig', path, '--context', 'staging', 'get', 'ns', 'shop', '-o', 'name'];
        const { stdout } = spawnSync('kubectl', flags, {
          encoding: 'utf8',
          env: { PATH: process.env.PATH, HOME: folder },
        });
        expect(stdout).toBe('namespace/shop\n');
      }
      const refused = await write('--token', 'open sesame');
      expect(refused).toMatchObject({ status: 1, stdout: '' });
      expect(refused.stderr).toContain('--token: expected a bearer token');
      expect(refused.stderr).not.toContain('sesame');
      const both = await runClusterdex(['kubeconfig', '--context', '--token', 'open-sesame']);
      expect(both).toMatchObject({ status: 1, stderr: expect.stringContaining('--token goes without --context') });
    } finally {
      await asking.stop();
    }
  });

  it.each([
    [['--secure-port', '0', '--bind-address', '0.0.0.0'], 'allow it with --anonymous-auth'],
    [['--bind-address', '0.0.0.0', '--anonymous-auth'], 'serve TLS with --secure-port'],
    [['--secure-port', '0', '--tls-cert-file', 'a.crt'], 'go together'],
    [['--secure-port', '0', '--tls-cert-file', 'a.crt', '--tls-private-key-file', 'a.key'], 'cannot read'],
    [['--secure-port', 'x'], '--secure-port has to be a number'],
  ])('is not started with %j', async (parameters, reason) => {
    const { status, stderr } = await runClusterdex(['serve', '--data-dir', join(folder, 'other'), ...parameters]);
    expect(status).toBe(1);
    expect(stderr).toContain(reason);
  });

  it('does not start when its port is taken', async () => {
    const port = new URL(url).port;
    const { status, stderr } = await runClusterdex(['serve', '--data-dir', dataDirectory, '--secure-port', port]);
    expect(status).toBe(1);
    expect(stderr).toContain(
      `cannot listen on 127.0.0.1:${port}: something else listens there; choose another with --secure-port`,
    );
  });

  (hasKubectl || mustRun ? it : it.skip)(
    `answers a real kubectl${hasKubectl ? '' : ' (NOT RUN: no kubectl)'}`,
    async () => {
      const path = join(folder, 'kubectl');
      await runClusterdex(['kubeconfig', '--data-dir', dataDirectory, '--server', url, '--write', path]);
      const kubectl = (...parameters: string[]) =>
        spawnSync('kubectl', ['--kubeconfig', path, ...parameters], {
          encoding: 'utf8',
          env: { PATH: process.env.PATH, HOME: folder },
        });
      const pods = kubectl('--context', 'clusterpedia', 'get', 'pods', '-A', '-o', 'name');
      expect({ status: pods.status, stderr: pods.stderr }).toEqual({ status: 0, stderr: '' });
      expect(pods.stdout.trim().split('\n')).toHaveLength(39);
      expect(kubectl('--context', 'staging', 'get', 'ns', 'shop', '-o', 'name').stdout).toBe('namespace/shop\n');
      writeFileSync(path, readFileSync(path, 'utf8').replace(/ +certificate-authority-data:.*(\n {6,}.*)*\n/g, ''));
      expect(kubectl('--context', 'staging', 'get', 'ns').stderr).toMatch(/certificate/);
    },
  );

  (hasCurl || mustRun ? it : it.skip)(
    `answers curl over both${hasCurl ? '' : ' (NOT RUN: no curl with HTTP/2)'}`,
    () => {
      const curl = (...parameters: string[]) =>
        spawnSync('curl', ['-sS', '--cacert', certificate, ...parameters], { encoding: 'utf8' });
      const path = `${url}${resources}/api/v1/pods?limit=2`;
      for (const [flag, protocol] of [
        ['--http2', 'HTTP/2'],
        ['--http1.1', 'HTTP/1.1'],
      ] as const) {
        const { stdout, stderr } = curl(flag, '-i', path);
        expect({ stderr, start: stdout.slice(0, stdout.indexOf(' ')) }).toEqual({ stderr: '', start: protocol });
        expect(JSON.parse(stdout.slice(stdout.indexOf('\r\n\r\n'))).items).toHaveLength(2);
      }
      expect(curl('--http2', '-I', path).stdout).toContain('content-length:');
      expect(curl('--http2', '-X', 'DELETE', path).stdout).toMatch(/"code": ?405/);
      const watch = curl('--http2', `${path}&watch=true&timeoutSeconds=1`.replace('limit=2&', ''));
      expect(watch.status).toBe(0);
      expect(watch.stdout.trim().split('\n')).toHaveLength(39);
    },
  );
});
