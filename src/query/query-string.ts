import { QueryError } from './query-error.js';

/**
 * Calls `visit` with each parameter of a raw query string (without its `?`), decoded as browsers and Go servers do: `+` is a blank,
 * `%` begins an escape. QueryError for an escape that is none or is not UTF-8.
 */
export function visitQueryString(query: string, visit: (name: string, value: string) => void): void {
  let start = 0;
  while (start < query.length) {
    const ampersand = query.indexOf('&', start);
    const end = ampersand === -1 ? query.length : ampersand;
    if (end > start) {
      const equals = query.indexOf('=', start);
      if (equals === -1 || equals >= end) visit(decode(query.slice(start, end)), '');
      else visit(decode(query.slice(start, equals)), decode(query.slice(equals + 1, end)));
    }
    start = end + 1;
  }
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw new QueryError('BadRequest', malformedEscape(text));
  }
}

function malformedEscape(text: string): string {
  const found = /%(?![0-9A-Fa-f]{2}).{0,2}/su.exec(text);
  if (found !== null) return `invalid URL escape ${JSON.stringify(found[0])}: a literal % is written %25`;
  return `the escapes in ${JSON.stringify(text.slice(0, 64))} are not valid UTF-8`;
}
