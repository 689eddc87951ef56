const forbiddenWords: ReadonlySet<string> = new Set([
  'select',
  'with',
  'pragma',
  'attach',
  'detach',
  'union',
  'intersect',
  'except',
  'values',
  'table',
  'load_extension',
]);
const closers: Readonly<Record<string, string>> = { "'": "'", '"': '"', '`': '`' };
// What means different things to different databases: where a literal ends must be beyond doubt.
const forbiddenCharacters: Readonly<Record<string, string>> = {
  ';': 'a second statement',
  '#': 'a comment in MySQL',
  '\\': 'an escape in MySQL',
  '[': 'a quoted name in SQLite',
  $: 'a quote in PostgreSQL and a parameter in SQLite',
  '\0': 'the end of a text',
};
const word = /[\p{L}_][\p{L}\p{N}_]*/uy;

/**
 * Checks a WHERE condition so far that it stays one inside the parentheses that a storage puts around it; the database says the
 * rest. Returns how many placeholders it has, or what is wrong with it.
 */
export function checkRawStatement(text: string): { readonly placeholders: number } | { readonly fault: string } {
  if (text.trim() === '') return { fault: 'a condition is expected' };
  let depth = 0;
  let placeholders = 0;
  let position = 0;
  while (position < text.length) {
    const character = text.charAt(position);
    const next = text.charAt(position + 1);
    const closer = closers[character];
    const meaning = forbiddenCharacters[character];
    word.lastIndex = position;
    const found = word.exec(text)?.[0];
    if (found !== undefined) {
      if (forbiddenWords.has(found.toLowerCase())) return { fault: `the word ${found} is not allowed in a condition` };
      position += found.length;
      continue;
    }
    if (closer !== undefined) {
      const end = text.indexOf(closer, position + 1);
      if (end === -1) return { fault: `the quote ${character} is never closed` };
      if (text.slice(position, end).includes('\\'))
        return { fault: 'a backslash in quotes: give the text as a parameter' };
      position = end + 1;
      continue;
    }
    if (meaning !== undefined) {
      return { fault: `the character ${JSON.stringify(character)} is not allowed: it is ${meaning}` };
    }
    if ((character === '-' && next === '-') || (character === '/' && next === '*')) {
      return { fault: `a comment (${character}${next}) is not allowed` };
    }
    if (character === '(') depth++;
    if (character === ')' && --depth < 0) return { fault: 'a parenthesis is closed that was never opened' };
    if (character === '?') {
      if (/[0-9]/.test(next)) return { fault: 'a placeholder is a plain ?, without a number' };
      placeholders++;
    }
    if (
      (character === '@' || (character === ':' && text.charAt(position - 1) !== ':')) &&
      /[\p{L}\p{N}_@]/u.test(next)
    ) {
      return { fault: `the named parameter ${character}${next}… is not allowed; use ?` };
    }
    position++;
  }
  return depth === 0 ? { placeholders } : { fault: 'a parenthesis is never closed' };
}
