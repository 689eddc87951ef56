/** A seeded source of random choices: the same seed gives the same choices on every machine. */
export interface Random {
  /** 0 <= number < 1. */
  next(): number;
  /** 0 <= integer < bound. */
  integer(bound: number): number;
  chance(probability: number): boolean;
  pick<T>(choices: readonly T[]): T;
  /** Between `least` and `most` different choices, in random order. */
  some<T>(choices: readonly T[], least: number, most: number): T[];
  /** Lower-case hexadecimal digits. */
  hex(length: number): string;
  uuid(): string;
}

/** mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const integer = (bound: number): number => Math.floor(next() * bound);
  const pick = <T>(choices: readonly T[]): T => {
    const index = integer(choices.length);
    if (index >= choices.length) throw new Error('pick needs at least one choice');
    return choices[index] as T;
  };
  const hex = (length: number): string => {
    let text = '';
    while (text.length < length) text += (integer(0x1000000) + 0x1000000).toString(16).slice(1);
    return text.slice(0, length);
  };
  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick,
    some(choices, least, most) {
      const left = [...choices];
      const wanted = Math.min(left.length, least + integer(most - least + 1));
      return Array.from({ length: wanted }, () => left.splice(integer(left.length), 1)).flat();
    },
    hex,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${pick(['8', '9', 'a', 'b'])}${hex(3)}-${hex(12)}`,
  };
}
