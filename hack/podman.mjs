// A podman of one's own: its images, containers and settings lie in one folder, beside those of whoever calls it, and go with it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importRoot } from './machine-image.mjs';

/** How to have it, for whoever lacks it. */
export const howToHavePodman =
  'podman with crun or runc, conmon and catatonit (Debian, Ubuntu: apt-get install podman catatonit)';

/** One that ran a container to its end here, or why there is none: `missing` where it is not installed, else `refusal`, what was tried with what was said. */
export function openPodman() {
  if (spawnSync('podman', ['--version']).error !== undefined)
    return { missing: `there is no podman: ${howToHavePodman}` };
  const refusals = [];
  for (const driver of ['overlay', 'vfs']) {
    for (const runtime of ['crun', 'runc']) {
      const folder = mkdtempSync(join(tmpdir(), 'clusterdex-podman-'));
      const podman = configure(folder, { driver, runtime });
      const fault = faultOf(podman);
      if (fault === undefined) return { podman };
      refusals.push(`${runtime} on ${driver}: ${fault}`);
      podman.close();
    }
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
  ];
  const storage = ['[storage]', `driver = "${driver}"`, `graphroot = ${at('graph')}`, `runroot = ${at('run')}`];
  writeFileSync(join(folder, 'containers.conf'), `${settings.join('\n')}\n`);
  writeFileSync(join(folder, 'storage.conf'), `${storage.join('\n')}\n`);
  const environment = {
    ...process.env,
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
    /** Ends and removes all that was made with it. */
    close() {
      spawn(['pod', 'rm', '--all', '--force', '--time', '0']);
      spawn(['system', 'reset', '--force']);
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

/** By the smallest container that there is. */
function faultOf(podman) {
  try {
    importRoot(podman, { tag: 'localhost/clusterdex-probe', programs: ['sh'] });
    podman.run('run', '--rm', '--network', 'host', 'localhost/clusterdex-probe', 'sh', '-c', 'exit 0');
    return undefined;
  } catch (error) {
    return error.message.split('Error: ').at(-1);
  }
}

function isMounted(path) {
  return readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .some((line) => line.split(' ')[1] === path);
}
