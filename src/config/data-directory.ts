import { mkdirSync } from 'node:fs';
import { ConfigError } from './config-error.js';

/** Readable by its owner alone: it holds what clusters hold, Secrets too. */
export function makeDataDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`--data-dir ${path} cannot be created: ${reason}`, { cause: error });
  }
}
