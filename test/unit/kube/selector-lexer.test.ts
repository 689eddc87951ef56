import { describe, expect, it } from '@jest/globals';
import { SelectorLexer } from '../../../src/kube/selector-lexer.js';

const names: Record<string, string> = {
  ',': 'COMMA',
  '=': 'EQ',
  '==': 'DEQ',
  '!=': 'NEQ',
  '!': 'NOT',
  '>': 'GT',
  '<': 'LT',
  '(': 'LPAR',
  ')': 'RPAR',
  identifier: 'IDENT',
};

/** The words are operators or identifiers by where they stand, which a parser knows; the table of the specification names them. */
function tokens(text: string): string {
  const lexer = new SelectorLexer(text);
  const found: string[] = [];
  while (!lexer.is('end')) {
    const word = lexer.is('identifier') && (lexer.literal === 'in' || lexer.literal === 'notin');
    found.push(word ? lexer.literal.toUpperCase() : (names[lexer.token] ?? lexer.token));
    lexer.advance();
  }
  return found.join(' ');
}

describe('selector lexer', () => {
  it.each([
    ['', ''],
    [',', 'COMMA'],
    ['notin', 'NOTIN'],
    ['in', 'IN'],
    ['=', 'EQ'],
    ['==', 'DEQ'],
    ['!=', 'NEQ'],
    ['!', 'NOT'],
    ['>', 'GT'],
    ['<', 'LT'],
    ['(', 'LPAR'],
    [')', 'RPAR'],
    ['~', 'IDENT'],
    ['||', 'IDENT'],
    ['key in ( value )', 'IDENT IN LPAR IDENT RPAR'],
    ['key notin ( value )', 'IDENT NOTIN LPAR IDENT RPAR'],
    ['key in ( value1, value2 )', 'IDENT IN LPAR IDENT COMMA IDENT RPAR'],
    ['key', 'IDENT'],
    ['!key', 'NOT IDENT'],
    ['()', 'LPAR RPAR'],
    ['x in (),y', 'IDENT IN LPAR RPAR COMMA IDENT'],
    ['== != (), = notin', 'DEQ NEQ LPAR RPAR COMMA EQ NOTIN'],
    ['key>2', 'IDENT GT IDENT'],
    ['key<1', 'IDENT LT IDENT'],
    ['\t\r\n key \n', 'IDENT'],
    ['a[\'b\']."c"~|/-_:*é[]', 'IDENT'],
  ])('reads %j as %j', (text, expected) => {
    expect(tokens(text)).toBe(expected);
  });
});
