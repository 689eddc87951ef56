import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

interface PackedManifest {
  readonly name: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Packs every package of a checkout with npm; the paths of the tarballs. */
export async function packAll(root: string, folder: string): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true });
  const parameters = ['pack', '--workspaces', '--include-workspace-root', '--ignore-scripts', '--pack-destination'];
  await execute('npm', [...parameters, folder], { cwd: root });
  return readdirSync(folder).map((file) => join(folder, file));
}

/**
 * Installs tarballs side by side, as npm would. Of what is installed in the checkout they get links to the dependencies that they
 * declare and to nothing else; npm itself would unpack 160 megabytes.
 */
export async function installPacked(root: string, tarballs: readonly string[], folder: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  const declared = new Set<string>();
  for (const tarball of tarballs) {
    const manifest = await unpack(tarball, modules);
    for (const name of Object.keys(manifest.dependencies ?? {})) declared.add(name);
    for (const [name, path] of Object.entries(manifest.bin ?? {})) {
      const program = join(modules, manifest.name, path);
      chmodSync(program, 0o755);
      link(program, join(modules, '.bin', name));
    }
  }
  for (const name of declared) {
    if (!existsSync(join(modules, name))) link(join(root, 'node_modules', name), join(modules, name));
  }
}

async function unpack(tarball: string, modules: string): Promise<PackedManifest> {
  const { stdout } = await execute('tar', ['-xzOf', tarball, 'package/package.json']);
  const manifest = JSON.parse(stdout) as PackedManifest;
  const folder = join(modules, manifest.name);
  mkdirSync(folder, { recursive: true });
  await execute('tar', ['-xzf', tarball, '-C', folder, '--strip-components', '1']);
  return manifest;
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}
