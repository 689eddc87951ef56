import type { StorageError, StorageErrorCode, StorageErrorOptions } from './errors.js';
import type { CommandRequest } from './extensions/command-request.js';
import type { HealthChecks } from './extensions/health-checks.js';
import type { HostState } from './extensions/host-state.js';

/** The part of pino's interface that a plugin may rely on. */
export interface PluginLogger {
  debug(fields: object, message?: string): void;
  info(fields: object, message?: string): void;
  warn(fields: object, message?: string): void;
  error(fields: object, message?: string): void;
}

/** Metrics below `clusterdex_storage_<plugin>_`; the names given here are completed by the host. */
export interface PluginMetrics {
  counter(name: string, help: string): { increment(by?: number): void };
  gauge(name: string, help: string): { set(value: number): void };
  /** Buckets in seconds. */
  histogram(name: string, help: string, buckets?: readonly number[]): { observe(seconds: number): void };
}

/** Settings that survive restarts. Reads are served from memory; a write is visible at once and resolves when it is durable. */
export interface KeyValueStore {
  get(key: string): string | undefined;
  keys(): readonly string[];
  set(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
}

/** What a plugin needs at run time: handed to it, because a plugin outside the server's tree cannot import the server. */
export interface StorageHost {
  /** A child logger that carries the plugin's name. */
  readonly logger: PluginLogger;
  readonly metrics: PluginMetrics;
  /** The error constructor of the contract, for plugins without dependencies. */
  createError(code: StorageErrorCode, message: string, options?: StorageErrorOptions): StorageError;
  readonly keyValue: KeyValueStore;
  /** Milliseconds since the epoch. */
  now(): number;
  /** A folder of the plugin's own that survives restarts; it exists. */
  readonly dataDirectory: string;
  /** Version of the server. */
  readonly hostVersion: string;
  /** Aborted when the server begins to shut down. */
  readonly signal: AbortSignal;
  readonly state: HostState;
  /**
   * Where the process serves that holds the lease of the writer, without a slash behind it: what it was told to advertise (`--advertise-url`). Its
   * own where no lease is needed. Undefined while nobody holds the lease, or its holder says nothing.
   */
  activeUri(): string | undefined;
  /**
   * Runs a command, the plugin's own or one that the host gives to every plugin, and returns at once. What comes of it is told by `notify`, as a
   * notice of type `command` with this tag; a plugin without the capability `notify` never learns. Throws for nothing.
   */
  sendCommand(tag: string, request: CommandRequest): void;
  /** In place of those that were set before; `{}` says that all is well again. INVALID when one is malformed. */
  setHealthChecks(checks: HealthChecks): void;
  /**
   * Runs steps of the plugin's own, by their names, in this order, under a lock of the name `lock`: all of them, or, when one fails or the
   * process dies, none, since what was begun is undone in reverse. Rejects with the error of the step that failed, with NOT_FOUND for a step that
   * there is not, and with UNAVAILABLE while another process has the lock, or what it left cannot be undone.
   */
  runTransaction(lock: string, steps: readonly string[], parameters?: Readonly<Record<string, unknown>>): Promise<void>;
}
