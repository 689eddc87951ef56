import { setMaxListeners } from 'node:events';
import {
  createStorageError,
  isStorageError,
  type OperationStatistics,
  type StorageError,
} from '@clusterdex/storage-contract';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { loggableError } from './loggable-error.js';
import { createOperationMetrics, type OperationMetrics } from './operation-metrics.js';
import { SpareControllers } from './spare-controllers.js';

export interface CallGateOptions {
  readonly name: string;
  readonly logger: Logger;
  readonly registry: Registry;
  /** Milliseconds between two looks for calls that are past their deadline. */
  readonly sweepInterval: number;
}

export interface WaitOptions<T> {
  /** Milliseconds; Infinity for none. */
  readonly deadline: number;
  /** The caller's: the call rejects with TIMEOUT as soon as it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Told the storage that nobody waits any more. */
  readonly controller?: AbortController | undefined;
  /** What is wrong with the answer, if anything. */
  readonly check?: (value: T) => string | undefined;
  /** A part of a longer operation, which measures and logs itself. */
  readonly silent?: boolean;
}

/**
 * What every call to a storage passes through: it refuses after close, ends calls at their deadline or when their caller aborts,
 * turns unknown errors into INTERNAL, measures and logs. One timer sweeps all calls: a timer each would cost more than a get.
 */
export class CallGate {
  readonly #calls = new Set<Call<unknown>>();
  /** Those of this turn of the event loop, which do not listen to their callers yet. */
  readonly #deaf = new Set<Call<unknown>>();
  readonly #signals = new WeakSet<AbortSignal>();
  readonly #logged = new WeakSet<StorageError>();
  readonly #metrics: OperationMetrics;
  readonly #sweeper: NodeJS.Timeout;
  #listening: NodeJS.Immediate | undefined;
  readonly controllers = new SpareControllers();
  readonly name: string;
  readonly logger: Logger;
  closed = false;

  constructor(options: CallGateOptions) {
    this.name = options.name;
    this.logger = options.logger;
    this.#metrics = createOperationMetrics(options.name, options.registry, () => this.#calls.size);
    this.#sweeper = setInterval(() => this.#sweep(performance.now()), options.sweepInterval).unref();
  }

  /** Makes the call unless the storage is closed, and answers what it comes to. */
  run<T>(operation: string, start: () => Promise<T>, options: WaitOptions<T>): Promise<T> {
    let promise: Promise<T>;
    try {
      this.assertOpen();
      if (options.signal?.aborted) throw this.aborted(operation);
      promise = start();
      if (typeof promise?.then !== 'function') throw this.fault(operation, `answered ${typeof promise}, not a promise`);
    } catch (error) {
      promise = Promise.reject(error);
    }
    const call = new Call<T>(this, operation, options);
    this.#calls.add(call as Call<unknown>);
    if (options.signal !== undefined) {
      // To listen costs more than all else here, and many a call is answered before its caller could abort it.
      this.#deaf.add(call as Call<unknown>);
      this.#listening ??= setImmediate(() => this.#listen());
    }
    return call.follow(promise);
  }

  /** As run, for what is answered without waiting. */
  runSync<T>(operation: string, start: () => T): T {
    try {
      this.assertOpen();
      return start();
    } catch (error) {
      throw this.toStorageError(operation, error);
    }
  }

  assertOpen(): void {
    if (this.closed) throw this.closedError();
  }

  closedError(): StorageError {
    return createStorageError('CLOSED', `storage "${this.name}" is shut down`);
  }

  aborted(operation: string): StorageError {
    return createStorageError('TIMEOUT', `the caller aborted ${operation} on storage "${this.name}"`);
  }

  /** The storage did not keep the contract: an INTERNAL error; what it did is for the operator's log. */
  fault(operation: string, what: string): StorageError {
    return createStorageError('INTERNAL', `storage "${this.name}" failed in ${operation}`, {
      cause: new Error(`broke the contract: ${operation} ${what}`),
    });
  }

