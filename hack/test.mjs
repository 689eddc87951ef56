#!/usr/bin/env node
// npm test: installs and builds what is missing, starts the servers that are installed, then runs every test. Arguments go to jest:
// npm test -- test/differential. A server that the environment names is used as it is; CLUSTERDEX_REQUIRE_BACKENDS=postgres,… fails
// where one is missing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { backends, startBackend } from './backends.mjs';
import { findHelm, howToHaveHelm } from './helm.mjs';
import { findAssets, howToStart } from './kube-apiserver.mjs';
import { openPodman } from './podman.mjs';
import { prepare, root } from './prepare.mjs';
import { resultsFile } from './test-summary.mjs';

rmSync(resultsFile, { force: true });
prepare();
const required = new Set((process.env.CLUSTERDEX_REQUIRE_BACKENDS ?? '').split(',').filter(Boolean));
const environment = { ...process.env };
const running = [];
const notRun = [];
// At once: some take many seconds to come up.
await Promise.all(backends.map(startForTests));
async function startForTests(backend) {
  if (process.env[backend.variable]) return;
  try {
    const server = await startBackend(backend);
    running.push(server);
    environment[backend.variable] = server.address;
    if (server.authority !== undefined) environment[`${backend.variable}_CA`] = server.authority;
  } catch (error) {
    notRun.push(`not run: the tests with ${backend.title}: ${error.message}\n  ${backend.start}`);
    if (required.has(backend.name)) process.exitCode = 1;
  }
}
const assets = findAssets();
if (assets !== undefined) environment.KUBEBUILDER_ASSETS = assets;
else {
  notRun.push(`not run: the tests with kube-apiserver: it is not installed\n  ${howToStart}`);
  if (required.has('kube-apiserver')) process.exitCode = 1;
}
const helm = findHelm();
if (helm !== undefined) environment.HELM = helm;
else {
  notRun.push(`not run: the tests that render the chart: there is no Helm\n  ${howToHaveHelm}`);
  if (required.has('helm')) process.exitCode = 1;
}

const { podman, missing, refusal } = openPodman();
podman?.close();
if (podman !== undefined) environment.CLUSTERDEX_PODMAN = `${podman.runtime} ${podman.driver}`;
else {
  notRun.push(`not run: the test that plays the pod of the chart: ${missing ?? refusal}`);
  // What the machine does not let run is no fault of what is installed.
  if (missing !== undefined && required.has('podman')) process.exitCode = 1;
}

const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const child = spawn(process.execPath, [jest, '--json', `--outputFile=${resultsFile}`, ...process.argv.slice(2)], {
  cwd: root,
  stdio: ['inherit', 'ignore', 'inherit'],
  env: environment,
});
// The terminal sends Ctrl-C to jest as well; the servers are stopped when it has ended.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
const [status, signal] = await once(child, 'exit');
await Promise.all(running.map(({ stop }) => stop()));
for (const line of notRun) console.error(line);
if (signal !== null) console.error(`jest was ended by ${signal}`);
if (status !== 0) process.exitCode = status ?? 1;
