import type { Capabilities, StorageFactory } from '@clusterdex/storage-contract';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Deadlines } from './deadlines.js';

export interface GuardOptions {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly deadlines: Deadlines;
  readonly logger: Logger;
  readonly registry: Registry;
}

export function guardStorage(storage: StorageFactory, _options: GuardOptions): StorageFactory {
  return storage;
}