  /** The error as callers may see it. A fault of the storage is logged with its cause, once. */
  toStorageError(operation: string, error: unknown): StorageError {
    const storageError = isStorageError(error)
      ? error
      : createStorageError('INTERNAL', `storage "${this.name}" failed in ${operation}`, { cause: error });
    if (storageError.code === 'INTERNAL' && !this.#logged.has(storageError)) {
      this.#logged.add(storageError);
      const err = loggableError(storageError.cause ?? storageError);
      this.logger.error({ storage: this.name, operation, err }, storageError.message);
    }
    return storageError;
  }

  record(operation: string, code: string, milliseconds: number): void {
    this.#metrics.observe(operation, code, milliseconds / 1000);
    if (this.logger.isLevelEnabled('debug'))
      this.logger.debug({ storage: this.name, operation, code, milliseconds }, 'storage call');
  }

  /** Calls since the start, by operation and outcome. */
  statistics(): readonly OperationStatistics[] {
    return this.#metrics.totals();
  }

  forget(call: Call<unknown>): void {
    this.#calls.delete(call);
    if (call.isListening) call.options.signal?.removeEventListener('abort', call);
    else if (call.options.signal !== undefined) this.#deaf.delete(call);
  }

  /** Rejects whatever is still under way with CLOSED. */
  end(): void {
    this.closed = true;
    clearInterval(this.#sweeper);
    clearImmediate(this.#listening);
    for (const call of this.#calls) call.fail(this.closedError());
    this.#metrics.end();
  }

  #listen(): void {
    this.#listening = undefined;
    for (const call of this.#deaf) {
      const { signal } = call.options;
      if (signal === undefined) continue;
      if (signal.aborted) {
        call.handleEvent();
        continue;
      }
      // One signal may stand for many calls at once, all of which listen to it; that is no leak, as Node would warn of more than ten.
      if (this.#calls.size > 10 && !this.#signals.has(signal)) {
        this.#signals.add(signal);
        setMaxListeners(0, signal);
      }
      call.isListening = true;
      signal.addEventListener('abort', call);
    }
    this.#deaf.clear();
  }

  #sweep(now: number): void {
    for (const call of this.#calls) if (call.expires <= now) call.expire();
  }
}

/** A call under way. It is its own listener of the caller's signal, which spares a closure. */
class Call<T> {
  readonly gate: CallGate;
  readonly operation: string;
  readonly options: WaitOptions<T>;
  readonly started = performance.now();
  readonly expires: number;
  over = false;
  /** To its caller's signal. */
  isListening = false;
  resolve: ((value: T) => void) | undefined;
  reject: ((error: unknown) => void) | undefined;

  constructor(gate: CallGate, operation: string, options: WaitOptions<T>) {
    this.gate = gate;
    this.operation = operation;
    this.options = options;
    this.expires = this.started + options.deadline;
  }

  follow(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      promise.then(
        (value) => this.succeed(value),
        (error: unknown) => this.fail(error),
      );
    });
  }

  succeed(value: T): void {
    if (this.over) return;
    try {
      const wrong = this.options.check?.(value);
      if (wrong !== undefined) throw this.gate.fault(this.operation, wrong);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.finish('OK');
    this.resolve?.(value);
  }

  fail(error: unknown): void {
    if (this.over) return;
    const storageError = this.gate.toStorageError(this.operation, error);
    this.finish(storageError.code);
    this.reject?.(storageError);
  }

  expire(): void {
    const { deadline, controller } = this.options;
    const message = `storage "${this.gate.name}" did not answer ${this.operation} within ${deadline} ms`;
    this.fail(createStorageError('TIMEOUT', message));
    controller?.abort();
  }

  handleEvent(): void {
    this.fail(this.gate.aborted(this.operation));
    this.options.controller?.abort();
  }

  finish(code: string): void {
    this.over = true;
    this.gate.forget(this as Call<unknown>);
    if (!this.options.silent) this.gate.record(this.operation, code, performance.now() - this.started);
  }
}
