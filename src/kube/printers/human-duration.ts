const longestSeconds = 9223372036;

/**
 * A length of time in milliseconds as kubectl shows it: coarser the longer it is. A negative one is `<invalid>`, but for the one
 * second by which clocks may differ.
 */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.min(Math.trunc(milliseconds / 1000), longestSeconds);
  if (seconds < -1 || Number.isNaN(seconds)) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return withRest(minutes, 'm', { rest: seconds % 60, unit: 's' });
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return withRest(hours, 'h', { rest: minutes % 60, unit: 'm' });
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return withRest(days, 'd', { rest: hours % 24, unit: 'h' });
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  if (days < 2920) return withRest(years, 'y', { rest: days % 365, unit: 'd' });
  return `${years}y`;
}

function withRest(count: number, unit: string, smaller: { readonly rest: number; readonly unit: string }): string {
  return smaller.rest === 0 ? `${count}${unit}` : `${count}${unit}${smaller.rest}${smaller.unit}`;
}
