#!/usr/bin/env node
// What runs, and nothing else, in one folder: node hack/assemble.mjs <folder> [--storages "sqlite postgres"]. The server as it is compiled, the storages
// that are named (all of them unless told), the steps of the synchro, and the packages that these need at run time. The Dockerfile does it for an image.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(import.meta.dirname, '..');
const workspaces = join(root, 'storage-plugins');
const template = 'sample-storage';

/** Sources of what is compiled already, types, maps and documentation: of no use to a process that runs. */
const unused =
  /(?:\.(?:d\.[cm]?ts|map|md|markdown|gyp|gypi|o|a|c|cc|cpp|h|hpp)|^(?:obj|obj\.target|\.deps|\.github|deps|docs?|tests?|__tests__|benchmarks?))$/i;

/** Names of the storages that come with the server, without `-storage`. */
export function bundledStorages() {
  return readdirSync(workspaces)
    .filter((name) => name.endsWith('-storage') && name !== template)
    .map((name) => name.slice(0, -'-storage'.length));
}

/** Writes `folder` anew. Throws for a storage that there is not. */
export function assemble(folder, storages = bundledStorages()) {
  const unknown = storages.filter((name) => !bundledStorages().includes(name));
  if (unknown.length > 0) {
    throw new Error(`there is no storage ${unknown.join(', ')}; there are ${bundledStorages().join(', ')}`);
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'LICENSE', 'NOTICE', 'assets']) copy(join(root, name), join(folder, name));
  copy(join(root, 'dist', 'src'), join(folder, 'dist', 'src'));
  const main = join(folder, 'dist', 'src', 'main.js');
  chmodSync(main, 0o755);
  mkdirSync(join(folder, 'bin'));
  symlinkSync(relative(join(folder, 'bin'), main), join(folder, 'bin', 'clusterdex'));

  const left = new Set(
    bundledStorages()
      .filter((name) => !storages.includes(name))
      .map((name) => `${name}-storage`),
  );
  const copied = new Map();
  copyDependencies(root, { into: folder, folder, left, copied });
  return [...copied.keys()].sort();
}

/** Workspaces are plugins: they go where the server looks for them, and node_modules leads there. */
function copyDependencies(source, { into, folder, left, copied }) {
  const { dependencies = {} } = readManifest(source);
  for (const name of Object.keys(dependencies)) {
    // Types are of no use to a process that runs.
    if (left.has(name) || name.startsWith('@types/')) continue;
    const found = find(name, source);
    const isWorkspace = dirname(found) === realpathSync(workspaces);
    const target = isWorkspace
      ? join(folder, 'storage-plugins', basename(found))
      : join(placeOf(found, { into, folder, name }), name);
    if (copied.get(target) !== undefined) continue;
    copied.set(target, found);
    if (isWorkspace) {
      copy(join(found, 'package.json'), join(target, 'package.json'));
      copy(join(found, 'dist', 'src'), join(target, 'dist', 'src'));
      const link = join(folder, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(relative(dirname(link), target), link);
    } else copy(found, target, (path) => !path.startsWith(join(found, 'node_modules')));
    copyDependencies(found, { into: target, folder, left, copied });
  }
}

/** As npm laid it out: at the top, or below the one package that needs another version. */
function placeOf(found, { into, folder, name }) {
  const isTop = found === resolvedTop(name);
  return join(isTop ? folder : into, 'node_modules');
}

function resolvedTop(name) {
  const path = join(root, 'node_modules', name);
  return existsSync(path) ? realpathSync(path) : undefined;
}

function find(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name);
    if (existsSync(path)) return realpathSync(path);
    if (folder === dirname(folder)) break;
  }
  const top = resolvedTop(name);
  if (top === undefined) throw new Error(`${name} is not installed: run npm ci`);
  return top;
}

function copy(from, to, isWanted = () => true) {
  if (!existsSync(from)) throw new Error(`${from} is not there: run npm run build`);
  // Licences stay, and every module, whatever its folder is called.
  const isUsed = (path) => {
    const name = basename(path);
    if (path === from || /^(?:licen[cs]e|notice|copying)(?:\.(?:md|txt)|-.*)?$/i.test(name)) return true;
    if (/\.test\.[cm]?js$/.test(name)) return false;
    return !unused.test(name) || /\.[cm]?js$/.test(name) || isModuleFolder(path);
  };
  cpSync(from, to, { recursive: true, filter: (path) => isWanted(path) && isUsed(path) });
}

/** Some packages keep modules in a folder that is called as if it held documentation or sources of others. */
function isModuleFolder(path) {
  return (
    /^(?:docs?|deps)$/i.test(basename(path)) &&
    existsSync(path) &&
    readdirSync(path).some((name) => /\.[cm]?js$/.test(name))
  );
}

function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [folder, flag, names] = process.argv.slice(2);
  if (folder === undefined || (flag !== undefined && flag !== '--storages')) {
    console.error('usage: node hack/assemble.mjs <folder> [--storages "sqlite postgres"]');
    process.exitCode = 2;
  } else {
    const storages = names?.split(/[\s,]+/).filter(Boolean);
    const packages = assemble(resolve(folder), storages?.length ? storages : undefined);
    console.log(`${packages.length} packages in ${folder}`);
  }
}
