import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** The version of this package, from its package.json. */
export const serverVersion = readVersion(resolve(import.meta.dirname, '../../../package.json'));

function readVersion(path: string): string {
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return String(version);
}
