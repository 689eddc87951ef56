import { pathToFileURL } from 'node:url';
import { maskSecrets } from '../config/schema/secrets.js';
import { withDeadline } from './deadline.js';
import { PluginError } from './plugin-error.js';
import type { PluginRow } from './plugin-row.js';
import { resolveEntry } from './resolve-entry.js';

export interface LoadOptions {
  readonly deadline: number;
  readonly signal?: AbortSignal;
}

/** Modules by the file that was imported; one that threw or hangs is never imported again. */
const modules = new Map<string, Promise<Record<string, unknown>>>();

/** Imports the plugin, once for the life of the process, and answers its default export, unchecked. */
export async function loadPlugin(plugin: PluginRow, options: LoadOptions): Promise<unknown> {
  const entry = resolveEntry(plugin);
  let module = modules.get(entry);
  if (module === undefined) {
    module = import(pathToFileURL(entry).href) as Promise<Record<string, unknown>>;
    modules.set(entry, module);
  }
  const where = `${plugin.kind ?? 'storage'} plugin "${plugin.name}" in ${plugin.folder}`;
  let loaded: Awaited<ReturnType<typeof withDeadline<Record<string, unknown>>>>;
  try {
    loaded = await withDeadline(module, options.deadline, options);
  } catch (error) {
    throw loadError(where, entry, error);
  }
  if ('late' in loaded) {
    if (loaded.late === 'aborted')
      throw new PluginError('ABORTED', `${where}: the start was aborted while it was loading`);
    const message = `${where} did not finish loading within ${options.deadline} ms; does it await something at its top level?`;
    throw new PluginError('LOAD_TIMEOUT', message);
  }
  return defaultExport(where, loaded.value);
}

function defaultExport(where: string, module: Record<string, unknown>): unknown {
  const exported = module.default;
  if (exported === undefined) {
    const names = Object.keys(module);
    const found = names.length === 0 ? 'it exports nothing' : `it exports ${names.join(', ')}`;
    throw new PluginError('INVALID_PLUGIN', `${where} is no plugin`, {
      violations: [`has no default export; ${found}`],
    });
  }
  // Returned, it would be awaited, for ever perhaps.
  if (typeof exported === 'object' && exported !== null && 'then' in exported) {
    const violations = ['its default export is a promise: await it at the top level of the module'];
    throw new PluginError('INVALID_PLUGIN', `${where} is no plugin`, { violations });
  }
  // A TypeScript or Babel build to CommonJS: import() wraps its module.exports once more.
  if (typeof exported === 'object' && exported !== null && '__esModule' in exported && 'default' in exported)
    return exported.default;
  return exported;
}

function loadError(where: string, entry: string, error: unknown): PluginError {
  const cause = error instanceof Error ? error : new Error(String(error));
  const message = maskSecrets(cause.message);
  const code = 'code' in cause ? String(cause.code) : '';
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') {
    return new PluginError('LOAD_FAILED', `${where} could not be imported`, {
      violations: [`${cause.name}: ${message}`],
      cause,
    });
  }
  const missing = /Cannot find (?:package|module) '([^']+)'/.exec(cause.message)?.[1] ?? 'a module';
  const isPackage = !missing.startsWith('.') && !missing.startsWith('/') && !/^[a-z]:\\/i.test(missing);
  const violations = isPackage
    ? [
        `its dependency ${missing} is missing: run "npm install" in its folder, or bundle it (the server's own packages are not within its reach)`,
      ]
    : [`its file ${missing} is missing${missing === entry ? ': is it built?' : ''}`];
  return new PluginError('DEPENDENCY_MISSING', `${where} was found, but something that it imports was not`, {
    violations,
    cause,
  });
}
