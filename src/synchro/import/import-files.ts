import type { Readable } from 'node:stream';
import {
  type Capabilities,
  InvalidObjectError,
  isStorageError,
  type PreparedWithKind,
  prepareObject,
  type ResourceInventory,
  type StorageFactory,
} from '@clusterdex/storage-contract';
import type { Logger } from '../../telemetry/logger.js';
import { BatchWriter } from './batch-writer.js';
import { checkClusterName } from './cluster-name.js';
import { describeObject, formatDescription, type ObjectDescription } from './describe-object.js';
import type { DumpFault, DumpPart, ListHeader } from './dump-part.js';
import { ImportCounts } from './import-counts.js';
import type { ImportFailure, ImportProgress, ImportResult } from './import-result.js';
import { InventoryKeeper } from './inventory-keeper.js';
import { ObjectSpool, type SpooledObject } from './object-spool.js';
import { openDump } from './open-dump.js';
import { prepareRow } from './prepare-row.js';
import { readDump } from './read-dump.js';
import { type RetryOptions, retry } from './retry.js';
import { checkScope, TypeResolver } from './type-resolver.js';

export interface ImportOptions {
  readonly factory: StorageFactory;
  readonly capabilities: Pick<Capabilities, 'events'>;
  readonly cluster: string;
  /** Paths; `-` is stdin. */
  readonly files: readonly string[];
  readonly stdin?: Readable;
  /** Ends the import behind the batch that is under way. */
  readonly signal: AbortSignal;
  readonly logger: Pick<Logger, 'warn'>;
  readonly onProgress?: (progress: ImportProgress) => void;
  readonly onFailure?: (failure: ImportFailure) => void;
  /** How long to wait before each further attempt of what the storage says may be tried again. */
  readonly retryWaits?: readonly number[];
}

/**
 * Imports dumps of one cluster. Objects that cannot be imported are counted and named; the others are. Rejects with ClusterNameError,
 * or with what is no fault of the dump, the files or the storage.
 */
export async function importFiles(options: ImportOptions): Promise<ImportResult> {
  checkClusterName(options.cluster);
  return new FileImport(options).run();
}

class FileImport {
  private readonly retry: RetryOptions;
  private readonly counts: ImportCounts;
  private readonly resolver: TypeResolver;
  private readonly inventory: InventoryKeeper;
  private readonly writer: BatchWriter;
  private readonly spool = new ObjectSpool();
  private readonly startedAt = performance.now();
  private storageError: string | undefined;
  private objects = 0;

  constructor(private readonly options: ImportOptions) {
    const { factory, cluster, signal, logger } = options;
    this.retry = {
      signal,
      onRetry: (error, wait) => logger.warn({ reason: error.message, wait }, 'the storage asks to try again'),
      ...(options.retryWaits === undefined ? {} : { waits: options.retryWaits }),
    };
    this.counts = new ImportCounts((failure) => options.onFailure?.(failure));
    this.resolver = new TypeResolver(factory, cluster);
    this.inventory = new InventoryKeeper(factory, cluster, {
      customTypes: this.resolver.customTypes,
      retry: this.retry,
    });
    this.writer = new BatchWriter({
      factory,
      cluster,
      recordsEvents: options.capabilities.events,
      retry: this.retry,
      onWritten: (type, written) => {
        this.inventory.add(type);
        this.counts.written(typeName(type), written);
      },
      onRefused: ({ prepared, place }, reason) => this.fail(place, prepared, reason),
    });
  }

  async run(): Promise<ImportResult> {
    try {
      await this.guarded(() => this.importAll());
      // What was begun before is finished, and found, whatever happened since.
      await this.guarded(() => this.writer.settle());
      await this.guarded(() => this.inventory.save());
    } finally {
      await this.spool.close();
    }
    return this.result();
  }

  private get isInterrupted(): boolean {
    return this.options.signal.aborted;
  }

