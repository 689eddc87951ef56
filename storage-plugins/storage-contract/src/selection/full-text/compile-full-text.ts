import type { FullTextQuery, FullTextTerm } from '../../list-options.js';
import { plainLowerText } from '../../prepare/plain-text.js';
import { scanSearchText } from './search-text.js';

const blank = 0x20;
const newline = 0x0a;

/** The query as a function of the bytes of a stored object. */
export function compileFullText(query: FullTextQuery): (json: Uint8Array) => boolean {
  const mayMatch = compileQuickTest(query);
  const matches = compileSearchText(query);
  return (json) => mayMatch(json) && matches(scanSearchText(json));
}

/** Most objects do not have the words anywhere, which is seen sooner than what their words are. */
function compileQuickTest({ required }: FullTextQuery): (json: Uint8Array) => boolean {
  if (required.length === 0) return () => true;
  return (json) => {
    const text = plainLowerText(json);
    if (text === undefined) return true;
    return required.every((terms) => terms.some(({ words }) => words.every((word) => text.includes(word))));
  };
}

/** The query as a function of what `searchTextOf` makes of an object. */
export function compileSearchText({ required, excluded }: FullTextQuery): (text: Uint8Array) => boolean {
  const wanted = required.map((alternatives) => alternatives.map(compileTerm));
  const unwanted = excluded.map(compileTerm);
  return (text) => {
    const buffer = Buffer.isBuffer(text) ? text : Buffer.from(text.buffer, text.byteOffset, text.byteLength);
    return (
      wanted.every((alternatives) => alternatives.some((isIn) => isIn(buffer))) &&
      !unwanted.some((isIn) => isIn(buffer))
    );
  };
}

function compileTerm({ words, prefix }: FullTextTerm): (text: Buffer) => boolean {
  const needle = Buffer.from(words.join(' '));
  return (text) => {
    for (let at = text.indexOf(needle, 1); at !== -1; at = text.indexOf(needle, at + 1)) {
      if (isBoundary(text[at - 1]) && (prefix || isBoundary(text[at + needle.length]))) return true;
    }
    return false;
  };
}

function isBoundary(byte: number | undefined): boolean {
  return byte === blank || byte === newline;
}
