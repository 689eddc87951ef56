import { realpathSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Logger } from 'pino';
import { loggableError } from './loggable-error.js';

interface Watch {
  readonly places: readonly string[];
  readonly logger: Logger;
}

const watches = new Set<Watch>();

/**
 * Keeps a promise that the plugin rejects and forgets from ending the server: it is logged in the plugin's name. A rejection that
 * does not come out of a watched folder is treated as without the watch. Answers the function that ends it.
 */
export function watchRejections(folder: string, logger: Logger): () => void {
  const watch: Watch = { places: placesOf(folder), logger };
  if (watches.size === 0) process.on('unhandledRejection', onRejection);
  watches.add(watch);
  return () => {
    if (watches.delete(watch) && watches.size === 0) process.off('unhandledRejection', onRejection);
  };
}

function onRejection(reason: unknown): void {
  const stack = reason instanceof Error ? (reason.stack ?? '') : '';
  const watch = [...watches].find(({ places }) => places.some((place) => stack.includes(place)));
  if (watch !== undefined) {
    watch.logger.error({ err: loggableError(reason) }, 'the storage plugin rejected a promise that nobody handles');
    return;
  }
  // This listener alone would switch off what Node does when there is none.
  if (process.listenerCount('unhandledRejection') === 1) throw reason;
}

/** How the plugin's files are written in a stack. */
function placesOf(folder: string): string[] {
  return [...new Set([folder, realpathSync(folder)])].flatMap((path) => {
    const end = statSync(path).isDirectory() ? sep : ':';
    return [path + end, pathToFileURL(path).href + (end === sep ? '/' : ':')];
  });
}
