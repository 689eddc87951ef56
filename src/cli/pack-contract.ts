import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ConfigError } from '../config/config-error.js';

const run = promisify(execFile);

/**
 * Packs the contract that this server was built with into a folder, and answers the name of the tarball. So a plugin has exactly the
 * contract of the server that made it, whether a registry has it or not.
 */
export async function packContract(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const contract = packageOf(fileURLToPath(import.meta.resolve('@clusterdex/storage-contract')));
  const parameters = ['pack', contract, '--pack-destination', folder, '--json', '--ignore-scripts'];
  try {
    const { stdout } = await run('npm', parameters, { cwd: folder, shell: process.platform === 'win32' });
    const [packed] = JSON.parse(stdout) as readonly { readonly filename: string }[];
    if (packed !== undefined) return packed.filename.replace(/^@/, '').replace('/', '-');
    throw new Error('npm says that it packed nothing');
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 2).join(' ') : String(error);
    throw new ConfigError(
      `npm could not pack the contract in ${contract}: ${reason}; --contract <version> takes it from a registry instead`,
      { cause: error },
    );
  }
}

function packageOf(file: string): string {
  const folder = dirname(file);
  return existsSync(join(folder, 'package.json')) ? folder : packageOf(folder);
}
