import {
  InvalidObjectError,
  type PreparedWithKind,
  prepareObject,
  type ResourceInventory,
  type StoredObject,
} from '@clusterdex/storage-contract';
import { compareResourceVersions } from '@clusterdex/storage-contract/selection';
import { type RowPreparer, rowPreparerFor } from '../../kube/table/prepared-rows.js';
import { printerFor } from '../../kube/table/printer-for.js';
import { ContentsDigest } from './contents-digest.js';
import { missingEvents } from './copied-events.js';
import type { CopiedStorage } from './copied-storage.js';
import type { CopySide, TypeContents, TypeDifferences } from './copy-result.js';
import { compareKeys, keyText, ObjectCursor } from './object-cursor.js';

export interface CompareTypeOptions {
  readonly source: CopiedStorage;
  readonly target: CopiedStorage;
  readonly cluster: string;
  readonly type: ResourceInventory;
  readonly signal: AbortSignal;
  readonly onObject: () => void;
  readonly onInvalid: (object: string, reason: string) => void;
  /** What differs, in key order; absent where it is only counted. */
  readonly visitor?: DifferenceVisitor;
}

/** The bytes of what is given are valid during the call only, except those of a prepared object. */
export interface DifferenceVisitor {
  /** To be written: it is missing or different in the target, or has no row of the present columns there. */
  upsert(prepared: PreparedWithKind): Promise<void>;
  extra(object: StoredObject): Promise<void>;
  events(object: StoredObject, events: readonly Uint8Array[]): Promise<void>;
}

export interface Comparison {
  readonly source: TypeContents;
  readonly target: TypeContents;
  readonly differences: TypeDifferences;
  readonly examples: readonly string[];
}

const namedExamples = 5;

/** Reads a type of a cluster on both sides, in key order and so in flat memory, and compares byte by byte. */
export function compareType(options: CompareTypeOptions): Promise<Comparison> {
  return new TypeComparison(options).run();
}

class TypeComparison {
  private readonly digests = { source: new ContentsDigest(), target: new ContentsDigest() };
  private readonly counts = { missing: 0, different: 0, newer: 0, extra: 0, missingEvents: 0 };
  private readonly examples: string[] = [];
  private readonly rows: RowPreparer | undefined;
  private readonly copiesEvents: boolean;

  constructor(private readonly options: CompareTypeOptions) {
    const { source, target, type } = options;
    const rows = rowPreparerFor(printerFor(type));
    this.rows = rows.metadataSuffices || !target.capabilities.rows ? undefined : rows;
    this.copiesEvents = source.capabilities.events && target.capabilities.events;
  }

  async run(): Promise<Comparison> {
    const source = this.cursor('source');
    const target = this.cursor('target');
    try {
      await Promise.all([source.advance(), target.advance()]);
      while (source.current !== undefined || target.current !== undefined) {
        const order = orderOf(source.current, target.current);
        if (order <= 0) this.options.onObject();
        await this.compare(order <= 0 ? source.current : undefined, order >= 0 ? target.current : undefined);
        if (order <= 0) await source.advance();
        if (order >= 0) await target.advance();
      }
    } finally {
      await Promise.all([source.close(), target.close()]).catch(() => {});
    }
    const { digests, counts, examples } = this;
    return {
      source: digests.source.contents(),
      target: digests.target.contents(),
      differences: { ...counts },
      examples,
    };
  }

  private cursor(side: CopySide): ObjectCursor {
    const { cluster, type, signal } = this.options;
    const { factory, name } = this.options[side];
    const rows = side === 'target' && this.options.visitor !== undefined ? this.rows : undefined;
    const storage = factory.resourceStorage(type);
    return new ObjectCursor({
      side,
      title: `${type.resource} of cluster ${cluster} in the ${side} (${name})`,
      list: (options, stop) => storage.list(options, stop),
      listOptions: {
        clusters: { in: [cluster] },
        ...(this.copiesEvents ? { injectEvents: true } : {}),
        ...(rows === undefined ? {} : { withRows: { prefix: rows.prefix } }),
      },
      signal,
    });
  }

  private async compare(source: StoredObject | undefined, target: StoredObject | undefined): Promise<void> {
    if (target !== undefined) this.digests.target.add(target, target.json, target.events?.length ?? 0);
    if (source === undefined) {
      if (target === undefined) return;
      this.count('extra', target);
      await this.options.visitor?.extra(target);
      return;
    }
    await this.compareEvents(source, target);
    if (target !== undefined && Buffer.compare(source.json, target.json) === 0) {
      this.digests.source.add(source, source.json, source.events?.length ?? 0);
      if (this.rows !== undefined && target.row === undefined) await this.upsert(this.prepare(source));
      return;
    }
    const prepared = this.prepare(source);
    const json = prepared?.json ?? source.json;
    this.digests.source.add(source, json, source.events?.length ?? 0);
    if (target === undefined) this.count('missing', source);
    else if (Buffer.compare(json, target.json) === 0) return;
    else if (isNewer(target, prepared)) return this.count('newer', source);
    else this.count('different', source);
    await this.upsert(prepared);
  }

  private async compareEvents(source: StoredObject, target: StoredObject | undefined): Promise<void> {
    const missing = missingEvents(source, target);
    if (missing.length === 0) return;
    this.counts.missingEvents += missing.length;
    await this.options.visitor?.events(source, missing);
  }

  private async upsert(prepared: PreparedWithKind | undefined): Promise<void> {
    const { visitor } = this.options;
    if (prepared === undefined || visitor === undefined) return;
    await visitor.upsert(this.rows === undefined ? prepared : { ...prepared, row: this.rows.prepare(prepared.json) });
  }

  private prepare(object: StoredObject): PreparedWithKind | undefined {
    try {
      return prepareObject(object.json, { cluster: this.options.cluster });
    } catch (error) {
      if (!(error instanceof InvalidObjectError)) throw error;
      this.options.onInvalid(keyText(object), error.message);
      return undefined;
    }
  }

  private count(difference: keyof TypeDifferences, object: StoredObject): void {
    this.counts[difference]++;
    if (this.examples.length < namedExamples) this.examples.push(keyText(object));
  }
}

function orderOf(source: StoredObject | undefined, target: StoredObject | undefined): number {
  if (source === undefined) return 1;
  return target === undefined ? -1 : compareKeys(source, target);
}

function isNewer(target: StoredObject, source: PreparedWithKind | undefined): boolean {
  if (source === undefined) return false;
  try {
    const { resourceVersion } = prepareObject(target.json, { cluster: target.cluster });
    return compareResourceVersions(resourceVersion, source.resourceVersion) > 0;
  } catch (error) {
    if (error instanceof InvalidObjectError) return false;
    throw error;
  }
}
