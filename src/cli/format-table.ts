/** Columns as wide as their widest cell, two spaces apart; numbers stay where they begin. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows].map((row) => row.map(printable));
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names may hold anything, line breaks and terminal codes too. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
