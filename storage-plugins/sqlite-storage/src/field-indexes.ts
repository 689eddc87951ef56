import type { CollectionListOptions, FieldIndexStatus, ResourceType } from '@clusterdex/storage-contract';
import {
  type FieldDeclaration,
  type IndexedSearch,
  parseFieldDeclaration,
  useFieldIndexes,
} from '@clusterdex/storage-sql';
import type { Statements } from './statements.js';
import type { WorkerThread } from './worker-thread.js';

/** How long the writer builds before it looks for something to write, and how long it then leaves it alone. */
const stepMilliseconds = 20;
const restMilliseconds = 5;
const retryMilliseconds = 2000;

interface FieldIndexSet {
  readonly generation: number;
  readonly ready: readonly FieldDeclaration[];
}

/** Says what declared fields answer of a search, and has the writer build what is not built. */
export class FieldIndexes {
  readonly #statements: Statements;
  readonly #writer: WorkerThread;
  #set: FieldIndexSet = { generation: -1, ready: [] };
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(statements: Statements, writer: WorkerThread) {
    this.#statements = statements;
    this.#writer = writer;
    this.#schedule(0);
  }

  status(): readonly FieldIndexStatus[] {
    const rows = this.#statements.rows('SELECT declaration, state FROM field_indexes ORDER BY declaration').all();
    return (rows as [string, FieldIndexStatus['state']][]).map(([declaration, state]) => ({ declaration, state }));
  }

  /** The search in terms of the fields that are declared now, and their generation. */
  use(
    options: CollectionListOptions,
    types: readonly ResourceType[] | undefined,
  ): IndexedSearch & { readonly generation: number } {
    const set = this.#current();
    return { generation: set.generation, ...useFieldIndexes(options, set.ready, types) };
  }

  stop(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #current(): FieldIndexSet {
    const generation = this.#statements.values('SELECT field_generation FROM revision').get() as number;
    if (generation !== this.#set.generation) {
      const ready = this.status().filter(({ state }) => state === 'ready');
      // Another process may have declared what it did not stay to build.
      this.#schedule(restMilliseconds);
      this.#set = { generation, ready: ready.map(({ declaration }) => parseFieldDeclaration(declaration)) };
    }
    return this.#set;
  }

  #schedule(milliseconds: number): void {
    if (this.#ended) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#step(), milliseconds);
    this.#timer.unref();
  }

  async #step(): Promise<void> {
    try {
      if (this.#ended || this.status().every(({ state }) => state === 'ready')) return;
      if (await this.#writer.request('buildFields', stepMilliseconds)) this.#schedule(restMilliseconds);
    } catch {
      // The disk is full, say; a search is right without.
      this.#schedule(retryMilliseconds);
    }
  }
}
