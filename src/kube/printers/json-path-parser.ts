/** A number with a point in it, which differs from an integer even where both are the same. */
export interface FloatLiteral {
  readonly [float]: number;
}

/** No member of an object is called so. */
export const float = Symbol('float');

/** A step of a path: from what was found so far to what is found next. */
export type JsonPathStep =
  | { readonly type: 'field'; readonly name: string }
  | {
      readonly type: 'slice';
      readonly start: number | undefined;
      readonly end: number | undefined;
      readonly step: number | undefined;
      /** A single index: `end` follows from `start`. */
      readonly single: boolean;
    }
  | { readonly type: 'wildcard' }
  | { readonly type: 'recursive' }
  | { readonly type: 'union'; readonly branches: readonly (readonly JsonPathStep[])[] }
  | { readonly type: 'literal'; readonly value: string | number | boolean | FloatLiteral }
  /** A word that means nothing: it can be parsed, and then fails. */
  | { readonly type: 'unknown' }
  | {
      readonly type: 'filter';
      readonly left: readonly JsonPathStep[];
      readonly operator: string;
      readonly right: readonly JsonPathStep[];
    };

/**
 * kubectl's relaxed JSONPath between its braces; undefined for what does not follow its grammar. Mostly a single action, but braces in
 * the text close one and open the next.
 */
export function parseJsonPath(text: string): readonly (readonly JsonPathStep[])[] | undefined {
  const state = { text, at: 0 };
  const actions: (readonly JsonPathStep[])[] = [];
  while (state.at >= 0) {
    const steps: JsonPathStep[] = [];
    while (state.at < text.length && text[state.at] !== '}') {
      if (!parseStep(state, steps)) return undefined;
    }
    actions.push(steps);
    if (state.at >= text.length) break;
    const next = text.indexOf('{', state.at + 1);
    state.at = next < 0 ? next : next + 1;
  }
  return actions;
}

function parseAction(text: string): readonly JsonPathStep[] | undefined {
  return parseJsonPath(text)?.[0];
}

interface State {
  readonly text: string;
  at: number;
}

const sliceText = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/;
const filterText = /^([^!<>=]+)([!<>=]+)(.+?)$/s;
const numberText = /^[+-]?[\d.]+/;
const wordText = /^[^\s.,[\]$@{}]+/;

function parseStep(state: State, steps: JsonPathStep[]): boolean {
  const { text } = state;
  const character = text[state.at] ?? '';
  if (text.startsWith('[?(', state.at)) return parseFilter(state, steps);
  if (text.startsWith('..', state.at)) return parseRecursive(state, steps);
  if (character === ' ' || character === '@' || character === '$') {
    state.at += 1;
    return true;
  }
  if (character === '[') return parseBracket(state, steps);
  if (character === '"' || character === "'") return parseQuoted(state, steps);
  if (character === '.') {
    state.at += 1;
    return parseField(state, steps);
  }
  const rest = text.slice(state.at);
  const number = numberText.exec(rest);
  if (number !== null) return parseNumber(state, steps, number[0]);
  const word = /^[\p{L}_]/u.test(rest) ? wordText.exec(rest) : null;
  if (word === null) return false;
  state.at += word[0].length;
  const isBoolean = word[0] === 'true' || word[0] === 'false';
  steps.push(isBoolean ? { type: 'literal', value: word[0] === 'true' } : { type: 'unknown' });
  return true;
}

function parseNumber(state: State, steps: JsonPathStep[], number: string): boolean {
  const value = Number(number);
  if (Number.isNaN(value)) return false;
  state.at += number.length;
  steps.push({ type: 'literal', value: number.includes('.') ? { [float]: value } : value });
  return true;
}

