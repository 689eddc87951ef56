import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own, of a few megabytes. */
export interface SmallDisk {
  readonly folder: string;
  resize(megabytes: number): void;
  remove(): void;
}

/** Undefined where this user may not mount anything. */
export function mountSmallDisk(megabytes: number): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'clusterdex-disk-'));
  const mount = (...parameters: readonly string[]): boolean =>
    spawnSync('mount', [...parameters, 'tmpfs', folder], { stdio: 'ignore' }).status === 0;
  mkdirSync(folder, { recursive: true });
  if (!mount('-t', 'tmpfs', '-o', `size=${megabytes}m`)) {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  return {
    folder,
    resize(size) {
      if (!mount('-t', 'tmpfs', '-o', `remount,size=${size}m`)) throw new Error(`${folder} cannot be resized`);
    },
    remove() {
      spawnSync('umount', [folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function canMount(): boolean {
  const disk = mountSmallDisk(1);
  disk?.remove();
  return disk !== undefined;
}
