import type { PluginRow } from '../plugin-host/plugin-row.js';

/** A row of `plugins list`. */
export interface ListedPlugin extends PluginRow {
  /** As hashPlugin says it. */
  readonly hash?: string;
}

const headings = ['NAME', 'KIND', 'VERSION', 'CONTRACT', 'STATE', 'ORIGIN', 'HASH', 'FOLDER', 'REASON'];
const hashDigits = 12;

/** The rows as an aligned table, one line each. */
export function formatPluginTable(rows: readonly ListedPlugin[]): string {
  const cells = rows.map(({ name, kind, version, contract, state, origin, hash, folder, reason }) =>
    [name, kind, version, contract, state, origin, hash?.slice(0, hashDigits), folder, reason].map(printable),
  );
  const table = [headings, ...cells];
  const widths = headings.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

/** Names of files may hold anything, line breaks and terminal codes too. */
function printable(text = ''): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
