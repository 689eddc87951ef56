#!/usr/bin/env node
// The servers that tests need. As a command it starts all that are installed on their default addresses and keeps them until Ctrl-C:
// node hack/backends.mjs [name ...]; `npm test` starts its own on free ports, unless the environment says where one runs.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import * as elasticsearch from './elasticsearch.mjs';

const root = resolve(import.meta.dirname, '..');
const startSeconds = 150;

/** Variable, default address and how to start it, for each backend. */
export const backends = JSON.parse(readFileSync(join(root, 'test/backends/backends.json'), 'utf8'));

/** How each is started: in `folder`, as `user`, on `port` of the loopback address. Resolves to the running process. */
const starters = {
  ...elasticsearch.starters,
  async postgres({ bin, folder, user, port, certificate, more }) {
    const data = join(folder, 'data');
    if (!existsSync(data)) {
      const options = ['-U', 'postgres', '-A', 'trust', '--no-sync', '--locale=C', '-E', 'UTF8'];
      run(join(bin, 'initdb'), ['-D', data, ...options], user);
    }
    // Nothing here has to survive a power failure.
    const settings = {
      fsync: 'off',
      max_connections: '200',
      listen_addresses: '127.0.0.1',
      unix_socket_directories: folder,
    };
    if (certificate !== undefined)
      Object.assign(settings, { ssl: 'on', ssl_cert_file: certificate.file, ssl_key_file: certificate.key });
    Object.assign(settings, more);
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = start(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...flags], { user });
    return { child, stopSignal: 'SIGINT', ready: saysReady(child) };
  },
  async mysql({ bin, folder, user, port, certificate, more }) {
    const data = join(folder, 'data');
    // Its temporary files have the same names in every server.
    const common = ['--no-defaults', `--datadir=${data}`, `--tmpdir=${folder}`];
    if (!existsSync(data)) {
      mkdirSync(data);
      if (user.uid !== undefined) chownSync(data, user.uid, user.gid);
      const install = ['mariadb-install-db', '--auth-root-authentication-method=normal', '--skip-test-db'];
      run('/usr/bin/env', [install[0], ...common, ...install.slice(1)], user);
    }
    const settings = {
      port,
      'bind-address': '127.0.0.1',
      socket: join(folder, 'socket'),
      'pid-file': join(folder, 'pid'),
      'max-connections': 200,
      // What was committed survives the end of the server, not that of the machine.
      'innodb-flush-log-at-trx-commit': 2,
      'innodb-buffer-pool-size': 268435456,
    };
    if (certificate !== undefined)
      Object.assign(settings, { 'ssl-cert': certificate.file, 'ssl-key': certificate.key });
    Object.assign(settings, more);
    const flags = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
    const child = start(join(bin, 'mariadbd'), [...common, '--skip-name-resolve', ...flags], { user });
    return { child, stopSignal: 'SIGTERM', ready: saysReady(child) };
  },
};

/** Where the programs of a backend lie; undefined when it is not installed. */
export function findBinaries({ name, binary, folders }) {
  if (binary === undefined) return elasticsearch.findDistribution(name);
  const candidates = [...folders.flatMap(expand), ...(process.env.PATH ?? '').split(delimiter)];
  return candidates.find((folder) => existsSync(join(folder, binary)));
}

/**
 * Starts a server of its own in a temporary folder. Throws with what it printed when it does not come up. `more` are settings of the server.
 * `kill` ends it with a signal and leaves its folder, `restart` starts it again there, with other
 * settings if some are given.
 */
