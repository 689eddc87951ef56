import { GrammarError } from './grammar-error.js';
import { SelectorLexer } from './selector-lexer.js';

export type OperatorText = 'in' | 'notin' | '=' | '==' | '!=' | '>' | '<' | 'exists' | '!';

export interface ParsedRequirement<Key> {
  readonly key: Key;
  /** As it stands in the selector. */
  readonly keyText: string;
  readonly operator: OperatorText;
  /** Distinct, in the order in which they stand in the selector. */
  readonly values: readonly string[];
}

/** What label selectors and field selectors do not share; both functions throw GrammarError. */
export interface SelectorGrammar<Key, Requirement> {
  /** Whether a backslash makes the character behind it a part of a key or a value. */
  readonly escapes?: boolean;
  key(text: string): Key;
  requirement(parsed: ParsedRequirement<Key>): Requirement;
}

const operators = 'in, notin, =, ==, !=, gt, lt';

/** Requirements joined by commas, with the error texts of a kube-apiserver. */
export function parseSelector<Key, Requirement>(
  text: string,
  grammar: SelectorGrammar<Key, Requirement>,
): readonly Requirement[] {
  const lexer = new SelectorLexer(text, grammar);
  const requirements: Requirement[] = [];
  if (lexer.is('end')) return requirements;
  if (!startsRequirement(lexer)) throw expected(lexer, "!, identifier, or 'end of string'");
  for (;;) {
    requirements.push(parseRequirement(lexer, grammar));
    if (lexer.is('end')) return requirements;
    if (!lexer.is(',')) throw expected(lexer, "',' or 'end of string'");
    lexer.advance();
    if (!startsRequirement(lexer)) throw expected(lexer, "identifier after ','");
  }
}

function startsRequirement(lexer: SelectorLexer): boolean {
  return lexer.is('identifier') || lexer.is('!');
}

function parseRequirement<Key, Requirement>(
  lexer: SelectorLexer,
  grammar: SelectorGrammar<Key, Requirement>,
): Requirement {
  try {
    const absent = lexer.is('!');
    if (absent) lexer.advance();
    if (!lexer.is('identifier')) throw expected(lexer, 'identifier');
    const keyText = lexer.advance();
    const key = grammar.key(keyText);
    if (absent) return grammar.requirement({ key, keyText, operator: '!', values: [] });
    if (lexer.is('end') || lexer.is(',')) {
      return grammar.requirement({ key, keyText, operator: 'exists', values: [] });
    }
    const operator = parseOperator(lexer);
    const values = operator === 'in' || operator === 'notin' ? parseValues(lexer) : [parseExactValue(lexer)];
    return grammar.requirement({ key, keyText, operator, values });
  } catch (error) {
    throw error instanceof GrammarError ? new GrammarError(`unable to parse requirement: ${error.message}`) : error;
  }
}

function parseOperator(lexer: SelectorLexer): OperatorText {
  const { token, literal } = lexer;
  lexer.advance();
  if (token === '=' || token === '==' || token === '!=' || token === '>' || token === '<') return token;
  if (token === 'identifier' && (literal === 'in' || literal === 'notin')) return literal;
  throw new GrammarError(`found '${literal}', expected: ${operators}`);
}

function parseExactValue(lexer: SelectorLexer): string {
  if (lexer.is('end') || lexer.is(',')) return '';
  if (!lexer.is('identifier')) throw expected(lexer, 'identifier');
  return lexer.advance();
}

/** `(a,b)`; a member that is missing counts as an empty one. */
function parseValues(lexer: SelectorLexer): readonly string[] {
  if (!lexer.is('(')) throw new GrammarError(`found '${lexer.literal}' expected: '('`);
  lexer.advance();
  if (!lexer.is('identifier') && !lexer.is(',') && !lexer.is(')')) {
    throw expected(lexer, "',', ')' or identifier");
  }
  const values = new Set<string>();
  for (;;) {
    values.add(lexer.is('identifier') ? lexer.advance() : '');
    if (lexer.is(')')) break;
    if (!lexer.is(',')) throw expected(lexer, "',' or ')'");
    lexer.advance();
    if (!lexer.is('identifier') && !lexer.is(',') && !lexer.is(')')) {
      throw expected(lexer, "',', or identifier");
    }
  }
  lexer.advance();
  return [...values];
}

function expected(lexer: SelectorLexer, what: string): GrammarError {
  return new GrammarError(`found '${lexer.literal}', expected: ${what}`);
}
