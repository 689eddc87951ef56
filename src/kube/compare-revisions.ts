import { compareResourceVersions } from '@clusterdex/storage-contract/selection';

/** Negative, 0 or positive as decimal numbers of any length; 0 when one of them is none. */
export function compareRevisions(a: string, b: string): number {
  return compareResourceVersions(a, b);
}
