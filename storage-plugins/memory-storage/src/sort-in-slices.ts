import type { Pacer } from './pacer.js';

const run = 512;

/** A stable merge sort that lets the process breathe: a hundred thousand items in one call of sort() take half a second. */
export async function sortInSlices<Item>(
  items: readonly Item[],
  compare: (a: Item, b: Item) => number,
  pacer: Pacer,
): Promise<Item[]> {
  let runs: Item[][] = [];
  for (let start = 0; start < items.length; start += run) {
    runs.push(items.slice(start, start + run).sort(compare));
    await pacer.pause();
  }
  while (runs.length > 1) {
    const merged: Item[][] = [];
    for (let i = 0; i < runs.length; i += 2)
      merged.push(await merge(runs[i] ?? [], runs[i + 1] ?? [], { compare, pacer }));
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge<Item>(
  a: readonly Item[],
  b: readonly Item[],
  { compare, pacer }: { compare: (a: Item, b: Item) => number; pacer: Pacer },
): Promise<Item[]> {
  const merged: Item[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (pacer.due()) await pacer.pause();
    merged.push((compare(a[i] as Item, b[j] as Item) <= 0 ? a[i++] : b[j++]) as Item);
  }
  return merged.concat(a.slice(i), b.slice(j));
}
