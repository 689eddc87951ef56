import { pino } from 'pino';
import { Registry } from 'prom-client';
import { type OpenedStorage, openStorage } from '../../src/plugin-host/open-storage.js';

/** Opens a storage that comes with the server, through the door that the server uses, without a word in the log. */
export function openTestStorage(
  name: string,
  options: { readonly dataDirectory: string; readonly config?: Readonly<Record<string, unknown>> },
): Promise<OpenedStorage> {
  return openStorage({
    folders: [],
    name,
    config: options.config ?? {},
    dataDirectory: options.dataDirectory,
    logger: pino({ level: 'silent' }),
    registry: new Registry(),
    signal: new AbortController().signal,
  });
}
