import { readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { PluginError } from './plugin-error.js';
import type { PluginRow } from './plugin-row.js';

/** The file to import: the plugin resolved by its own name from its own package.json, so that Node's `exports` rules apply. */
export function resolveEntry(plugin: PluginRow): string {
  const root = realpathSync(plugin.folder);
  if (statSync(root).isFile()) return root;
  let entry: string;
  try {
    entry = resolvePackage(root, plugin.packageName ?? plugin.name);
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    const violations = [`its entry cannot be resolved (is it built?): ${cause.message.split('\n')[0]}`];
    throw new PluginError(
      'LOAD_FAILED',
      `${plugin.kind ?? 'storage'} plugin "${plugin.name}" was found in ${plugin.folder}, but`,
      {
        violations,
        cause,
      },
    );
  }
  if (!entry.startsWith(root + sep)) {
    const violations = [`its entry leads out of its folder, to ${entry}`];
    throw new PluginError(
      'LOAD_FAILED',
      `${plugin.kind ?? 'storage'} plugin "${plugin.name}" was found in ${plugin.folder}, but`,
      {
        violations,
      },
    );
  }
  return entry;
}

function resolvePackage(root: string, packageName: string): string {
  const path = join(root, 'package.json');
  const require = createRequire(path);
  const { exports } = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')) as { exports?: unknown };
  if (exports === undefined) return require.resolve(root);
  try {
    return require.resolve(packageName);
  } catch (error) {
    const notExported = error instanceof Error && 'code' in error && error.code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
    const imported = notExported ? importTarget(exports) : undefined;
    if (imported === undefined) throw error;
    return realpathSync(join(root, imported));
  }
}

/** `require.resolve` knows no entry that is exported to `import` alone. */
function importTarget(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports.startsWith('./') ? exports : undefined;
  if (Array.isArray(exports)) return exports.map(importTarget).find((target) => target !== undefined);
  if (typeof exports !== 'object' || exports === null) return undefined;
  if ('.' in exports) return importTarget(exports['.']);
  for (const [condition, target] of Object.entries(exports)) {
    if (!['node', 'import', 'module-sync', 'default'].includes(condition)) continue;
    const found = importTarget(target);
    if (found !== undefined) return found;
  }
  return undefined;
}
