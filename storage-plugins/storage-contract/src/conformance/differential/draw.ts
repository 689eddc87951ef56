import { createRandom } from '../random.js';

/** Choices at random; the same seed makes the same ones. */
export interface Draw {
  chance(probability: number): boolean;
  /** 0 <= integer < bound. */
  integer(bound: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** Between one and `most` of them, in their order of choice; an item may come twice. */
  several<Item>(most: number, draw: () => Item): readonly Item[];
}

export function createDraw(seed: number): Draw {
  const random = createRandom(seed);
  const integer = (bound: number) => Math.floor(random() * bound);
  return {
    integer,
    chance: (probability) => random() < probability,
    pick: (items) => items[integer(items.length)] as (typeof items)[number],
    several: (most, draw) => Array.from({ length: 1 + integer(most) }, draw),
  };
}
