import type { FullTextQuery, FullTextTerm } from '../../list-options.js';
import { wordsOf } from './words.js';

/** A search for words that does not follow its grammar, or is beyond a limit. The message says what was expected and what was found. */
export class InvalidFullTextError extends Error {
  override readonly name = 'InvalidFullTextError';
}

export const fullTextLimits = Object.freeze({
  /** UTF-16 units of a query. */
  queryLength: 1000,
  terms: 32,
  /** Letters in front of a `*`: fewer would find almost everything, word by word. */
  prefixLength: 2,
});

/** A term as it stands in the query. */
interface Item {
  readonly text: string;
  readonly excluded: boolean;
  readonly quoted: boolean;
  readonly prefix: boolean;
}

/**
 * Reads a query. Terms are separated by blanks, and all have to be found; `a OR b` is one of the two, and binds closer than a blank.
 * `-a` must not be found; `a*` finds words that begin so. A term of several words, because it has quotes around it or a character that is no
 * letter and no digit within it, finds them next to each other in one text. InvalidFullTextError for anything else; undefined for blanks alone.
 */
export function parseFullText(query: string): FullTextQuery | undefined {
  if (query.length > fullTextLimits.queryLength) {
    throw invalid(`expected at most ${fullTextLimits.queryLength} characters, found ${query.length}`);
  }
  const items = [...readItems(query)];
  if (items.length === 0) return undefined;
  const required: FullTextTerm[][] = [];
  const excluded: FullTextTerm[] = [];
  let joins = false;
  let terms = 0;
  for (const [index, item] of items.entries()) {
    if (isWord(item, 'OR')) {
      const [before, after] = [items[index - 1], items[index + 1]];
      for (const neighbour of [before, after]) {
        if (neighbour === undefined || isWord(neighbour, 'OR')) throw invalid('expected a term before and behind OR');
        if (neighbour.excluded) {
          throw invalid(`expected terms before and behind OR, found -${neighbour.text}, which is to be left out`);
        }
      }
      joins = true;
      continue;
    }
    const term = toTerm(item);
    if (++terms > fullTextLimits.terms) throw invalid(`expected at most ${fullTextLimits.terms} terms`);
    if (item.excluded) excluded.push(term);
    else if (joins) required.at(-1)?.push(term);
    else required.push([term]);
    joins = false;
  }
  return freezeQuery({ required, excluded });
}

/** A term of any text, in which no character means anything. InvalidFullTextError when there is no word in it. */
export function fullTextTerm(text: string): FullTextTerm {
  const words = wordsOf(text);
  if (words.length === 0) throw invalid(`expected a letter or a digit in ${JSON.stringify(text)}`);
  return { words, prefix: false };
}

function* readItems(query: string): Generator<Item> {
  // A term, perhaps in quotes, up to the next blank.
  const item = /(-?)(?:"([^"]*)"|([^\s"]\S*|))(\S*)\s*/uy;
  item.lastIndex = query.length - query.trimStart().length;
  while (item.lastIndex < query.length) {
    const at = item.lastIndex;
    const [, minus = '', phrase, plain = '', behind = ''] = item.exec(query) ?? [];
    if (phrase === undefined && behind.startsWith('"')) {
      throw invalid(`expected a second " behind the one at character ${at + minus.length + 1}`);
    }
    if (phrase !== undefined) {
      if (behind !== '' && behind !== '*') {
        throw invalid(`expected a blank behind the quoted ${JSON.stringify(phrase)}, found ${JSON.stringify(behind)}`);
      }
      yield { text: phrase, excluded: minus !== '', quoted: true, prefix: behind === '*' };
      continue;
    }
    const prefix = plain.endsWith('*');
    yield { text: prefix ? plain.slice(0, -1) : plain, excluded: minus !== '', quoted: false, prefix };
  }
}

function toTerm(item: Item): FullTextTerm {
  const { text, quoted, prefix, excluded } = item;
  if (!quoted) refuseOperators(item);
  if (text === '')
    throw invalid(`expected a term, found ${excluded ? '-' : ''}${quoted ? '""' : ''}${prefix ? '*' : ''} alone`);
  const { words } = fullTextTerm(text);
  if (!prefix) return { words, prefix };
  const last = words.at(-1) ?? '';
  // What stands in front of the * is part of the word that may go on.
  if (!/[\p{L}\p{N}\p{M}]$/u.test(text)) throw invalid(`expected a letter or a digit in front of the * of ${text}*`);
  if ([...last].length < fullTextLimits.prefixLength) {
    throw invalid(
      `expected at least ${fullTextLimits.prefixLength} letters or digits in front of a *, found ${JSON.stringify(last)}`,
    );
  }
  return { words, prefix };
}

/** What other languages of this sort have, and would mean something else here if it were taken for a text. */
function refuseOperators(item: Item): void {
  const { text } = item;
  const inQuotes = 'put text in which it stands for itself in quotes';
  if (isWord(item, 'AND')) throw invalid(`AND is what a blank means already; ${inQuotes}`);
  if (isWord(item, 'NOT')) throw invalid(`NOT is written as a - in front of a term; ${inQuotes}`);
  if (text.startsWith('(') || text.endsWith(')')) {
    throw invalid(`there are no brackets, OR joins the terms beside it; ${inQuotes}; found ${text}`);
  }
  if (text.includes('*')) throw invalid(`a * can only end a term; ${inQuotes}; found ${text}`);
  if (text.includes('"')) throw invalid(`a " can only begin a term; found ${text}`);
}

function isWord({ text, quoted, prefix, excluded }: Item, word: string): boolean {
  return text === word && !quoted && !prefix && !excluded;
}

function invalid(message: string): InvalidFullTextError {
  return new InvalidFullTextError(message);
}

/** As all options are. */
export function freezeQuery({ required, excluded }: FullTextQuery): FullTextQuery {
  const freezeTerm = ({ words, prefix }: FullTextTerm) => Object.freeze({ words: Object.freeze([...words]), prefix });
  return Object.freeze({
    required: Object.freeze(required.map((alternatives) => Object.freeze(alternatives.map(freezeTerm)))),
    excluded: Object.freeze(excluded.map(freezeTerm)),
  });
}
