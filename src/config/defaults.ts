import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

export const defaultPort = 8642;
export const defaultBindAddress = '127.0.0.1';
export const defaultServerUrl = `http://${defaultBindAddress}:${defaultPort}`;
export const defaultStorageName = 'sqlite';

/** Where data lies unless told otherwise, by the XDG base directory rules: a relative $XDG_DATA_HOME counts as unset. */
export function defaultDataDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const dataHome = environment.XDG_DATA_HOME;
  const base = dataHome !== undefined && isAbsolute(dataHome) ? dataHome : join(homedir(), '.local', 'share');
  return join(base, 'clusterdex');
}
