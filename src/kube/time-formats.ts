import { GrammarError } from './grammar-error.js';

const clock = String.raw`(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?`;
const rfc3339 = new RegExp(String.raw`^(\d{4})-(\d{2})-(\d{2})T${clock}(?:Z|([+-])(\d{2}):(\d{2}))$`);
const dateTime = new RegExp(String.raw`^(\d{4})-(\d{2})-(\d{2}) ${clock}$`);
const dateOnly = /^(\d{4})-(\d{2})-(\d{2})$/;
const formats =
  'RFC 3339 (2024-05-01T12:00:00Z), "2024-05-01 12:00:00", 2024-05-01, or a unix timestamp of 10 digits (seconds) or 13 (milliseconds)';

/** A point in time in milliseconds since the epoch, a fraction of one rounded up. GrammarError names the formats. */
export function parseTimeBound(text: string): number {
  const trimmed = text.trim();
  if (trimmed.includes('T')) return fromParts(text, rfc3339);
  if (trimmed.includes(' ')) return fromParts(text, dateTime);
  if (trimmed.includes('-')) return fromParts(text, dateOnly);
  return fromTimestamp(text);
}

function fromTimestamp(text: string): number {
  if (text.length !== 10 && text.length !== 13) {
    const quoted = JSON.stringify(text);
    throw new GrammarError(
      `a unix timestamp has 10 digits (seconds) or 13 (milliseconds), found ${quoted}; or write ${formats}`,
    );
  }
  if (!/^[0-9]+$/.test(text)) throw malformed(text);
  return text.length === 10 ? Number(text) * 1000 : Number(text);
}

function fromParts(text: string, pattern: RegExp): number {
  const match = pattern.exec(text);
  if (match === null) throw malformed(text);
  const part = (index: number) => Number(match[index] ?? 0);
  const [hour, minute, second, offsetHour, offsetMinute] = [part(4), part(5), part(6), part(9), part(10)];
  // Not Date.UTC: it takes the years 0 to 99 for 1900 to 1999.
  const day = new Date(0);
  day.setUTCFullYear(part(1), part(2) - 1, part(3));
  const exists = day.getUTCMonth() === part(2) - 1 && day.getUTCDate() === part(3);
  if (!exists || hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59) throw malformed(text);
  const offset = (offsetHour * 60 + offsetMinute) * (match[8] === '-' ? -60 : 60);
  const milliseconds = Math.ceil(Number((match[7] ?? '').padEnd(9, '0')) / 1e6);
  return day.getTime() + (hour * 3600 + minute * 60 + second - offset) * 1000 + milliseconds;
}

function malformed(text: string): GrammarError {
  const hint = / \d\d:\d\d$/.test(text) && text.includes('T') ? ' (a + in a URL is written %2B)' : '';
  return new GrammarError(`${JSON.stringify(text)} is no time; expected ${formats}${hint}`);
}
