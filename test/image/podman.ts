import type { SpawnSyncOptions, SpawnSyncReturns } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repositoryRoot } from '../support/clusterdex.js';

/** Of hack/podman.mjs. */
export interface Podman {
  readonly folder: string;
  readonly driver: string;
  readonly runtime: string;
  readonly environment: NodeJS.ProcessEnv;
  spawn(parameters: readonly string[], options?: SpawnSyncOptions): SpawnSyncReturns<string>;
  run(...parameters: readonly string[]): string;
  close(): void;
}

interface PodmanScript {
  openPodman(): { readonly podman?: Podman; readonly missing?: string; readonly refusal?: string };
}

interface MachineImageScript {
  makeRuntimeImage(podman: Podman, tag: string): void;
  makeBuildImage(podman: Podman, options: { readonly tag: string; readonly root: string }): readonly string[];
  machineName(): string;
}

const script = (name: string) => import(pathToFileURL(join(repositoryRoot, 'hack', name)).href);

export const { openPodman } = (await script('podman.mjs')) as PodmanScript;
export const { makeRuntimeImage, makeBuildImage, machineName } = (await script(
  'machine-image.mjs',
)) as MachineImageScript;
