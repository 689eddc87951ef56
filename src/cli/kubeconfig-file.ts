import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { ConfigError } from '../config/config-error.js';

/** As kubectl chooses: the first file of $KUBECONFIG that exists, else its last; without it ~/.kube/config. */
export function defaultKubeconfigPath(environment: NodeJS.ProcessEnv = process.env): string {
  const paths = (environment.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  return paths.find((path) => existsSync(path)) ?? paths.at(-1) ?? join(homedir(), '.kube', 'config');
}

/** Changes a kubeconfig: under kubectl's own lock, whole or not at all, readable by its owner alone. */
export function writeKubeconfig<Change extends { readonly text: string }>(
  path: string,
  change: (text: string) => Change,
): Change {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return withLock(path, () => {
      const exists = existsSync(path);
      const target = exists ? realpathSync(path) : path;
      const result = change(exists ? readFileSync(target, 'utf8') : '');
      const temporary = `${target}.${process.pid}.tmp`;
      try {
        writeFileSync(temporary, result.text, { mode: 0o600 });
        chmodSync(temporary, 0o600);
        renameSync(temporary, target);
      } finally {
        rmSync(temporary, { force: true });
      }
      return result;
    });
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(`${path}: ${error.message}`, { cause: error });
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`cannot write ${path}: ${reason}`, { cause: error });
  }
}

function withLock<Result>(path: string, action: () => Result): Result {
  const lock = `${path}.lock`;
  try {
    closeSync(openSync(lock, 'wx', 0o600));
  } catch (error) {
    if (!existsSync(lock)) throw error;
    throw new ConfigError(`another command is changing it; if none is, remove ${lock}`, { cause: error });
  }
  try {
    return action();
  } finally {
    rmSync(lock, { force: true });
  }
}
