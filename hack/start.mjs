#!/usr/bin/env node
// npm start: installs and builds what is missing, imports the two sample clusters on the first run, serves them, and says what to ask.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { prepare, root, stop } from './prepare.mjs';
import { startHelp } from './start-help.mjs';

const samples = ['prod-eu', 'staging'];
const usualPort = 8642;
const main = join(root, 'dist', 'src', 'main.js');
const dataDirectory = process.env.CLUSTERDEX_DATA_DIR ?? join(root, '.data');

function importSamples() {
  const listed = clusterdex(['clusters', 'list', '--output', 'json'], 'pipe');
  if (listed.status !== 0) stop(`The clusters in ${dataDirectory} cannot be listed:\n${listed.stderr}`);
  const stored = new Map(JSON.parse(listed.stdout).map(({ cluster, objects }) => [cluster, objects]));
  for (const cluster of samples) {
    const file = join(root, 'samples', `${cluster}.json`);
    // Fewer than the file holds: the first run was interrupted, and goes on now.
    if ((stored.get(cluster) ?? 0) >= JSON.parse(readFileSync(file, 'utf8')).items.length) continue;
    console.log(`Importing the sample cluster ${cluster} into ${dataDirectory} …`);
    const { status } = clusterdex(
      ['import', '--cluster', cluster, join(root, 'samples', `${cluster}.json`)],
      'inherit',
    );
    if (status !== 0) stop(`The sample cluster ${cluster} was not imported; the reason is above.`);
  }
}

function clusterdex(parameters, stdio) {
  return spawnSync(process.execPath, [main, ...parameters, '--data-dir', dataDirectory], {
    stdio: ['ignore', stdio, stdio],
    encoding: 'utf8',
  });
}

/** The usual port, so that what is pasted today works tomorrow; a free one when somebody has it. */
async function choosePort() {
  if (process.env.CLUSTERDEX_INSECURE_PORT !== undefined) return process.env.CLUSTERDEX_INSECURE_PORT;
  if (await isFree(usualPort)) return usualPort;
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  console.log(`Port ${usualPort} is taken by another program (another clusterdex, perhaps); using ${port} instead.`);
  return port;
}

async function isFree(port) {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

async function serve(port) {
  const server = spawn(
    process.execPath,
    [main, 'serve', '--insecure-port', String(port), '--data-dir', dataDirectory, '--log-level', 'warn'],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const ended = once(server, 'exit');
  // A terminal sends Ctrl-C to both processes. The server ends cleanly by itself; this one waits for it.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => server.kill('SIGTERM'));
  const origin = `http://127.0.0.1:${port}`;
  if (await isReady(origin, ended)) console.log(invitation(origin));
  const [status, signal] = await ended;
  if (status === 0) console.log('Stopped. The data stays in .data; npm start goes on with it.');
  process.exitCode = status ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1);
}

async function isReady(origin, ended) {
  let over = false;
  ended.then(() => {
    over = true;
  });
  for (;;) {
    if (over) return false;
    try {
      const { ok } = await fetch(`${origin}/readyz`);
      if (ok) return true;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** kubectl prints the usual columns, with the cluster; curl gets the metadata. */
const questions = [
  {
    text: 'Which pods crash, in any cluster?',
    resource: 'pods',
    fieldSelector: 'status.containerStatuses[].state.waiting.reason=CrashLoopBackOff',
  },
  {
    text: 'Which versions of the payments services run where?',
    resource: 'deployments',
    labelSelector: 'search.clusterpedia.io/fuzzy-name=payments',
    output: ' -o wide',
  },
  {
    text: 'Which pods belong to the deployment recommendations of prod-eu, and which of them is not ready?',
    cluster: 'prod-eu',
    resource: 'pods',
    labelSelector: 'search.clusterpedia.io/owner-name=recommendations,search.clusterpedia.io/owner-seniority=1',
  },
];
const paths = { pods: 'api/v1/pods', deployments: 'apis/apps/v1/deployments' };

function invitation(origin) {
  const resources = `${origin}/apis/clusterpedia.io/v1beta1/resources`;
  const hasKubectl = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).error === undefined;
  const lines = questions.map(
    (question) => `# ${question.text}\n${(hasKubectl ? kubectl : curl)(resources, question)}\n`,
  );
  const hint = hasKubectl ? '' : '(There is no kubectl on this machine, so they are for curl.)\n';
  return `\nServing the sample clusters ${samples.join(' and ')}. Paste into another terminal:\n${hint}\n${lines.join('\n')}\nCtrl-C stops it.\n`;
}

function kubectl(resources, { cluster, resource, fieldSelector, labelSelector, output = '' }) {
  const server = cluster === undefined ? resources : `${resources}/clusters/${cluster}`;
  const selector = fieldSelector === undefined ? `-l '${labelSelector}'` : `--field-selector '${fieldSelector}'`;
  return `kubectl --server ${server} get ${resource} -A ${selector}${output}`;
}

function curl(resources, { cluster, resource, fieldSelector, labelSelector }) {
  const url = `${cluster === undefined ? resources : `${resources}/clusters/${cluster}`}/${paths[resource]}`;
  const selector = fieldSelector === undefined ? `labelSelector=${labelSelector}` : `fieldSelector=${fieldSelector}`;
  return `curl -sG ${url} -d onlyMetadata=true --data-urlencode '${selector}'`;
}

const help = startHelp(process.argv.slice(2));
if (help === undefined) {
  prepare();
  importSamples();
  await serve(await choosePort());
} else {
  process.stdout.write(help.output ?? '');
  process.stderr.write(help.error ?? '');
  process.exitCode = help.status;
}
