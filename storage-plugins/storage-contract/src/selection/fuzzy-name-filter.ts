import type { NameFilter } from '../list-options.js';
import { asciiLower } from './ascii-lower.js';

/** The filter of `fuzzyNames` as a function of a name. */
export function compileFuzzyNameFilter(filter: NameFilter): (name: string) => boolean {
  const wanted = filter.in?.map(asciiLower);
  const unwanted = (filter.notIn ?? []).map(asciiLower);
  return (name) => {
    const lower = asciiLower(name);
    const contains = (part: string) => lower.includes(part);
    return (wanted === undefined || wanted.some(contains)) && !unwanted.some(contains);
  };
}