  /** Notes a StorageError, the first one, and goes on. */
  private async guarded(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!isStorageError(error)) {
        await this.writer.settle().catch(() => {});
        await this.inventory.save().catch(() => {});
        throw error;
      }
      this.storageError ??= `${error.code}: ${error.message}`;
    }
  }

  private async importAll(): Promise<void> {
    await retry(() => this.options.factory.prepareCluster(this.options.cluster), this.retry);
    for (const file of this.options.files) {
      if (!this.isInterrupted) await this.importFile(file);
    }
    for await (const object of this.spool.objects()) {
      if (this.isInterrupted) break;
      await this.importLate(object);
    }
    if (!this.isInterrupted) await this.writer.flush();
  }

  private async importFile(file: string): Promise<void> {
    const dump = await openDump(file, this.options.stdin ?? process.stdin).catch((error: unknown) => {
      this.counts.failed({ file, reason: reasonOf(error) });
    });
    if (dump === undefined) return;
    const stop = () => dump.close();
    this.options.signal.addEventListener('abort', stop);
    const batches = readDump(dump.chunks);
    try {
      for (;;) {
        const next = await this.nextParts(batches, file);
        if (next === undefined || this.isInterrupted) break;
        for (const part of next) {
          if (this.isInterrupted) break;
          await this.take(file, part);
        }
        await this.inventory.saveNowAndThen();
        this.options.onProgress?.({
          file,
          bytesRead: dump.bytesRead(),
          bytesTotal: dump.bytesTotal,
          objects: this.objects,
        });
      }
    } finally {
      this.options.signal.removeEventListener('abort', stop);
      await batches.return(undefined);
      dump.close();
    }
  }

  /** A fault of the input ends the input; it is named, unless it is us who ended it. */
  private async nextParts(
    batches: AsyncGenerator<readonly DumpPart[]>,
    file: string,
  ): Promise<readonly DumpPart[] | undefined> {
    try {
      const next = await batches.next();
      return next.done === true ? undefined : next.value;
    } catch (error) {
      if (!this.isInterrupted) this.counts.failed({ file, reason: reasonOf(error) });
      return undefined;
    }
  }

  private async take(file: string, part: DumpPart): Promise<void> {
    if (part.type === 'fault') this.takeFault(file, part);
    else await this.importObject({ ...part, file });
  }

  private takeFault(file: string, { index, offset, reason, excerpt }: DumpFault): void {
    if (index !== undefined) this.objects++;
    const description = excerpt === undefined ? {} : describeObject(excerpt);
    const place = { file, offset, ...(index === undefined ? {} : { index }) };
    this.fail(place, description, reason);
  }

  private async importObject(object: SpooledObject): Promise<void> {
    this.objects++;
    try {
      const prepared = prepareObject(object.json, { cluster: this.options.cluster, ...itemType(object.list) });
      this.resolver.learn(prepared);
      const type = this.resolver.resolve(prepared);
      if (type === undefined) await this.spool.add(object);
      else await this.write(type, prepared, object);
    } catch (error) {
      if (!(error instanceof InvalidObjectError)) throw error;
      const isUntyped = error.member === 'apiVersion' || error.member === 'kind';
      // The list may still say what its items are.
      if (isUntyped && object.list !== undefined && object.list.kind === undefined) await this.spool.add(object);
      else this.refuse(object, error);
    }
  }

  private async importLate(object: SpooledObject): Promise<void> {
    try {
      const prepared = prepareObject(object.json, { cluster: this.options.cluster, ...itemType(object.list) });
      await this.write(await this.resolver.resolveAtTheEnd(prepared), prepared, object);
    } catch (error) {
      if (!(error instanceof InvalidObjectError)) throw error;
      this.refuse(object, error);
    }
  }

  private async write(type: ResourceInventory, prepared: PreparedWithKind, object: SpooledObject): Promise<void> {
    checkScope(prepared, type);
    const { file, index, offset } = object;
    const row = prepareRow(type, prepared.json);
    const withRow = row === undefined ? prepared : { ...prepared, row };
    await this.writer.add(type, { prepared: withRow, place: { file, index, offset } });
  }

  private refuse({ file, index, offset, json, list }: SpooledObject, error: InvalidObjectError): void {
    const description = { ...itemType(list), ...describeObject(Buffer.from(json).toString()) };
    this.fail({ file, index, offset }, description, error.message.replace(/^at byte \d+: /, ''));
  }

  private fail(place: FailurePlace, description: ObjectDescription, reason: string): void {
    const { apiVersion, kind } = description;
    const object = formatDescription(description);
    const type = apiVersion === undefined || kind === undefined ? undefined : { apiVersion, kind };
    this.counts.failed({ ...place, reason, ...(object === undefined ? {} : { object }) }, type);
  }

  private result(): ImportResult {
    const stopped = this.storageError !== undefined ? 'storage' : this.isInterrupted ? 'interrupted' : undefined;
    return {
      cluster: this.options.cluster,
      kinds: this.counts.kinds(),
      ...this.counts.totals(),
      failures: this.counts.failures,
      failureCount: this.counts.failureCount,
      guessed: this.resolver.guessed,
      ...(stopped === undefined ? {} : { stopped }),
      ...(this.storageError === undefined ? {} : { storageError: this.storageError }),
      milliseconds: Math.round(performance.now() - this.startedAt),
    };
  }
}

type FailurePlace = Pick<ImportFailure, 'file' | 'index' | 'offset'>;

/** The items of a PodList are Pods, of version of the list; those of a List speak for themselves. */
function itemType({ apiVersion, kind }: ListHeader = {}): { apiVersion?: string; kind?: string } {
  if (apiVersion === undefined || kind === undefined || kind === 'List' || !kind.endsWith('List')) return {};
  return { apiVersion, kind: kind.slice(0, -'List'.length) };
}

function typeName({ group, version, kind, resource }: ResourceInventory) {
  return {
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    resource: group === '' ? resource : `${resource}.${group}`,
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
