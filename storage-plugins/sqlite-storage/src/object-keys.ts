import type { StoredObject } from '@clusterdex/storage-contract';
import type { ObjectCache, ReadState } from './object-cache.js';
import type { ObjectReader } from './object-reader.js';
import type { Statements } from './statements.js';

type Read = <Result>(work: () => Result) => Result;

export interface ObjectKeysOptions {
  readonly statements: Statements;
  /** Of whole objects. */
  readonly cache: ObjectCache;
  readonly reader: ObjectReader;
}

export type ObjectKey = readonly [cluster: string, namespace: string, name: string];

/** A key and its id take some 200 bytes; a cache of the usual size has room for fewer objects than that. */
const mostKeys = 20_000;

/**
 * Gets of objects, from the cache of whole objects where it has them. An id is never given twice, and the log of changes takes a deleted
 * object out of the cache: so an id that a key once had leads to the object of that key, or to none.
 */
export class ObjectKeys {
  readonly #statements: Statements;
  readonly #cache: ObjectCache;
  readonly #reader: ObjectReader;
  readonly #read: Read;
  readonly #ids = new Map<string, number>();
  #following: Promise<ReadState> | undefined;

  /** Every read goes through `read`, which knows whether the storage is still open and what an error means. */
  constructor({ statements, cache, reader }: ObjectKeysOptions, read: Read) {
    this.#statements = statements;
    this.#cache = cache;
    this.#reader = reader;
    this.#read = read;
  }

  async get(typeId: number, key: ObjectKey): Promise<StoredObject | undefined> {
    this.#following ??= this.#follow();
    const state = await this.#following;
    const [cluster, namespace, name] = key;
    const text = `${typeId} ${cluster}\0${namespace}\0${name}`;
    const knownId = this.#ids.get(text);
    const known = knownId === undefined ? undefined : this.#cache.get(knownId);
    if (known !== undefined) return known;
    const found = this.#read(() => this.#reader.get(typeId, key));
    if (found === undefined) return undefined;
    const { id, json } = found;
    const object = { cluster, namespace, name, json };
    if (this.#cache.wants([id])) {
      this.#cache.keep(id, object, state);
      if (this.#ids.size >= mostKeys) this.#ids.clear();
      this.#ids.set(text, id);
    }
    return object;
  }

  /** Once for all gets of one turn of the event loop, after each of them was asked for: it takes three system calls. */
  #follow(): Promise<ReadState> {
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        this.#following = undefined;
        try {
          resolve(this.#read(() => this.#readState()));
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  #readState(): ReadState {
    const state = this.#statements.readState();
    this.#cache.follow(state);
    return state;
  }
}