export async function startBackend(backend, port, more = {}) {
  const bin = findBinaries(backend);
  if (bin === undefined) throw new Error(`${backend.title} is not installed`);
  const user = serverUser(backend.name);
  const folder = mkdtempSync(join(elasticsearch.runFolder(backend.name) ?? tmpdir(), `clusterdex-${backend.name}-`));
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const chosenPort = port ?? (await elasticsearch.freePortFor(backend.name));
  const certificate = makeCertificate(folder, user);
  let running;
  const kill = async (signal = running.stopSignal) => {
    const { child } = running;
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    killGroup(child, signal);
    await ended;
  };
  const stop = async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };
  const restart = async (settings = more) => {
    const deadline = Date.now() + startSeconds * 1000;
    for (;;) {
      const options = { bin, folder, user, port: chosenPort, certificate, more: settings };
      running = await starters[backend.name](options, start);
      const failure = await comesUp(running, deadline);
      if (failure === undefined) return;
      await kill('SIGKILL');
      // What a killed server leaves behind ends a moment later.
      if (
        Date.now() > deadline ||
        !/still in use|shared memory|in use by|[Uu]nable to lock|already in use/.test(failure)
      ) {
        rmSync(folder, { recursive: true, force: true });
        throw new Error(`${backend.title} did not start:\n${failure}`);
      }
      await setTimeout(100);
    }
  };
  process.once('exit', () => {
    if (running !== undefined) killGroup(running.child, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  await restart();
  const address = new URL(backend.address);
  address.port = String(chosenPort);
  return { address: address.href, authority: certificate?.file, folder, user, kill, restart, stop };
}

/** Resolves to what it printed when it ends, or takes too long. */
async function comesUp({ child, ready }, deadline) {
  let output = '';
  child.stderr.on('data', (piece) => {
    output += piece;
  });
  child.stdout?.on('data', (piece) => {
    // A server may talk as long as it runs.
    output = (output + piece).slice(-20_000);
  });
  while (!(await ready())) {
    if (child.exitCode !== null || Date.now() > deadline) return output;
    await setTimeout(20);
  }
  return undefined;
}

/** A database says that it is ready. */
function saysReady(child) {
  let output = '';
  child.stderr.on('data', (piece) => {
    output = (output + piece).slice(-20_000);
  });
  return async () => /ready (?:to accept|for) connections/.test(output);
}

/** A launcher, and what it has launched. */
function killGroup(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  try {
    if (child.isGroup) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** For TLS; undefined where there is no openssl to make one. */
function makeCertificate(folder, user) {
  const file = join(folder, 'server.crt');
  const key = join(folder, 'server.key');
  const parameters = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=127.0.0.1'];
  const { status } = spawnSync(
    'openssl',
    [...parameters, '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', file],
    { ...user, cwd: '/' },
  );
  // The tests, which may run as another user, read the certificate.
  if (status === 0) chmodSync(folder, 0o755);
  return status === 0 ? { file, key } : undefined;
}

function expand(folder) {
  const [before, after] = folder.split('*');
  if (after === undefined) return [folder];
  if (!existsSync(before)) return [];
  // The newest first.
  return readdirSync(before)
    .sort((a, b) => Number(b) - Number(a))
    .map((name) => before + name + after);
}

/** These servers refuse to run as root. */
function serverUser(name) {
  if (process.getuid?.() !== 0) return {};
  for (const user of [name === 'postgres' ? 'postgres' : 'mysql', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, user], { encoding: 'utf8' }));
    if (uid.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error('there is no user to run a server as');
}

function run(command, parameters, user) {
  const { status, stderr, error } = spawnSync(command, parameters, { ...user, cwd: '/', encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
}

/** `env` makes it the leader of a group of processes, which is killed as one. */
function start(command, parameters, { user, cwd = '/', env }) {
  const isGroup = env !== undefined;
  const stdio = ['ignore', isGroup ? 'pipe' : 'ignore', 'pipe'];
  const child = spawn(command, parameters, { ...user, cwd, stdio, ...(isGroup && { env, detached: true }) });
  return Object.assign(child, { isGroup });
}

async function main(names) {
  const chosen = backends.filter(({ name }) => names.length === 0 || names.includes(name));
  const running = [];
  for (const backend of chosen) {
    try {
      const server = await startBackend(backend, Number(new URL(backend.address).port));
      running.push(server);
      const authority = server.authority === undefined ? '' : ` ${backend.variable}_CA=${server.authority}`;
      console.log(`${backend.title}: ${backend.variable}=${server.address}${authority}`);
    } catch (error) {
      console.error(`${error.message}\n  ${backend.start}`);
    }
  }
  if (running.length === 0) process.exit(1);
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, async () => {
      await Promise.all(running.map(({ stop }) => stop()));
      process.exit(0);
    });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv.slice(2));