function parseField(state: State, steps: JsonPathStep[]): boolean {
  let name = '';
  while (state.at < state.text.length) {
    const character = state.text[state.at] as string;
    if (character === '\\') {
      name += state.text[state.at + 1] ?? '';
      state.at += 2;
      continue;
    }
    if (!wordText.test(character)) break;
    name += character;
    state.at += 1;
  }
  steps.push(name === '*' ? { type: 'wildcard' } : { type: 'field', name });
  return true;
}

function parseRecursive(state: State, steps: JsonPathStep[]): boolean {
  if (steps.at(-1)?.type === 'recursive') return false;
  state.at += 2;
  steps.push({ type: 'recursive' });
  return /^[\p{L}\p{Nd}_]/u.test(state.text.slice(state.at)) ? parseField(state, steps) : true;
}

function parseBracket(state: State, steps: JsonPathStep[]): boolean {
  const end = state.text.indexOf(']', state.at);
  if (end < 0) return false;
  const inside = state.text.slice(state.at + 1, end);
  state.at = end + 1;
  const parts = inside.split(',');
  if (parts.length === 1) return pushBracket(inside, steps);
  const branches: JsonPathStep[][] = [];
  for (const part of parts) {
    const branch: JsonPathStep[] = [];
    if (!pushBracket(part.trim(), branch)) return false;
    branches.push(branch);
  }
  steps.push({ type: 'union', branches });
  return true;
}

function pushBracket(inside: string, steps: JsonPathStep[]): boolean {
  const key = /^'([^']*)'$/.exec(inside)?.[1];
  if (key !== undefined) {
    const ofKey = parseAction(`.${key}`);
    if (ofKey !== undefined) steps.push(...ofKey);
    return ofKey !== undefined;
  }
  const parts = sliceText.exec(inside === '*' ? ':' : inside);
  if (parts === null) return false;
  const [, first = '', second, third] = parts;
  const start = first === '' ? undefined : Number(first);
  const single = second === undefined;
  const end = single ? (start ?? 0) + 1 : colonNumber(second);
  const bounds = { start, end, step: third === undefined ? undefined : colonNumber(third) };
  if (Object.values(bounds).some(Number.isNaN)) return false;
  steps.push({ type: 'slice', ...bounds, single });
  return true;
}

function colonNumber(text: string): number | undefined {
  return text === ':' ? undefined : Number(text.slice(1));
}

function parseFilter(state: State, steps: JsonPathStep[]): boolean {
  const start = state.at + '[?('.length;
  const end = endOfFilter(state.text, start);
  if (end === undefined || state.text[end + 1] !== ']') return false;
  state.at = end + 2;
  const inside = state.text.slice(start, end);
  const comparison = filterText.exec(inside);
  const left = parseAction(comparison?.[1] ?? inside);
  const right = parseAction(comparison?.[3] ?? '');
  if (left === undefined || right === undefined) return false;
  steps.push({ type: 'filter', left, operator: comparison?.[2] ?? 'exists', right });
  return true;
}

/** The offset of the parenthesis that closes the filter; one pair of quotes may hold another. */
function endOfFilter(text: string, start: number): number | undefined {
  let quote: string | undefined;
  let closed = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '\n') return undefined;
    if (character === '"' || character === "'") {
      if (quote === undefined) quote = character;
      else if (character === quote && text[at - 1] !== '\\') closed = true;
    } else if (character === ')' && (quote === undefined || closed)) {
      return at;
    }
  }
  return undefined;
}

function parseQuoted(state: State, steps: JsonPathStep[]): boolean {
  const quote = state.text[state.at];
  let value = '';
  for (let at = state.at + 1; at < state.text.length; at++) {
    const character = state.text[at] as string;
    if (character === quote) {
      state.at = at + 1;
      steps.push({ type: 'literal', value });
      return true;
    }
    if (character === '\\') {
      at += 1;
      value += unescaped(state.text[at] ?? '');
    } else {
      value += character;
    }
  }
  return false;
}

function unescaped(character: string): string {
  return { n: '\n', r: '\r', t: '\t' }[character] ?? character;
}
