import type { NameFilter } from '../list-options.js';

/** The filter as a function of a name. */
export function compileNameFilter(filter: NameFilter): (name: string) => boolean {
  const wanted = filter.in === undefined ? undefined : new Set(filter.in);
  const unwanted = new Set(filter.notIn);
  return (name) => (wanted === undefined || wanted.has(name)) && !unwanted.has(name);
}
