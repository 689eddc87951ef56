import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ConfigError } from './config-error.js';

/** Reads a storage's config file, YAML or JSON (which is YAML). An empty file is an empty config. */
export function readStorageConfig(path: string): Record<string, unknown> {
  const config = parseConfig(path, readConfig(path)) ?? {};
  if (typeof config !== 'object' || Array.isArray(config)) {
    throw new ConfigError(`--storage-config ${path} has to hold a mapping of keys to values`);
  }
  return { ...config };
}

function readConfig(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`--storage-config ${path} cannot be read: ${reason(error)}`, { cause: error });
  }
}

function parseConfig(path: string, text: string): unknown {
  try {
    return parse(text, { prettyErrors: true });
  } catch (error) {
    throw new ConfigError(`--storage-config ${path} is neither YAML nor JSON: ${reason(error)}`, { cause: error });
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
