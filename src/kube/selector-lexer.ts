import { GrammarError } from './grammar-error.js';

/** The words `in` and `notin` are identifiers here: whether they are operators depends on where they stand. */
export type SelectorToken = '=' | '==' | '!=' | '!' | '>' | '<' | '(' | ')' | ',' | 'identifier' | 'end';

const backslash = 0x5c;
const doubled: Readonly<Record<string, SelectorToken>> = { '=': '==', '!': '!=' };

/**
 * Reads a selector token by token; `token` and `literal` are the one in front, '' at the end. There are no quotes. With escapes, a backslash
 * makes a blank or one of `\\ = ! ( ) , > <` a part of an identifier; GrammarError for any other.
 */
export class SelectorLexer {
  readonly #text: string;
  readonly #escapes: boolean;
  #position = 0;
  token: SelectorToken = 'end';
  literal = '';

  constructor(text: string, options: { readonly escapes?: boolean } = {}) {
    this.#text = text;
    this.#escapes = options.escapes === true;
    this.advance();
  }

  /** Goes on to the next token; returns the literal of the one that it leaves. */
  advance(): string {
    const left = this.literal;
    const text = this.#text;
    let start = this.#position;
    while (start < text.length && isBlank(text.charCodeAt(start))) start++;
    if (start === text.length) {
      this.#take('end', start, start);
    } else if (isSpecial(text.charCodeAt(start))) {
      const single = text.charAt(start) as SelectorToken;
      const pair = text.charCodeAt(start + 1) === 0x3d ? doubled[single] : undefined;
      this.#take(pair ?? single, start, start + (pair === undefined ? 1 : 2));
    } else {
      let end = start;
      while (end < text.length && !isSpecial(text.charCodeAt(end)) && !isBlank(text.charCodeAt(end))) {
        end += this.#escapes && text.charCodeAt(end) === backslash ? escapeLength(text, end) : 1;
      }
      this.#take('identifier', start, end);
      if (this.#escapes) this.literal = this.literal.replace(/\\(.)/gs, '$1');
    }
    return left;
  }

  is(token: SelectorToken): boolean {
    return this.token === token;
  }

  #take(token: SelectorToken, start: number, end: number): void {
    this.token = token;
    this.literal = this.#text.slice(start, end);
    this.#position = end;
  }
}

function escapeLength(text: string, at: number): number {
  const code = text.charCodeAt(at + 1);
  if (code === backslash || isSpecial(code) || isBlank(code)) return 2;
  throw new GrammarError(
    `invalid escape sequence ${JSON.stringify(text.slice(at, at + 2))}: a backslash is written \\\\`,
  );
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}

/** One of `= ! ( ) , > <`. */
function isSpecial(code: number): boolean {
  return (
    code === 0x3d || code === 0x21 || code === 0x28 || code === 0x29 || code === 0x2c || code === 0x3e || code === 0x3c
  );
}
