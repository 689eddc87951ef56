import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from './api-client.js';

/** A kube-apiserver of its own, on an etcd of its own. */
export interface ApiServer {
  readonly url: string;
  readonly port: number;
  /** PEM. */
  readonly authority: string;
  /** Of a cluster admin. */
  readonly token: string;
  /** Of a user that the server knows and that may do nothing. */
  readonly powerlessToken: string;
  readonly client: ApiClient;
  /** A kubeconfig with one context; `server` replaces the address, that of a proxy for example. */
  kubeconfig(options?: { readonly server?: string; readonly token?: string; readonly context?: string }): string;
  /** Ends the kube-apiserver, by SIGKILL unless told, and leaves etcd. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again where it was; resolves when it is ready. */
  start(): Promise<void>;
  /** Makes etcd forget all that is older than now: watches and pages from before get 410. */
  compact(): Promise<void>;
  /** Keeps a copy of all that etcd holds. */
  backUp(): Promise<void>;
  /** Goes back to that copy, as after a disaster: revisions that were given out since are given out again. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

/** Where the programs are; undefined when they are not installed. */
export const apiServerAssets: string | undefined = findAssets();
export const apiServerNotRun =
  'NOT RUN: there are no kube-apiserver and etcd; node hack/kube-apiserver.mjs builds them, KUBEBUILDER_ASSETS names their folder';

const startSeconds = 60;

export async function startApiServers(count: number): Promise<readonly ApiServer[]> {
  return Promise.all(Array.from({ length: count }, () => startApiServer()));
}

export async function startApiServer(options: { readonly flags?: readonly string[] } = {}): Promise<ApiServer> {
  if (apiServerAssets === undefined) throw new Error(apiServerNotRun);
  const folder = mkdtempSync(join(tmpdir(), 'clusterdex-apiserver-'));
  const [etcdPort, peerPort, port] = await freePorts(3);
  const token = randomBytes(12).toString('hex');
  const powerlessToken = randomBytes(12).toString('hex');
  writeFiles(folder, { token, powerlessToken });
  const etcdFlags = [
    '--data-dir',
    join(folder, 'etcd'),
    ...['listen-client-urls', 'advertise-client-urls'].map((flag) => `--${flag}=http://127.0.0.1:${etcdPort}`),
    ...['listen-peer-urls', 'initial-advertise-peer-urls'].map((flag) => `--${flag}=http://127.0.0.1:${peerPort}`),
    `--initial-cluster=default=http://127.0.0.1:${peerPort}`,
    '--unsafe-no-fsync',
    '--log-level=error',
  ];
  let etcd = run(folder, 'etcd', etcdFlags);
  const flags = [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    `--cert-dir=${join(folder, 'certs')}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(folder, 'sa.key')}`,
    `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--disable-admission-plugins=ServiceAccount',
    '--allow-privileged=true',
    // Tests write as fast as they can.
    '--max-requests-inflight=2000',
    '--max-mutating-requests-inflight=1000',
    ...(options.flags ?? []),
  ];
  let server: ChildProcess | undefined;
  const end = () => {
    server?.kill('SIGKILL');
    etcd.kill('SIGKILL');
  };
  process.once('exit', end);
  const url = `https://127.0.0.1:${port}`;
  const certificate = join(folder, 'certs', 'apiserver.crt');

  async function start(): Promise<void> {
    const started = run(folder, 'kube-apiserver', flags);
    server = started;
    const deadline = Date.now() + startSeconds * 1000;
    for (;;) {
      if (started.exitCode !== null || Date.now() > deadline) {
        const said = readFileSync(join(folder, 'kube-apiserver.log'), 'utf8').slice(-2000);
        throw new Error(`kube-apiserver did not start:\n${said}`);
      }
      if (existsSync(certificate) && (await isReady())) return;
      await delay(50);
    }
  }
  const isReady = () =>
    new ApiClient({ url, authority: readFileSync(certificate, 'utf8'), token })
      .text('/readyz')
      .then(({ status }) => status === 200)
      .catch(() => false);

  await start();
  const authority = readFileSync(certificate, 'utf8');
  return {
    url,
    port: port as number,
    authority,
    token,
    powerlessToken,
    client: new ApiClient({ url, authority, token }),
    kubeconfig: ({ server: address = url, token: shown = token, context = 'test' } = {}) =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': context,
        clusters: [
          {
            name: context,
            cluster: { server: address, 'certificate-authority-data': Buffer.from(authority).toString('base64') },
          },
        ],
        users: [{ name: context, user: { token: shown } }],
        contexts: [{ name: context, context: { cluster: context, user: context } }],
      }),
    kill: (signal = 'SIGKILL') => kill(server, signal),
    start,
    async compact() {
      const ask = async (path: string, body: object) => {
        const answer = await fetch(`http://127.0.0.1:${etcdPort}${path}`, {
          method: 'POST',
          body: JSON.stringify(body),
        });
        return (await answer.json()) as { header?: { revision?: string } };
      };
      const { header } = await ask('/v3/kv/range', { key: Buffer.from('x').toString('base64') });
      await ask('/v3/kv/compaction', { revision: header?.revision, physical: true });
    },
    async backUp() {
      await kill(etcd, 'SIGTERM');
      cpSync(join(folder, 'etcd'), join(folder, 'backup'), { recursive: true });
      etcd = run(folder, 'etcd', etcdFlags);
    },
    async restore() {
      await kill(server, 'SIGKILL');
      await kill(etcd, 'SIGKILL');
      rmSync(join(folder, 'etcd'), { recursive: true });
      cpSync(join(folder, 'backup'), join(folder, 'etcd'), { recursive: true });
      etcd = run(folder, 'etcd', etcdFlags);
      await start();
    },
    async stop() {
      process.off('exit', end);
      await kill(server, 'SIGKILL');
      await kill(etcd, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function findAssets(): string | undefined {
  const folder = process.env.KUBEBUILDER_ASSETS;
  const isThere = folder && ['etcd', 'kube-apiserver'].every((program) => existsSync(join(folder, program)));
  return isThere ? folder : undefined;
}

function writeFiles(folder: string, tokens: { readonly token: string; readonly powerlessToken: string }): void {
  mkdirSync(join(folder, 'certs'));
  const users = [`${tokens.token},admin,admin,"system:masters"`, `${tokens.powerlessToken},nobody,nobody`];
  writeFileSync(join(folder, 'tokens.csv'), `${users.join('\n')}\n`);
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  writeFileSync(join(folder, 'sa.key'), privateKey);
}

function run(folder: string, program: string, flags: readonly string[]): ChildProcess {
  const child = spawn(join(apiServerAssets as string, program), flags, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(join(folder, `${program}.log`), { flags: 'a' });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  return child;
}

async function kill(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
