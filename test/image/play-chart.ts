import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ApiServer, startApiServer } from '../support/api-server.js';
import { createCertificateAuthority } from '../support/certificate-authority.js';
import { repositoryRoot } from '../support/clusterdex.js';
import { frontProxyFlags } from '../support/front-proxy-flags.js';
import { buildImages, type Images } from './build-images.js';
import { deviations, type PodTemplate, podOf } from './kubelet.js';
import type { Podman } from './podman.js';

export { deviations };

/** The chart as Helm installed it, its pod as podman plays it. */
export interface PlayedChart {
  readonly images: Images;
  /** The API server that it is installed on, which sends clusterpedia.io on to the pod. */
  readonly host: ApiServer;
  /** Of an admin of the API server. */
  readonly kubeconfig: string;
  /** What the job of certificates printed. */
  readonly job: string;
  /** Name of the container of the server, and of that which copies the plugin. */
  readonly server: string;
  readonly copier: string;
  exitCode(container: string): number;
  logs(container: string): string;
  /** What a program in the container prints. Throws with what it says. */
  execute(container: string, ...command: readonly string[]): string;
  /** Ends the pod as a kubelet does: SIGTERM, and SIGKILL after the grace period of the chart; seconds that it took. */
  terminate(): number;
  close(): Promise<void>;
}

interface PlayOptions {
  readonly podman: Podman;
  readonly helm: string;
  readonly isPulled?: boolean;
  /** What happens at the moment. */
  readonly say?: (line: string) => void;
}

const namespace = 'clusterdex-system';
const base = '/apis/clusterpedia.io/v1beta1';
const patience = 120_000;

/** Builds the images, installs the chart with the sample plugin on an API server of its own, and plays its job of certificates and its pod. */
export async function playChart({ podman, helm, isPulled, say = () => {} }: PlayOptions): Promise<PlayedChart> {
  const begun = performance.now();
  const tell = (line: string) => say(`${((performance.now() - begun) / 1000).toFixed(1).padStart(6)}s  ${line}`);
  tell(`podman runs containers by ${podman.runtime} on ${podman.driver}; building the images`);
  const images = buildImages(podman, { isPulled: isPulled ?? false });
  tell(`the images of the server and of the plugin are built on ${images.base}`);
  const host = await startHost(podman.folder);
  const close = async () => {
    podman.spawn(['pod', 'rm', '--all', '--force', '--time', '0']);
    await host.stop();
  };
  try {
    const kubeconfig = join(podman.folder, 'kubeconfig');
    writeFileSync(kubeconfig, host.kubeconfig());
    const port = await freePort();
    install(helm, { images, kubeconfig, port });
    // There is no kube-proxy that would lead to the pod.
    await host.client.json(`/api/v1/namespaces/${namespace}/services/clusterdex`, 'PATCH', {
      spec: { type: 'ExternalName', externalName: 'localhost', clusterIP: null, clusterIPs: null },
    });
    tell('helm installed the chart on an API server');
    const play = async (kind: string, name: string) => {
      const { spec } = await host.client.json<{ spec: { template: PodTemplate } }>(`${kind}/${name}`);
      return playPod(podman, await podOf(host, options(podman, name, spec.template)));
    };
    await play(`/apis/batch/v1/namespaces/${namespace}/jobs`, 'clusterdex-certificates-1');
    const jobContainer = 'clusterdex-certificates-1-certificates';
    const jobCode = podman.run('wait', jobContainer).trim();
    const job = podman.run('logs', jobContainer);
    if (jobCode !== '0') throw new Error(`the job of certificates ends with ${jobCode}:\n${job}`);
    tell('the job of certificates is done');
    await play(`/apis/apps/v1/namespaces/${namespace}/deployments`, 'clusterdex');
    const server = 'clusterdex-server';
    const logs = (container: string) => {
      const { stdout, stderr } = podman.spawn(['logs', container]);
      return stdout + stderr;
    };
    await until(
      async () => {
        if (podman.run('inspect', '--format', '{{.State.Status}}', server).trim() === 'exited') {
          throw new Error(`the server ended before it was ready:\n${logs(server)}`);
        }
        return (await statusOf(port, '/livez')) === 200 && (await statusOf(port, '/readyz')) === 200;
      },
      `the server to be ready, which says:\n${logs(server)}`,
    );
    tell('the pod is ready');
    await until(
      async () => (await host.client.text(base)).status === 200,
      'the API server to send clusterpedia.io to the pod',
    );
    tell('the API server sends clusterpedia.io to the pod');
    return {
      images,
      host,
      kubeconfig,
      job,
      server,
      copier: 'clusterdex-plugin-storage',
      exitCode: (container) => Number(podman.run('inspect', '--format', '{{.State.ExitCode}}', container)),
      logs,
      execute: (container, ...command) => podman.run('exec', container, ...command),
      terminate() {
        const before = performance.now();
        podman.run('pod', 'stop', '--time', '40', 'clusterdex');
        return (performance.now() - before) / 1000;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function options(podman: Podman, name: string, template: PodTemplate) {
  return { name, namespace, template, folder: join(podman.folder, 'kubelet', name) };
}

/** An API server with an aggregation layer. */
async function startHost(folder: string): Promise<ApiServer> {
  const proxies = await createCertificateAuthority('proxies');
  const front = await proxies.issue({ subject: 'CN=front-proxy-client' });
  mkdirSync(join(folder, 'host'), { recursive: true });
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, 'host', name), text, { mode: 0o600 });
    return join(folder, 'host', name);
  };
  return startApiServer({ flags: frontProxyFlags({ proxies, front, write }) });
}

function install(
  helm: string,
  { images, kubeconfig, port }: { readonly images: Images; readonly kubeconfig: string; readonly port: number },
): void {
  const [repository, tag] = images.server.split(':');
  const values = {
    'image.repository': repository,
    'image.tag': tag,
    'storage.name': 'sample',
    'storage.image': images.plugin,
    // Ports of this machine: somebody else may have the chart's own.
    'server.securePort': port,
    'server.service.port': port,
    'server.shutdownDelaySeconds': 1,
  };
  const chart = join(repositoryRoot, 'charts', 'clusterdex');
  const where = ['--namespace', namespace, '--create-namespace', '--kubeconfig', kubeconfig];
  const set = Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const { status, stderr } = spawnSync(helm, ['install', 'clusterdex', chart, ...where, ...set], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`helm install: ${stderr}`);
}

function playPod(podman: Podman, pod: object): void {
  const file = join(podman.folder, 'pod.yaml');
  writeFileSync(file, JSON.stringify(pod));
  podman.run('play', 'kube', file);
}

/** As a kubelet probes: without looking at the certificate. Zero where nobody answers. */
function statusOf(port: number, path: string): Promise<number> {
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, path, rejectUnauthorized: false, timeout: 5000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', () => resolve(0));
    asked.on('timeout', () => asked.destroy());
    asked.end();
  });
}

async function until(is: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + patience;
  while (!(await is())) {
    if (performance.now() > deadline) throw new Error(`waited ${patience / 1000} seconds in vain for ${what}`);
    await delay(200);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}
