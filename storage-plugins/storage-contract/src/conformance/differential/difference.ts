import type { Answer } from './answer.js';

/** Where two answers part, in words; undefined when they are the same. */
export function differenceOf(expected: Answer, found: Answer): string | undefined {
  const length = Math.max(expected.length, found.length);
  for (let line = 0; line < length; line++) {
    if (expected[line] === found[line]) continue;
    return `the reference storage says: ${cut(expected[line])}\nthis one says:              ${cut(found[line])}`;
  }
  return undefined;
}

function cut(line: string | undefined): string {
  if (line === undefined) return '(nothing more)';
  return line.length <= 500 ? line : `${line.slice(0, 500)}… (${line.length} characters)`;
}
