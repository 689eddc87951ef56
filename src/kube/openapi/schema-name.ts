/** The name of a schema that no library has: the group backwards, as in a domain, then version and kind. */
export function schemaName(group: string, version: string, kind: string): string {
  return [...group.split('.').reverse(), version, kind].filter((part) => part !== '').join('.');
}
