#!/usr/bin/env node
// Helm for the tests of the chart, built from the Go module proxy and kept outside of the work tree, by version:
// node hack/helm.mjs builds it if it is missing and prints where it lies. Takes a minute or two, once.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const helmVersion = '3.18.6';
const goVersion = '1.24';

/** How to have it, for whoever lacks it. */
export const howToHaveHelm = `node hack/helm.mjs (needs Go ${goVersion}); or HELM=<file> with Helm 3`;

/** The file: that of the environment, or what this script built; else undefined. */
export function findHelm(environment = process.env) {
  const { HELM: named } = environment;
  return [named, cached(environment)].find((file) => file && existsSync(file));
}

/** Throws with what Go said. */
export function buildHelm(environment = process.env) {
  const file = cached(environment);
  if (existsSync(file)) return file;
  console.error('building helm, once');
  mkdirSync(join(file, '..'), { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'clusterdex-go-'));
  try {
    const installed = '/usr/local/go/bin/go';
    const { status, stderr, error } = spawnSync(
      existsSync(installed) ? installed : 'go',
      ['install', '-trimpath', '-ldflags', '-s -w', `helm.sh/helm/v3/cmd/helm@v${helmVersion}`],
      {
        cwd: work,
        env: { ...environment, CGO_ENABLED: '0', GOBIN: work, GOTOOLCHAIN: 'local', GOWORK: 'off', GOFLAGS: '' },
        encoding: 'utf8',
        maxBuffer: 1 << 26,
      },
    );
    if (error !== undefined) throw new Error(`Go ${goVersion} is needed: ${error.message}`);
    if (status !== 0) throw new Error(`go install helm failed:\n${stderr.trim().slice(-2000)}`);
    // Whoever looks meanwhile finds all of it or nothing.
    const partial = `${file}.${process.pid}`;
    copyFileSync(join(work, 'helm'), partial);
    renameSync(partial, file);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return file;
}

function cached({ XDG_CACHE_HOME: cache, CLUSTERDEX_CACHE: own }) {
  return join(own || join(cache || join(homedir(), '.cache'), 'clusterdex'), `helm-${helmVersion}`, 'helm');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    console.log(findHelm() ?? buildHelm());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
