import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { isPluginName, type ManifestResult, pluginStem, readFileManifest, readFolderManifest } from './manifest.js';
import { negotiate, spokenContracts } from './negotiate.js';
import type { PluginRow } from './plugin-row.js';
import { markShadowed } from './shadow.js';
import { templateName } from './template-folder.js';

export interface DiscoverOptions {
  /**
   * The folder of the plugins that come with the server: a `storage-plugins` or a `node_modules`. What is no plugin there is no
   * row, and links are followed wherever they lead, because npm puts them there.
   */
  readonly bundled?: string;
  /** Another such folder: of plugins that are single files of the server's own. */
  readonly bundledFiles?: string;
  /** Contracts that the host speaks; for tests. */
  readonly spoken?: readonly string[];
}

/**
 * A row for everything that lies in the folders, in their order, the bundled folder last. Reads manifests only; no code runs.
 * Never rejects: what cannot be read is a row with its reason.
 */
export async function discoverPlugins(folders: readonly string[], options: DiscoverOptions = {}): Promise<PluginRow[]> {
  const rows: PluginRow[] = [];
  const searched = new Set<string>();
  for (const folder of folders) rows.push(...from('folder', await searchFolder(resolve(folder), searched, options)));
  for (const folder of [options.bundledFiles, options.bundled]) {
    if (folder === undefined) continue;
    const bundled = await searchFolder(resolve(folder), searched, { ...options, trusted: true });
    rows.push(
      ...from(
        'bundled',
        bundled.filter((row) => row.state !== 'skipped'),
      ),
    );
  }
  return markShadowed(rows);
}

function from(origin: 'bundled' | 'folder', rows: readonly PluginRow[]): readonly PluginRow[] {
  return rows.map((row) => ({ ...row, origin }));
}

/** The row of one path that is meant to be a plugin, whatever lies there. */
export async function discoverPlugin(path: string, options: DiscoverOptions = {}): Promise<PluginRow> {
  const folder = resolve(path);
  try {
    const target = await realpath(folder);
    const read = (await stat(target)).isFile() ? readFileManifest : readFolderManifest;
    return toRow(folder, await read(target), options);
  } catch (error) {
    const reason = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return { name: basename(folder), folder, state: 'broken', reason };
  }
}

interface SearchOptions extends DiscoverOptions {
  readonly trusted?: boolean;
}

async function searchFolder(folder: string, searched: Set<string>, options: SearchOptions): Promise<PluginRow[]> {
  let root: string;
  let entries: string[];
  try {
    root = await realpath(folder);
    if (searched.has(root)) return [];
    searched.add(root);
    const found = await stat(root);
    if (found.isFile()) return [toRow(folder, await readFileManifest(root), options)];
    const own = await readFolderManifest(root);
    if ('manifest' in own || !own.absent) return [toRow(folder, own, options)];
    entries = (await readdir(root)).sort();
  } catch (error) {
    const reason = `the folder cannot be searched: ${error instanceof Error ? error.message : String(error)}`;
    return [{ name: basename(folder), folder, state: 'broken', reason, unreadableFolder: true }];
  }
  const rows = await Promise.all(entries.map((entry) => inspect(join(folder, entry), root, options)));
  return rows.flat();
}

async function inspect(path: string, root: string, options: SearchOptions): Promise<PluginRow[]> {
  const entry = basename(path);
  const skip = (reason: string): PluginRow[] => [{ name: entry, folder: path, state: 'skipped', reason }];
  if (entry.startsWith('.')) return skip('a dotfile');
  if (entry === 'lost+found') return skip('a folder of the file system');
  const meant = isPluginName(pluginStem(entry));
  const scope = entry.startsWith('@');
  if (options.trusted && ((!meant && !scope) || entry === templateName)) return [];
  const broken = (reason: string): PluginRow[] =>
    meant ? [{ name: entry, folder: path, state: 'broken', reason }] : skip(reason);
  try {
    const target = await realpath(path);
    if (!options.trusted && !isInside(target, root)) return broken(`a link that leaves the folder, to ${target}`);
    const found = await stat(target);
    if (found.isFile()) {
      if (!meant || !/\.[cm]?js$/.test(entry))
        return skip('a file that is no plugin: one is called <name>-storage.mjs, .js or .cjs, or <name>-synchro');
      return [toRow(path, await readFileManifest(target), options)];
    }
    if (!found.isDirectory()) return skip('neither a file nor a folder');
    if (scope)
      return (
        await Promise.all((await readdir(target)).sort().map((name) => inspect(join(path, name), root, options)))
      ).flat();
    if (entry.startsWith('storage-')) return skip('a library: a plugin is called <name>-storage');
    if (!meant) return skip('not called <name>-storage or <name>-synchro');
    if (!options.trusted && !(await holdsManifest(target, root))) {
      return broken('its package.json is a link that leaves the folder');
    }
    const manifest = await readFolderManifest(target);
    if (options.trusted && 'violations' in manifest && manifest.absent) return [];
    return [toRow(path, manifest, options)];
  } catch (error) {
    return broken(`cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whether the package.json lies within the folder that is searched; one that is not there is told of when it is read. */
async function holdsManifest(plugin: string, root: string): Promise<boolean> {
  try {
    return isInside(await realpath(join(plugin, 'package.json')), root);
  } catch {
    return true;
  }
}

function toRow(folder: string, result: ManifestResult, options: DiscoverOptions): PluginRow {
  if ('violations' in result) {
    const { violations } = result;
    return { name: basename(folder), folder, state: 'broken', reason: violations.join('; '), violations };
  }
  const { manifest } = result;
  const reason = negotiate(manifest.contract, options.spoken ?? spokenContracts[manifest.kind]);
  return { ...manifest, folder, ...(reason === undefined ? { state: 'ok' } : { state: 'incompatible', reason }) };
}

function isInside(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}
