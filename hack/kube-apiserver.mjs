#!/usr/bin/env node
// A real kube-apiserver and etcd for tests, built from the Go module proxy and kept outside of the work tree, by version:
// node hack/kube-apiserver.mjs builds what is missing and prints the folder that KUBEBUILDER_ASSETS has to name. Takes some minutes, once.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const kubernetesVersion = '1.36.2';
const etcdVersion = '3.6.6';
const goVersion = '1.26';
const programs = ['etcd', 'kube-apiserver'];

/** How to have them, for whoever lacks them. */
export const howToStart = `node hack/kube-apiserver.mjs (needs Go ${goVersion}); or KUBEBUILDER_ASSETS=<folder> with ${programs.join(' and ')}`;

/** Kubernetes requires these at v0.0.0 and puts its own folders in their place, which a module of ours has to do as well. */
const staging =
  `api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider cluster-bootstrap
  code-generator component-base component-helpers controller-manager cri-api cri-client cri-streaming csi-translation-lib
  dynamic-resource-allocation endpointslice externaljwt kms kube-aggregator kube-controller-manager kube-proxy kube-scheduler
  kubectl kubelet metrics mount-utils pod-security-admission sample-apiserver sample-cli-plugin sample-controller streaming`
    .trim()
    .split(/\s+/);

const builds = {
  'kube-apiserver': {
    main: 'k8s.io/kubernetes/cmd/kube-apiserver',
    prepare(go) {
      for (const name of staging) {
        go('mod', 'edit', `-replace=k8s.io/${name}=k8s.io/${name}@v0.${kubernetesVersion.slice(2)}`);
      }
      go('mod', 'edit', `-require=k8s.io/kubernetes@v${kubernetesVersion}`);
      go('get', `k8s.io/kubernetes/cmd/kube-apiserver@v${kubernetesVersion}`);
    },
    linked() {
      const [major, minor] = kubernetesVersion.split('.');
      const values = { gitVersion: `v${kubernetesVersion}`, gitMajor: major, gitMinor: minor };
      return Object.entries(values).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
    },
  },
  etcd: {
    main: 'go.etcd.io/etcd/server/v3',
    prepare: (go) => go('get', `go.etcd.io/etcd/server/v3@v${etcdVersion}`),
    linked: () => [],
  },
};

/** The folder that holds both programs: that of the environment, where operators put them, or where this script does; else undefined. */
export function findAssets(environment = process.env) {
  const { KUBEBUILDER_ASSETS: named } = environment;
  const folders = named ? [named] : ['/usr/local/kubebuilder/bin', cacheFolder(environment)];
  return folders.find((folder) => programs.every((program) => existsSync(join(folder, program))));
}

/** Builds what the cache lacks. Throws with what Go said. */
export function buildAssets(environment = process.env) {
  const folder = cacheFolder(environment);
  mkdirSync(folder, { recursive: true });
  for (const program of programs) {
    if (existsSync(join(folder, program))) continue;
    console.error(`building ${program}, once`);
    build(program, folder);
  }
  return folder;
}

function cacheFolder({ XDG_CACHE_HOME: cache, CLUSTERDEX_CACHE: own }) {
  const base = own || join(cache || join(homedir(), '.cache'), 'clusterdex');
  return join(base, `kube-apiserver-${kubernetesVersion}-etcd-${etcdVersion}`);
}

function build(program, folder) {
  const { main, prepare, linked } = builds[program];
  const work = mkdtempSync(join(tmpdir(), 'clusterdex-go-'));
  const go = (...parameters) => runGo(parameters, work);
  try {
    go('mod', 'init', 'clusterdex.test/build');
    prepare(go);
    const file = join(work, program);
    go('build', '-pgo=off', '-trimpath', '-ldflags', ['-s', '-w', ...linked()].join(' '), '-o', file, main);
    // Whoever looks meanwhile finds all of it or nothing.
    const partial = join(folder, `.${program}-${process.pid}`);
    copyFileSync(file, partial);
    renameSync(partial, join(folder, program));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function runGo(parameters, cwd) {
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local', GOWORK: 'off' };
  const installed = '/usr/local/go/bin/go';
  const command = existsSync(installed) ? installed : 'go';
  const { status, stderr, error } = spawnSync(command, parameters, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (error !== undefined) throw new Error(`Go ${goVersion} is needed: ${error.message}`);
  if (status !== 0) throw new Error(`go ${parameters.slice(0, 2).join(' ')} failed:\n${stderr.trim().slice(-2000)}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    console.log(findAssets() ?? buildAssets());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
