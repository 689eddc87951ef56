import type { FullTextQuery } from '@clusterdex/storage-contract';
import { freezeQuery, parseFullText } from '@clusterdex/storage-contract/selection';
import type { ExampleObject } from './example-object.js';
import { splitWords, textsOf } from './oracle-words.js';
import type { Random } from './random.js';

/** A search for words that stand in one of the objects, and now and then for some that do not. */
export function drawFullText(
  random: Random,
  anyObject: () => ExampleObject,
  everything: readonly ExampleObject[],
): FullTextQuery {
  const parts: string[] = [];
  const wanted = random.pick([1, 1, 1, 2, 2, 3]);
  const example = anyObject();
  for (let number = 0; number < wanted; number += 1) {
    const term = drawTerm(random, random.chance(0.8) ? example : random.pick(everything));
    const sort = random.integer(10);
    if (sort < 2) parts.push(`-${drawTerm(random, random.pick(everything))}`);
    else if (sort < 4) parts.push(`${term} OR ${drawTerm(random, random.pick(everything))}`);
    else parts.push(term);
  }
  return parseFullText(parts.join(random.pick([' ', '  ']))) ?? freezeQuery({ required: [], excluded: [] });
}

function drawTerm(random: Random, example: ExampleObject): string {
  const texts = textsOf(example).filter((text) => splitWords(text).length > 0);
  const words = splitWords(random.pick(texts));
  const kind = random.integer(10);
  const [start, end] = [random.integer(words.length), random.integer(words.length)].sort((a, b) => a - b) as [
    number,
    number,
  ];
  const word = words[start] ?? '';
  if (kind < 4) return `"${random.chance(0.3) ? word.toUpperCase() : word}"`;
  if (kind < 7) return `"${words.slice(start, Math.min(end + 1, start + 8)).join(random.pick([' ', '-', ': ']))}"`;
  const beginning = [...word].slice(0, 2 + random.integer(4)).join('');
  if (kind < 9 && [...beginning].length >= 2) return `"${beginning}"*`;
  return random.pick(['nowhere', `"${word} nowhere"`, '"nowhere*"']);
}
