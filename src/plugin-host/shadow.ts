import { compareVersions } from './compare-versions.js';
import type { PluginRow } from './plugin-row.js';

/** Of several usable plugins of one name the highest version wins, of equal versions the one found first; the others say so. */
export function markShadowed(rows: readonly PluginRow[]): PluginRow[] {
  const winners = new Map<string, PluginRow>();
  for (const row of rows) {
    if (row.state !== 'ok') continue;
    const winner = winners.get(keyOf(row));
    if (winner === undefined || compareVersions(row.version ?? '', winner.version ?? '') > 0)
      winners.set(keyOf(row), row);
  }
  return rows.map((row) => {
    const winner = winners.get(keyOf(row));
    if (row.state !== 'ok' || winner === undefined || winner === row) return row;
    const same = compareVersions(row.version ?? '', winner.version ?? '') === 0;
    const how = same
      ? `the same version lies in ${winner.folder}, which comes first`
      : `${winner.version} in ${winner.folder} is newer; ${row.name}@${row.version} selects this one`;
    return { ...row, state: 'shadowed', reason: how };
  });
}

/** Plugins of two kinds may have one name. */
function keyOf({ kind, name }: PluginRow): string {
  return `${kind}/${name}`;
}
