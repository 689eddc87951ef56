import { once } from 'node:events';
import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClusterConnection } from '../../src/synchro/connection/cluster-connection.js';
import { createClusterConnection } from '../../src/synchro/connection/create-connection.js';
import { inClusterTarget } from '../../src/synchro/connection/in-cluster.js';
import { parseKubeconfig, readKubeconfigFile } from '../../src/synchro/connection/kubeconfig.js';
import { type ApiServer, apiServerAssets, apiServerNotRun, startApiServer } from '../support/api-server.js';
import { startFaultProxy } from '../support/fault-proxy.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const suite = apiServerAssets === undefined ? describe.skip : describe;

suite(`a connection to an API server${apiServerAssets === undefined ? ` (${apiServerNotRun})` : ''}`, () => {
  let server: ApiServer;
  const open: ClusterConnection[] = [];

  beforeAll(async () => {
    server = await startApiServer();
  }, 120_000);

  afterAll(async () => {
    await Promise.all(open.map((connection) => connection.close()));
    await server.stop();
  });

  interface Change {
    readonly cluster?: object;
    readonly user?: object;
    readonly now?: () => number;
  }

  function connectWith({ cluster, user, now }: Change = {}): ClusterConnection {
    const config = JSON.parse(server.kubeconfig()) as {
      clusters: [{ cluster: object }];
      users: [{ user: object }];
    };
    config.clusters[0].cluster = { ...config.clusters[0].cluster, ...cluster };
    config.users[0].user = user ?? config.users[0].user;
    const target = parseKubeconfig(JSON.stringify(config), { folder }).target('test');
    const connection = createClusterConnection(target, { connectTimeout: 2000, ...(now && { now }) });
    open.push(connection);
    return connection;
  }

  const whoAmI = async (connection: ClusterConnection): Promise<string> => {
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const answer = (await connection.getJson('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      method: 'POST',
      body: JSON.stringify(review),
    })) as { status: { userInfo: { username: string } } };
    return answer.status.userInfo.username;
  };

  it('answers many requests at once over one network connection', async () => {
    const connection = connectWith();
    const answers = await Promise.all(
      Array.from({ length: 90 }, (_, index) =>
        connection.getJson('/api/v1/namespaces', { query: { limit: 1 + (index % 3) } }),
      ),
    );
    expect(answers).toHaveLength(90);
    expect(connection.connections).toBe(1);
  });

  it('speaks HTTP/1.1 where nothing else is spoken', async () => {
    const proxy = await startFaultProxy(server);
    const connection = connectWith({ cluster: { server: proxy.url } });
    const names = async () => ((await connection.getJson('/api/v1/namespaces')) as { items: unknown[] }).items.length;
    expect(await names()).toBeGreaterThan(2);
    proxy.cut();
    expect(await names()).toBeGreaterThan(2);
    await connection.close();
    await proxy.close();
  });

  it('goes through a proxy that the kubeconfig names', async () => {
    const tunnels: string[] = [];
    const proxy = createHttpServer();
    proxy.on('connect', (request, socket) => {
      tunnels.push(request.url ?? '');
      const upstream = connect({ host: '127.0.0.1', port: server.port }, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      for (const end of [upstream, socket]) end.on('error', () => {});
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const connection = connectWith({
      cluster: { 'proxy-url': `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` },
    });
    expect(await whoAmI(connection)).toBe('admin');
    expect(tunnels).toEqual([`127.0.0.1:${server.port}`]);
    await connection.close();
    proxy.close();
  });

  it('takes a token from a file, and the next one when it is exchanged', async () => {
    const file = join(folder, 'token');
    let time = 0;
    writeFileSync(file, `${server.powerlessToken}\n`);
    const connection = connectWith({ user: { tokenFile: 'token' }, now: () => time });
    expect(await whoAmI(connection)).toBe('nobody');
    writeFileSync(`${file}.next`, server.token);
    renameSync(`${file}.next`, file);
    time += 60_000;
    expect(await whoAmI(connection)).toBe('admin');
    // One that ended before it is looked at again: a 401 makes us look.
    writeFileSync(`${file}.next`, 'ended');
    renameSync(`${file}.next`, file);
    time += 60_000;
    await expect(whoAmI(connection)).rejects.toMatchObject({ kind: 'unauthorized' });
    writeFileSync(`${file}.next`, server.token);
    renameSync(`${file}.next`, file);
    expect(await whoAmI(connection)).toBe('admin');
  });

  it('runs an exec plugin once, tells it the cluster, and runs it again when its token ends', async () => {
    const runs = join(folder, 'runs');
    const program = join(folder, 'plugin');
    const script = `#!${process.execPath}
      const { appendFileSync } = require('node:fs');
      const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
      appendFileSync(${JSON.stringify(runs)}, 'x');
      if (info.spec.cluster.server !== ${JSON.stringify(server.url)}) process.exit(3);
      const status = { token: process.env.TOKEN, expirationTimestamp: process.env.END };
      console.log(JSON.stringify({ apiVersion: info.apiVersion, kind: 'ExecCredential', status }));`;
    writeFileSync(program, script);
    chmodSync(program, 0o755);
    let time = Date.parse('2030-01-01T00:00:00Z');
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: './plugin',
      env: [
        { name: 'TOKEN', value: server.token },
        { name: 'END', value: '2030-01-01T01:00:00Z' },
      ],
      provideClusterInfo: true,
      interactiveMode: 'Never',
    };
    const connection = connectWith({ user: { exec }, now: () => time });
    const countRuns = async () => (await import('node:fs')).readFileSync(runs, 'utf8').length;
    for (let i = 0; i < 3; i++) expect(await whoAmI(connection)).toBe('admin');
    expect(await countRuns()).toBe(1);
    time += 3_600_000;
    expect(await whoAmI(connection)).toBe('admin');
    expect(await countRuns()).toBe(2);
    const missing = connectWith({ user: { exec: { ...exec, command: 'no-such-plugin', installHint: 'Ask Ada.' } } });
    await expect(whoAmI(missing)).rejects.toMatchObject({
      kind: 'credentials',
      message: expect.stringMatching(/no-such-plugin.*ENOENT; Ask Ada\./),
    });
  });

  it('tells what is wrong from each other', async () => {
    const other = await startTcpProxy({ host: '127.0.0.1', port: 1 });
    const certificate = Buffer.from(server.authority);
    const foreign = Buffer.from(
      certificate.toString().replace(/[A-Za-z0-9+/]{60}/, (line) => [...line].reverse().join('')),
    );
    const cases: readonly (readonly [string, Change, object])[] = [
      ['a wrong token', { user: { token: 'wrong' } }, { kind: 'unauthorized', status: 401 }],
      ['no credentials', { user: {} }, { kind: 'refused', status: 403, reason: 'Forbidden' }],
      [
        'no rights',
        { user: { token: server.powerlessToken } },
        {
          kind: 'refused',
          status: 403,
          reason: 'Forbidden',
          message: expect.stringMatching(/User "nobody" cannot list/),
        },
      ],
      [
        'no certificate that is trusted',
        { cluster: { 'certificate-authority-data': undefined } },
        { kind: 'untrusted' },
      ],
      [
        'another certificate',
        { cluster: { 'certificate-authority-data': foreign.toString('base64') } },
        { kind: 'untrusted' },
      ],
      ['another name', { cluster: { 'tls-server-name': 'other.example' } }, { kind: 'untrusted' }],
      ['nobody there', { cluster: { server: 'https://127.0.0.1:1' } }, { kind: 'unreachable' }],
      ['no such host', { cluster: { server: 'https://no-such-host.invalid' } }, { kind: 'unreachable' }],
      ['a connection that is cut', { cluster: { server: `https://127.0.0.1:${other.port}` } }, { kind: 'unreachable' }],
      ['no address', { cluster: { server: 'localhost:80' } }, { kind: 'credentials' }],
      [
        'a file that is not there',
        { user: { tokenFile: 'none' } },
        { kind: 'credentials', message: expect.stringMatching(/none cannot be read/) },
      ],
      [
        'a key that is none',
        {
          user: {
            'client-certificate-data': certificate.toString('base64'),
            'client-key-data': Buffer.from('-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----').toString(
              'base64',
            ),
          },
        },
        { kind: 'credentials' },
      ],
    ];
    for (const [name, change, error] of cases) {
      const found = await (async () => connectWith(change).getJson('/api/v1/secrets'))().then(
        () => 'an answer',
        (reason: unknown) => reason,
      );
      expect({ name, found }).toMatchObject({ name, found: error });
    }
    await other.close();
  });

  it('knows what is no API server', async () => {
    const garbage: Server = createServer((socket) => {
      socket.on('error', () => {});
      socket.resume().end('SSH-2.0-OpenSSH_9.2\r\n');
    }).listen(0, '127.0.0.1');
    const page = createHttpServer((_, response) => response.end('<html>Sign in</html>')).listen(0, '127.0.0.1');
    await Promise.all([once(garbage, 'listening'), once(page, 'listening')]);
    const port = (listener: Server) => (listener.address() as AddressInfo).port;
    for (const address of [
      `https://127.0.0.1:${port(garbage)}`,
      `http://127.0.0.1:${port(garbage)}`,
      `http://127.0.0.1:${port(page)}`,
      `https://127.0.0.1:${port(page)}`,
    ]) {
      const found = await connectWith({ cluster: { server: address } })
        .getJson('/version')
        .then(
          () => 'an answer',
          (reason: unknown) => reason,
        );
      expect({ address, found }).toMatchObject({ address, found: { kind: 'not-an-api-server' } });
    }
    garbage.close();
    page.closeAllConnections();
    page.close();
  });

  it('gives up what does not answer, and what stops answering', async () => {
    const proxy = await startTcpProxy({ host: '127.0.0.1', port: server.port });
    const connection = connectWith({ cluster: { server: `https://127.0.0.1:${proxy.port}` } });
    await connection.getJson('/version');
    const { body } = await connection.request('/api/v1/namespaces', { query: { watch: true }, idleTimeout: 300 });
    await body.next();
    proxy.stall();
    await expect(body.next()).rejects.toMatchObject({ kind: 'timeout' });
    await expect(connection.getJson('/version', { timeout: 200 })).rejects.toMatchObject({ kind: 'timeout' });
    proxy.cut();
    // The next one takes a connection of its own.
    const { signal } = new AbortController();
    for (;;) {
      const version = await connection.getJson('/version', { signal }).catch(() => undefined);
      if (version !== undefined) break;
    }
    await connection.close();
    await proxy.close();
  });

  it('ends what is under way when its caller does, and everything when it is closed', async () => {
    const connection = connectWith();
    const caller = new AbortController();
    const watch = await connection.request('/api/v1/namespaces', { query: { watch: true }, signal: caller.signal });
    await watch.body.next();
    const next = watch.body.next();
    caller.abort();
    await expect(next).rejects.toMatchObject({ kind: 'aborted' });
    await expect(connection.getJson('/version', { signal: caller.signal })).rejects.toMatchObject({ kind: 'aborted' });
    const other = await connection.request('/api/v1/namespaces', { query: { watch: true } });
    await other.body.next();
    const last = other.body.next();
    last.catch(() => {});
    await connection.close();
    await expect(last).rejects.toMatchObject({ name: 'ConnectionError' });
    await expect(connection.getJson('/version')).rejects.toMatchObject({ kind: 'aborted' });
    expect(connection.connections).toBe(0);
  });

  it('finds the cluster that it runs in', async () => {
    const account = join(folder, 'account');
    (await import('node:fs')).mkdirSync(account);
    writeFileSync(join(account, 'token'), server.token);
    writeFileSync(join(account, 'ca.crt'), server.authority);
    const environment = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(server.port) };
    const target = inClusterTarget(environment, account);
    if (target === undefined) throw new Error('there is no target');
    const connection = createClusterConnection(target);
    open.push(connection);
    expect(await whoAmI(connection)).toBe('admin');
    expect(inClusterTarget({}, account)).toBeUndefined();
  });
});

