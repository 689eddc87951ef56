// A podman of one's own: its images, containers and settings lie in one folder, beside those of whoever calls it, and go with it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importRoot } from './machine-image.mjs';

/** How to have it, for whoever lacks it. */
export const howToHavePodman =
  'podman with crun or runc, conmon and catatonit (Debian, Ubuntu: apt-get install podman catatonit)';

const candidates = ['overlay', 'vfs'].flatMap((driver) => ['crun', 'runc'].map((runtime) => ({ runtime, driver })));

/**
 * One that ran a container to its end here, or why there is none: `missing` where it is not installed, else `refusal`, what was tried with what was said.
 * `CLUSTERDEX_PODMAN`, its runtime and driver, spares to try others.
 */
export function openPodman({ CLUSTERDEX_PODMAN: known } = process.env) {
  if (process.platform !== 'linux')
    return { refusal: `podman runs containers of this machine on Linux alone, and this is ${process.platform}` };
  if (spawnSync('podman', ['--version']).error !== undefined) {
    return { missing: `there is no podman: ${howToHavePodman}` };
  }
  const refusals = [];
  for (const { runtime, driver } of candidates) {
    if (known && known !== `${runtime} ${driver}`) continue;
    const folder = mkdtempSync(join(tmpdir(), 'clusterdex-podman-'));
    const podman = configure(folder, { driver, runtime });
    const fault = faultOf(podman);
    if (fault === undefined) return { podman };
    refusals.push(`${runtime} on ${driver}: ${fault}`);
    podman.close();
  }
  return { refusal: `podman cannot run containers here: ${refusals.join('; ')}` };
}

function configure(folder, { driver, runtime }) {
  const at = (name) => {
    mkdirSync(join(folder, name), { recursive: true });
    return JSON.stringify(join(folder, name));
  };
  const settings = [
    '[containers]',
    `default_ulimits = [${ulimits()
      .map((limit) => JSON.stringify(limit))
      .join(', ')}]`,
    'log_driver = "k8s-file"',
    '[engine]',
    `runtime = "${runtime}"`,
    'events_logger = "none"',
    'lock_type = "file"',
    `tmp_dir = ${at('tmp')}`,
    ...(existsSync('/run/systemd/system') ? [] : ['cgroup_manager = "cgroupfs"']),
    '[network]',
    `network_config_dir = ${at('networks')}`,
  ];
  const storage = ['[storage]', `driver = "${driver}"`, `graphroot = ${at('graph')}`, `runroot = ${at('run')}`];
  writeFileSync(join(folder, 'containers.conf'), `${settings.join('\n')}\n`);
  writeFileSync(join(folder, 'storage.conf'), `${storage.join('\n')}\n`);
  // Else it would be the client of another podman, and remove what is there.
  const { CONTAINER_HOST: _host, CONTAINER_CONNECTION: _connection, ...own } = process.env;
  const environment = {
    ...own,
    CONTAINERS_CONF: join(folder, 'containers.conf'),
    CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
  };
  const spawn = (parameters, options) =>
    spawnSync('podman', parameters, {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      timeout: 600_000,
      ...options,
      env: environment,
    });
  return {
    folder,
    driver,
    runtime,
    environment,
    spawn,
    /** What it prints; throws with what it says. */
    run(...parameters) {
      const { status, stdout, stderr, error } = spawn(parameters);
      if (status === 0) return stdout;
      throw new Error(`podman ${parameters.join(' ')}: ${error?.message ?? (stderr.trim() || `ends with ${status}`)}`);
    },
    /** Ends and removes all that was made with it. By no `system reset`, which knows no bounds: where podman is a client of a machine, it takes the machine. */
    close() {
      spawn(['pod', 'rm', '--all', '--force', '--time', '0']);
      spawn(['rm', '--all', '--force', '--time', '0']);
      spawn(['rmi', '--all', '--force']);
      // Podman binds the storage onto itself, and leaves that where it could not start.
      if (isMounted(join(folder, 'graph', driver))) spawnSync('umount', [join(folder, 'graph', driver)]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** As many files and processes as this process may have: podman asks for more, which takes rights that not every machine gives. */
function ulimits() {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const most = Number(readFileSync('/proc/sys/kernel/pid_max', 'utf8'));
  const hard = (name) => Number(new RegExp(`^${name} +\\S+ +(\\d+)`, 'm').exec(limits)?.[1] ?? 1 << 20);
  const files = Math.min(hard('Max open files'), 1 << 20);
  const processes = Math.min(hard('Max processes'), most);
  return [`nofile=${files}:${files}`, `nproc=${processes}:${processes}`];
}

/** By the smallest pod with the limits that the chart's has, and the smallest image whose build runs something. */
function faultOf(podman) {
  const image = 'localhost/clusterdex-probe';
  try {
    importRoot(podman, { tag: image, programs: ['sh'] });
    const folder = join(podman.folder, 'probe');
    mkdirSync(folder);
    writeFileSync(join(folder, 'pod.yaml'), JSON.stringify(probePod(image)));
    podman.run('play', 'kube', join(folder, 'pod.yaml'));
    const code = podman.run('wait', 'probe-probe').trim();
    podman.run('pod', 'rm', '--force', 'probe');
    if (code !== '0') return `a container that does nothing ends with ${code}`;
    writeFileSync(join(folder, 'Dockerfile'), `FROM ${image}\nRUN exit 0\n`);
    podman.run('build', '--network', 'host', folder);
    return undefined;
  } catch (error) {
    return causeOf(error.message);
  }
}

/** The line that says why: the last one but for what follows from it. */
function causeOf(message) {
  const lines = message.split('\n').filter((line) => !/^Error: failed to start|a dependency of container/.test(line));
  return (lines.at(-1) ?? message).replace(/^.*?(?:Error: |starting container [0-9a-f]+: )/, '');
}

function probePod(image) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'probe' },
    spec: {
      hostNetwork: true,
      restartPolicy: 'Never',
      securityContext: { runAsUser: 65532, runAsGroup: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'probe',
          image,
          command: ['/bin/sh', '-c', 'exit 0'],
          resources: { requests: { cpu: '10m' }, limits: { memory: '64Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    },
  };
}

function isMounted(path) {
  return readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .some((line) => line.split(' ')[1] === path);
}
