// Makes a checkout ready to run: dependencies installed, everything compiled. Node's own modules only, because nothing else is there yet.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');

/** Installs when node_modules is missing or older than package-lock.json, then compiles what changed. Exits the process on failure. */
export function prepare() {
  requireNode();
  if (isOutdated()) install();
  removeStaleTests();
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-b'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) stop('The build failed; the errors are above.');
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    stop(`clusterdex needs Node 20.19 or newer; this is Node ${process.versions.node} (${process.execPath}).`);
  }
}

function isOutdated() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  return !existsSync(installed) || statSync(installed).mtimeMs < statSync(join(root, 'package-lock.json')).mtimeMs;
}

function install() {
  console.error('Installing dependencies (npm ci); compiling SQLite takes about a minute …');
  const environment = { ...process.env, JOBS: process.env.JOBS ?? String(availableParallelism()) };
  const headers = headersOfThisNode();
  // Spares node-gyp a download, and works where there is nothing to download from.
  if (headers !== undefined && environment.npm_config_nodedir === undefined) environment.npm_config_nodedir = headers;
  const shell = process.platform === 'win32';
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: 'inherit',
    env: environment,
    shell,
  });
  if (error !== undefined) stop(`npm could not be started: ${error.message}`);
  if (status !== 0) {
    stop(
      'npm ci failed; the errors are above. If they come from node-gyp: better-sqlite3 is compiled here and needs Python 3 and a C++ ' +
        'compiler (Debian, Ubuntu: apt-get install build-essential python3; macOS: xcode-select --install).',
    );
  }
}

/** The folder whose include/node holds the headers of exactly this Node, where it was installed with them. */
function headersOfThisNode() {
  const prefix = dirname(dirname(process.execPath));
  try {
    const text = readFileSync(join(prefix, 'include', 'node', 'node_version.h'), 'utf8');
    const part = (name) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1];
    return `${part('MAJOR')}.${part('MINOR')}.${part('PATCH')}` === process.versions.node ? prefix : undefined;
  } catch {
    return undefined;
  }
}

/** A test whose source was removed or renamed would go on running: the compiler never deletes. */
function removeStaleTests() {
  const plugins = readdirSync(join(root, 'storage-plugins')).map((name) => join(root, 'storage-plugins', name));
  const folders = [
    [join(root, 'dist', 'test'), join(root, 'test')],
    ...plugins.map((plugin) => [join(plugin, 'dist', 'test'), join(plugin, 'test')]),
  ];
  for (const [compiled, source] of folders) {
    if (!existsSync(compiled)) continue;
    for (const file of readdirSync(compiled, { recursive: true })) {
      if (file.endsWith('.test.js') && !existsSync(join(source, file.replace(/js$/, 'ts'))))
        rmSync(join(compiled, file));
    }
  }
}

export function stop(message) {
  console.error(message);
  process.exit(1);
}
