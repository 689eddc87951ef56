import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { templateName } from './template-folder.js';

const packageRoot = resolve(import.meta.dirname, '../../..');

/**
 * Where the plugins that come with the server lie: `storage-plugins` in a checkout; where it is installed the `node_modules` within
 * it or the one that it lies in, whichever holds plugins.
 */
export function bundledFolder(root: string = packageRoot): string {
  const checkout = join(root, 'storage-plugins');
  const parent = dirname(root);
  const candidates = [checkout, join(root, 'node_modules'), ...(basename(parent) === 'node_modules' ? [parent] : [])];
  return candidates.find(holdsPlugins) ?? checkout;
}

/** The steps of the synchro that come with the server: single files, beside its own. */
export function bundledSteps(): string {
  return join(packageRoot, 'dist', 'src', 'synchro-plugins');
}

function holdsPlugins(folder: string): boolean {
  try {
    return readdirSync(folder).some((entry) => entry.endsWith('-storage') && entry !== templateName);
  } catch {
    return false;
  }
}
