import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * SHA-256, in hexadecimal, of a plugin: of its file, or of everything in its folder, its own node_modules included, by path and content.
 * Links within count by where they lead. Undefined when something cannot be read.
 */
export async function hashPlugin(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await add(hash, await realpath(path), '');
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}

async function add(hash: Hash, path: string, name: string): Promise<void> {
  const found = await lstat(path);
  if (found.isDirectory()) {
    hash.update(`folder ${name}\0`);
    for (const entry of (await readdir(path)).sort()) await add(hash, join(path, entry), `${name}/${entry}`);
  } else if (found.isSymbolicLink()) hash.update(`link ${name}\0${await readlink(path)}\0`);
  else if (found.isFile()) {
    hash.update(`file ${name}\0${found.size}\0`);
    for await (const part of createReadStream(path)) hash.update(part as Buffer);
  }
}
