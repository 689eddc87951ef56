import { ConfigError } from './config-error.js';

/** Of a flag that may stand alone, or be an environment variable: `true` then. Undefined when it is not set. Throws ConfigError, which names it. */
export function parseBoolean(flag: string, value: string | true | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (value === true || value === 'true' || value === '1' || value === '') return true;
  if (value === 'false' || value === '0') return false;
  throw new ConfigError(`${flag}: expected true or false, found ${JSON.stringify(value)}`);
}
