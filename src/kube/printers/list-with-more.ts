/** The first three joined by commas, and how many more there are. */
export function listWithMore(members: readonly string[], empty: string): string {
  const shown = members.slice(0, 3).join(',');
  if (members.length > 3) return `${shown} + ${members.length - 3} more...`;
  return shown === '' ? empty : shown;
}
