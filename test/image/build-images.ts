import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from '../support/clusterdex.js';
import { machineName, makeBuildImage, makeRuntimeImage, type Podman } from './podman.js';

export interface Images {
  readonly server: string;
  readonly plugin: string;
  /** What they stand on. */
  readonly base: string;
}

const sample = 'storage-plugins/sample-storage';

/** Builds the images of the server and of the sample plugin by their Dockerfiles, on bases that are pulled or that are made of this machine. */
export function buildImages(podman: Podman, options: { readonly isPulled?: boolean } = {}): Images {
  const images = {
    server: 'localhost/clusterdex:played',
    plugin: 'localhost/sample-storage:played',
    base: options.isPulled ? 'the base images of the Dockerfiles' : machineName(),
  };
  const more = { server: ['--layers=false', '--network', 'host'], plugin: ['--layers=false'] };
  if (!options.isPulled) {
    const [runtime, build] = ['localhost/clusterdex-runtime', 'localhost/clusterdex-build'];
    makeRuntimeImage(podman, runtime);
    more.server.push('--build-arg', `RUNTIME_IMAGE=${runtime}`, '--build-arg', `BUILD_IMAGE=${build}`);
    more.server.push(...makeBuildImage(podman, { tag: build, root: repositoryRoot }));
    more.plugin.push('--build-arg', `BASE_IMAGE=${runtime}`);
  }
  script(podman, 'build-image.mjs', ['--tag', images.server, '--storages', 'sqlite', '--', ...more.server]);
  script(podman, 'build-plugin-image.mjs', [
    join(repositoryRoot, sample),
    '--tag',
    images.plugin,
    '--',
    ...more.plugin,
  ]);
  return images;
}

function script(podman: Podman, name: string, parameters: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(repositoryRoot, 'hack', name), '--builder', 'podman', ...parameters],
    { encoding: 'utf8', env: podman.environment, maxBuffer: 1 << 28 },
  );
  if (status !== 0) throw new Error(`${name} ends with ${status}:\n${`${stdout}\n${stderr}`.trim().slice(-4000)}`);
}
