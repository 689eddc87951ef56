const rfc3339 =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]?\d|2[0-3]):([0-5]\d):([0-5]\d)(?:[.,](\d+))?(?:Z|([+-])([01]\d|2[0-4]):([0-5]\d|60))$/;
/** The zero time, which stands for none, in milliseconds since the epoch. */
export const zeroTime = -62135596800000;

/** Milliseconds since the epoch, with a fraction; undefined for what is no RFC 3339 time and for the zero time. */
export function parseTimestamp(text: unknown): number | undefined {
  const instant = parseInstant(text);
  return instant === zeroTime ? undefined : instant;
}

/** Milliseconds since the epoch, with a fraction; undefined for what is no RFC 3339 time as Go reads it. */
export function parseInstant(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const parts = rfc3339.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hours, minutes, seconds, fraction = '0', sign, offsetHours, offsetMinutes] = parts;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCDate() !== Number(day)) return undefined;
  const offset = sign === undefined ? 0 : Number(`${sign}1`) * (Number(offsetHours) * 60 + Number(offsetMinutes));
  return date.setUTCHours(Number(hours), Number(minutes) - offset, Number(seconds)) + Number(`0.${fraction}`) * 1000;
}
