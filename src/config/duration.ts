import { ConfigError } from './config-error.js';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const term = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;
const whole = new RegExp(`^(?:${term.source})+$`);

/** Milliseconds of `10s`, `1m30s`, `500ms` or `0`, as flags of Kubernetes have them. Throws ConfigError, which names the flag. */
export function parseDuration(flag: string, text: string): number {
  if (text === '0') return 0;
  if (!whole.test(text)) {
    throw new ConfigError(`${flag}: expected a duration like 10s or 1m30s, found ${JSON.stringify(text)}`);
  }
  return [...text.matchAll(term)].reduce((sum, [, count, unit = 'ms']) => sum + Number(count) * (units[unit] ?? 0), 0);
}
