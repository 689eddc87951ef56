import { join, resolve } from 'node:path';

const packageRoot = resolve(import.meta.dirname, '../../..');

/** The plugin that `plugins new` makes others from. It lies among those that come with the server, and is none of them. */
export const templateName = 'sample-storage';

export function templateFolder(): string {
  return join(packageRoot, 'storage-plugins', templateName);
}
