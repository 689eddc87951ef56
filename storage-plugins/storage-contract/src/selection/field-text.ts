/**
 * The text by which a field is compared: a string as it is, a number in its shortest decimal form, a boolean as `true` or `false`, an
 * object or list as compact JSON; undefined for null and absent.
 */
export function fieldText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return undefined;
  return typeof value === 'object' ? compactJson(value) : String(value);
}

/** Not JSON.stringify: the integers of parseFields may be bigint. */
function compactJson(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(compactJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${compactJson(member)}`);
  return `{${members.join(',')}}`;
}
