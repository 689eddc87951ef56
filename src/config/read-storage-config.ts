import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { ConfigError } from './config-error.js';

/** Reads a storage's config file, YAML or JSON (which is YAML). An empty file is an empty config. `flag` is what named the file. */
export function readStorageConfig(path: string, flag = '--storage-config'): Record<string, unknown> {
  const file = `${flag} ${path}`;
  const config = parseConfig(file, readConfig(path, file)) ?? {};
  if (typeof config !== 'object' || Array.isArray(config)) {
    throw new ConfigError(`${file} has to hold a mapping of keys to values`);
  }
  return { ...config };
}

function readConfig(path: string, file: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`${file} cannot be read: ${reason(error)}`, { cause: error });
  }
}

/** What stands at a fault is not repeated: it may be a password. */
function parseConfig(file: string, text: string): unknown {
  const document = parseDocument(text, { prettyErrors: true });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) {
    const [place] = fault.linePos ?? [];
    const where = place === undefined ? '' : ` at line ${place.line}, column ${place.col}`;
    throw new ConfigError(`${file} is neither YAML nor JSON: ${fault.code}${where}`);
  }
  try {
    return document.toJS();
  } catch {
    throw new ConfigError(`${file} is no YAML: an alias has no anchor; a text that begins with * stands in quotes`);
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
