import { nearest } from '../config/schema/schema-errors.js';
import { compareVersions } from './compare-versions.js';
import { type PluginKind, registrationName } from './manifest.js';
import { PluginError } from './plugin-error.js';
import type { PluginRow } from './plugin-row.js';

/**
 * The plugin that `wanted` names: a registration name (`sqlite`), a package name (`sqlite-storage`, `@acme/sqlite-storage`), either
 * pinned by `@1`, `@1.2` or `@1.2.3`. The highest version that fits wins.
 */
export function selectPlugin(rows: readonly PluginRow[], wanted: string, kind: PluginKind = 'storage'): PluginRow {
  const at = wanted.lastIndexOf('@');
  const name = at > 0 ? wanted.slice(0, at) : wanted;
  const pin = at > 0 ? wanted.slice(at + 1) : undefined;
  const installed = rows.filter((row) => isOf(row, kind) && isCalled(row, name));
  const usable = installed.filter((row) => row.state === 'ok' || row.state === 'shadowed');
  const fitting = usable.filter((row) => pin === undefined || fits(row.version ?? '', pin));
  const best = fitting.reduce<PluginRow | undefined>(
    (winner, row) => (winner && compareVersions(winner.version ?? '', row.version ?? '') >= 0 ? winner : row),
    undefined,
  );
  if (best !== undefined) return best;
  if (installed.length === 0) throw notInstalled(rows, name, kind);
  throw unusable({ installed, usable, wanted, pin, kind });
}

/** A row without a kind, of a broken plugin, goes by its name. */
function isOf(row: PluginRow, kind: PluginKind): boolean {
  if (row.kind !== undefined) return row.kind === kind;
  return kind === 'storage' ? !/-synchro(@|\.|$)/.test(row.name) : /-synchro(@|\.|$)/.test(row.name);
}

function isCalled(row: PluginRow, name: string): boolean {
  if (name.startsWith('@')) return row.packageName === name;
  if (row.state === 'skipped' || row.unreadableFolder) return false;
  const rowName =
    row.packageName === undefined ? row.name.replace(/\.[cm]?js$/, '').replace(/(?<=.)@.*$/, '') : row.name;
  return registrationName(rowName) === registrationName(name);
}

function fits(version: string, pin: string): boolean {
  if (compareVersions(version, pin) === 0 && /^\d+\.\d+\.\d+/.test(pin)) return true;
  return /^\d+(\.\d+)?$/.test(pin) && version.startsWith(`${pin}.`);
}

function notInstalled(rows: readonly PluginRow[], name: string, kind: PluginKind): PluginError {
  const names = [...new Set(rows.filter((row) => row.state === 'ok' && isOf(row, kind)).map((row) => row.name))].sort();
  const meant = nearest(registrationName(name), names);
  const violations = rows
    .filter((row) => row.unreadableFolder || row.state === 'broken' || row.state === 'incompatible')
    .map((row) => `${row.folder}: ${row.reason}`);
  const there = names.length === 0 ? 'none is installed' : `installed: ${names.join(', ')}`;
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return new PluginError('NOT_FOUND', `${kind} plugin "${name}" not found; ${there}${hint}`, { violations });
}

interface Unusable {
  readonly installed: readonly PluginRow[];
  readonly usable: readonly PluginRow[];
  readonly wanted: string;
  readonly pin: string | undefined;
  readonly kind: PluginKind;
}

function unusable({ installed, usable, wanted, pin, kind }: Unusable): PluginError {
  const violations = installed.map((row) => `${row.version ?? row.name} in ${row.folder}: ${row.reason ?? 'usable'}`);
  if (usable.length > 0) {
    const versions = usable.map((row) => row.version).join(', ');
    return new PluginError(
      'NOT_FOUND',
      `${kind} plugin "${wanted}": no version ${pin} is usable; these are: ${versions}`,
      { violations },
    );
  }
  const broken = installed.some((row) => row.state === 'broken');
  const what = broken ? 'its manifest cannot be used' : 'no installed version speaks the contract of this host';
  return new PluginError(broken ? 'BROKEN' : 'INCOMPATIBLE', `${kind} plugin "${wanted}" was found, but ${what}`, {
    violations,
  });
}
