import type { Capabilities, StorageFactory, StorageHost } from '@clusterdex/storage-contract';
import type { ServerConfig } from '@clusterdex/storage-sql';
import type { OwnServer } from './own-server.js';

export type TextRow = Readonly<Record<string, unknown>>;

/** A connection beside the storage, whose transactions are in its way. */
export interface OtherClient {
  query(text: string): Promise<readonly TextRow[]>;
  end(): Promise<void>;
}

export interface OpenOptions {
  readonly config?: Partial<ServerConfig>;
  readonly host?: Partial<StorageHost>;
}

/** What the tests of all storages on a server have to say in the words of each. */
export interface ServerKind {
  /** Of the plugin and of its row in test/backends. */
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Where a server runs for all tests; undefined where none runs, and then `notRun` says why. */
  readonly address: string | undefined;
  readonly notRun: string;
  /** `store` is the name of a schema or database, which is made. */
  open(store: string, options?: OpenOptions): Promise<StorageFactory>;
  connect(address: string): Promise<OtherClient>;
  drop(store: string): string;
  create(store: string): string;
  /** How many tables the store has, as `count`. */
  countTables(store: string): string;
  /** The column `resource_version` as text. */
  resourceVersions(store: string): string;
  /** For each batch of `batch()`: its cluster and number as `batch`, and how many objects it has as `count`. */
  countBatches(store: string): string;

  /** A condition with one parameter that takes so long where the parameter is no name. */
  sleep(seconds: number): string;
  /** As `count`: how many statements of `sleep` run. */
  readonly countSleeping: string;
  /** Ends the statements of `sleep`. */
  cancelSleeping(client: OtherClient): Promise<void>;
  /** A condition with one parameter: data.color of a ConfigMap. */
  readonly colorOfData: string;
  /** A plan that reads `resources`. */
  readonly readsResources: RegExp;

  /** Begins a transaction whose rows a writer has to wait for. */
  lockObjects(store: string): readonly string[];
  /** As `count`: how many wait for a lock. */
  readonly countWaiting: string;
  /** Waits for a lock that a writer of cluster c holds, and is not the one that is given up for it. */
  lockOfWriter(store: string): string;
  /** Where the server looks for deadlocks only now and then: the storage's own connections look soon. */
  readonly looksForDeadlocksSoon: Readonly<Record<string, string>>;
  /** Every fourth transaction goes through, or none; undefined: all again. */
  failToSerialize(store: string, every: 'fourth' | 'none' | undefined): readonly string[];
  readonly strictIsolation: Readonly<Record<string, string>>;

  /** A user who may do everything, with a password, on a server of a test's own. */
  createUser(server: OwnServer, user: { readonly name: string; readonly password: string }): Promise<void>;
  readonly wrongPassword: string;
  /** Statements after which the user gets no connection because there are too many. */
  leaveNoRoom(user: string): string;
  readonly withoutTls: Readonly<Record<string, string>>;
  withTls(files: { readonly certificate: string; readonly key: string }): Readonly<Record<string, string>>;
  /** As `count`: connections of the storage that are, or were made, encrypted. */
  readonly countEncrypted: string;
  /** How the server is given up in the midst of its work. */
  readonly killSignals: readonly NodeJS.Signals[];
  /** Puts a store on a disk of its own, whatever that takes. */
  moveToDisk(
    server: OwnServer,
    disk: { readonly folder: string; readonly store: string },
  ): Promise<Partial<ServerConfig>>;
}
