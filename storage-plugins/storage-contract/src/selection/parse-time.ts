import type { Comparable } from './comparable.js';

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,40}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** An RFC 3339 time (upper or lower case, any fraction, any offset) as an exact instant; undefined when it is none. */
export function parseTime(text: string): Comparable | undefined {
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const seconds = utcSeconds(match);
  if (seconds === undefined) return undefined;
  const fraction = match[7] ?? '';
  // The fraction counts forward from its second, before 1970 too.
  const units = BigInt(seconds) * 10n ** BigInt(fraction.length) + BigInt(fraction || '0');
  return { sort: 'time', units, scale: -fraction.length };
}

/** An RFC 3339 time in whole milliseconds since the epoch, rounded down; undefined when it is none. */
export function parseMilliseconds(text: string): number | undefined {
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const seconds = utcSeconds(match);
  return seconds === undefined ? undefined : seconds * 1000 + Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
}

function utcSeconds(match: RegExpExecArray): number | undefined {
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const offsetHour = Number(match[9] ?? 0);
  const offsetMinute = Number(match[10] ?? 0);
  if (hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59) return undefined;
  const date = new Date(0);
  // Not Date.UTC: it takes the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const offset = (offsetHour * 60 + offsetMinute) * (match[8] === '-' ? -60 : 60);
  return date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset;
}
