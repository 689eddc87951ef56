// Images made of what is on this machine, where there is no registry to pull some from: programs with the libraries that they load.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { release } from 'node:os';
import { dirname, join } from 'node:path';

const path = '/nodejs/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const folders = [
  ...['etc/ssl/certs', 'tmp', 'var/tmp', 'proc', 'sys', 'dev', 'run', 'root'],
  ...['nodejs/bin', 'nodejs/lib/node_modules/npm'],
];

/** As Debian has them: those at the top are links into /usr. */
const merged = ['bin', 'lib', 'lib64', 'sbin'];

/** What the last stage of the Dockerfile and the image of a plugin stand on: Node, a shell, `cp` and `env`, the authorities that are trusted. */
export function makeRuntimeImage(podman, tag) {
  importRoot(podman, { tag, programs: ['sh', 'cp', 'env'], node: process.execPath });
}

/**
 * What the first stage of the Dockerfile stands on: /usr of this machine, mounted while it runs, with its compiler, Python and npm. Returns the options of
 * `podman build` that mount it. What npm has downloaded here it need not again, and a binding that is compiled here stands for the one that others download.
 */
export function makeBuildImage(podman, { tag, root }) {
  const npm = dirname(dirname(realpathSync(programOf('npm'))));
  const mounts = [
    ['/usr', '/usr:ro'],
    ...['/etc/ssl', '/etc/alternatives'].filter(existsSync).map((name) => [name, `${name}:ro`]),
    [process.execPath, '/nodejs/bin/node:ro'],
    [npm, '/nodejs/lib/node_modules/npm:ro'],
  ];
  const npmConfig = npmConfiguration();
  const variables = {
    npm_config_prefer_offline: 'true',
    npm_config_cache: '/root/.npm',
    npm_config_globalconfig: '/nodejs/etc/npmrc',
  };
  for (const [file, target] of [
    [npmConfig.userconfig, '/root/.npmrc:ro'],
    [npmConfig.globalconfig, '/nodejs/etc/npmrc:ro'],
    [npmConfig.cache, '/root/.npm'],
    [npmConfig.cafile, `${npmConfig.cafile}:ro`],
  ]) {
    if (existsSync(file ?? '') && !/^\/etc\/ssl\//.test(file)) mounts.push([file, target]);
  }
  const prebuilds = prebuild(podman, root);
  if (prebuilds !== undefined) {
    mounts.push([prebuilds, '/prebuilds']);
    variables.npm_config_better_sqlite3_local_prebuilds = '/prebuilds';
  }
  for (const name of ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE']) {
    const file = process.env[name];
    if (!file || !existsSync(file)) continue;
    variables[name] = file;
    if (!/^\/(usr|etc\/ssl)\//.test(file)) mounts.push([file, `${file}:ro`]);
  }
  for (const [name, value] of Object.entries(process.env))
    if (/^npm_config_registry$/i.test(name)) variables[name] = value;
  importRoot(podman, { tag, programs: [], variables });
  return mounts.flatMap(([from, to]) => ['--volume', `${from}:${to}`]);
}

/** What the images are made of, in words. */
export function machineName() {
  const [, name = `Linux ${release()}`] = /^PRETTY_NAME="?([^"\n]+)/m.exec(textOf('/etc/os-release')) ?? [];
  return `${name} with Node ${process.version}`;
}

/** An image of a root that holds these programs and nothing else. */
export function importRoot(podman, { tag, programs, node, variables = {} }) {
  const root = mkdtempSync(join(podman.folder, 'root-'));
  try {
    for (const name of folders) mkdirSync(join(root, name), { recursive: true });
    chmodSync(root, 0o755);
    // A volume that is mounted there takes its mode.
    for (const name of ['tmp', 'var/tmp']) chmodSync(join(root, name), 0o1777);
    for (const name of merged) {
      mkdirSync(join(root, 'usr', name), { recursive: true });
      symlinkSync(`usr/${name}`, join(root, name));
    }
    symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'nodejs', 'bin', 'npm'));
    writeFileSync(join(root, 'etc', 'passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
    writeFileSync(join(root, 'etc', 'group'), 'root:x:0:\n');
    const authorities = '/etc/ssl/certs/ca-certificates.crt';
    if (existsSync(authorities)) cpSync(authorities, join(root, authorities), { dereference: true });
    for (const name of programs) put(root, programOf(name), `/usr/bin/${name}`);
    if (node !== undefined) put(root, node, '/nodejs/bin/node');
    const archive = `${root}.tar`;
    spawnOrThrow('tar', ['-C', root, '--owner=0', '--group=0', '-cf', archive, '.']);
    const changes = Object.entries({ PATH: path, ...variables }).flatMap(([name, value]) => [
      '--change',
      `ENV ${name}=${value}`,
    ]);
    podman.run('import', '--quiet', ...changes, archive, tag);
    rmSync(archive);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** With the libraries that the loader finds for it, each where it is here. */
function put(root, program, target) {
  cpSync(program, join(root, target), { dereference: true });
  // Of a program that is linked statically it says nothing that matters.
  for (const [, library] of spawnSync('ldd', [program], { encoding: 'utf8' }).stdout.matchAll(/(\/\S+) \(0x/g)) {
    cpSync(library, join(root, library), { dereference: true });
  }
}

/** The binding of SQLite as it was compiled here, packed as `prebuild-install` looks for it; undefined where there is none. */
function prebuild(podman, root) {
  const folder = dirname(
    createRequire(join(root, 'storage-plugins', 'sqlite-storage', 'package.json')).resolve(
      'better-sqlite3/package.json',
    ),
  );
  if (!existsSync(join(folder, 'build', 'Release', 'better_sqlite3.node'))) return undefined;
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const prebuilds = join(podman.folder, 'prebuilds');
  mkdirSync(prebuilds);
  const file = `better-sqlite3-v${version}-node-v${process.versions.modules}-${process.platform}-${process.arch}.tar.gz`;
  spawnOrThrow('tar', ['-C', folder, '-czf', join(prebuilds, file), 'build/Release/better_sqlite3.node']);
  return prebuilds;
}

/** Where npm has its settings and what it downloaded. */
function npmConfiguration() {
  const said = spawnOrThrow('npm', ['config', 'get', 'userconfig', 'globalconfig', 'cache', 'cafile']);
  return Object.fromEntries([...said.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
}

function programOf(name) {
  const found = (process.env.PATH ?? '')
    .split(':')
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
  if (found === undefined) throw new Error(`there is no ${name} on the PATH`);
  return found;
}

function spawnOrThrow(program, parameters) {
  const { status, stdout, stderr, error } = spawnSync(program, parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${parameters.join(' ')}: ${error?.message ?? stderr.trim()}`);
  return stdout;
}

function textOf(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