describe('a kubeconfig', () => {
  const config = (change: object) =>
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: 'https://c.example' } }],
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: [
        { name: 'a', context: { cluster: 'c', user: 'u' } },
        { name: 'b', context: { cluster: 'none', user: 'u' } },
      ],
      'current-context': 'a',
      ...change,
    });

  it('names its contexts, and says what each lacks', () => {
    const parsed = parseKubeconfig(config({}));
    expect(parsed).toMatchObject({ currentContext: 'a', contexts: ['a', 'b'] });
    expect(parsed.target('a')).toEqual({ server: 'https://c.example', tls: {}, user: { token: 't' } });
    expect(() => parsed.target('b')).toThrow(/context "b": there is no cluster "none"/);
    expect(() => parsed.target('c')).toThrow(/expected a context, one of a, b, found "c"/);
  });

  it('that is none is refused, naming the file', async () => {
    for (const [text, message] of [
      ['[1', /is no YAML/],
      ['just text', /expected a kubeconfig/],
      [config({ clusters: [{ cluster: {} }] }), /clusters\[0\]\.name is missing/],
      [config({ users: [{ name: 'u', user: { 'client-certificate-data': 'eA==' } }] }), /expected PEM in base64/],
      [config({ users: [{ name: 'u', user: { tokenFile: 'x' } }] }), /expected an absolute path/],
    ] as const) {
      expect(() => parseKubeconfig(text).target('a')).toThrow(message);
    }
    // What stands there may be a token.
    const broken = 'users:\n- name: u\n  user: {token: @sesame}\n';
    expect(() => parseKubeconfig(broken)).toThrow(/^the kubeconfig is no YAML: line 3, column \d+$/);
    await expect(readKubeconfigFile(join(folder, 'no-such-file'))).rejects.toMatchObject({
      kind: 'credentials',
      message: expect.stringMatching(/no-such-file cannot be read/),
    });
  });
});
