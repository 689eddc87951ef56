import {
  createStorageError,
  type ObjectBatch,
  type ResourceType,
  reduceToMetadata,
  type StoredObject,
} from '@clusterdex/storage-contract';
import {
  compileFilter,
  compileOrder,
  isOrderKey,
  type Order,
  type OrderKey,
} from '@clusterdex/storage-contract/selection';
import type { FallbackPlan } from './fallback-plan.js';
import { lazySelectable } from './lazy-selectable.js';

type Batches = AsyncIterable<ObjectBatch>;

interface Found {
  readonly object: StoredObject;
  readonly key: OrderKey;
}

/** How many objects a batch of a sorted list holds. */
const sortedBatch = 500;

/**
 * Does over streamed results what the storage does not, at a scan's price. Without a sort it holds a batch at a time; a sort holds a
 * page, or, without a limit, everything.
 */
export async function* listWithFallback(plan: FallbackPlan, batches: Batches): AsyncGenerator<ObjectBatch> {
  const page = new PageCounter(plan);
  const pages = plan.order ? sorted(plan, batches, page) : streamed(plan, batches, page);
  let held: StoredObject[] | undefined;
  let first = true;
  for await (const objects of pages) {
    if (held !== undefined) {
      yield toBatch(held, first ? page.revision : undefined);
      first = false;
    }
    held = objects;
  }
  const last = toBatch(held ?? [], first ? page.revision : undefined);
  yield { ...last, ...page.end() };
}

/** Lists of objects in the order of the storage, which is the one asked for. */
async function* streamed(plan: FallbackPlan, batches: Batches, page: PageCounter): AsyncGenerator<StoredObject[]> {
  const select = compileSelect(plan, page);
  for await (const batch of batches) {
    page.read(batch);
    const objects: StoredObject[] = [];
    for (const object of batch.objects) {
      const found = select(object);
      if (found === undefined) continue;
      if (page.take(found.key)) objects.push(finish(object, plan));
      else if (page.done) break;
    }
    if (objects.length > 0) yield objects;
    if (page.done) return;
  }
}

/** The page's objects, sorted: what cannot be on the page is dropped on the way. */
async function* sorted(plan: FallbackPlan, batches: Batches, page: PageCounter): AsyncGenerator<StoredObject[]> {
  const select = compileSelect(plan, page);
  const keep = page.offset + (page.limit ?? Number.POSITIVE_INFINITY) + 1;
  const compare = (a: Found, b: Found): number => page.order.compare(a.key, b.key);
  let kept: Found[] = [];
  let dropped = 0;
  for await (const batch of batches) {
    page.read(batch);
    for (const object of batch.objects) {
      const found = select(object);
      if (found !== undefined) kept.push({ key: found.key, object: finish(ownBytes(found.object), plan) });
    }
    if (kept.length > 2 * keep) {
      kept.sort(compare);
      dropped += kept.length - keep;
      kept = kept.slice(0, keep);
    }
  }
  kept.sort(compare);
  const taken = kept.filter(({ key }) => page.take(key)).map(({ object }) => object);
  page.skip(dropped);
  for (let at = 0; at < taken.length; at += sortedBatch) yield taken.slice(at, at + sortedBatch);
}

/** What passes the host's filters and lies behind the position where the page begins. */
function compileSelect(plan: FallbackPlan, page: PageCounter): (object: StoredObject) => Found | undefined {
  const filter = plan.filter === undefined ? undefined : compileFilter(plan.filter);
  const needsKey = plan.page || plan.order;
  return (object) => {
    const selectable = lazySelectable(object);
    if (filter !== undefined && !filter(selectable)) return undefined;
    if (!needsKey) return { object, key: [] };
    const key = page.order.key(selectable, object.type);
    return page.isBehindStart(key) ? { object, key } : undefined;
  };
}

/** Counts what is taken and what remains, and knows the positions at which a page begins and ends. */
class PageCounter {
  readonly order: Order;
  readonly offset: number;
  readonly limit: number | undefined;
  readonly #pages: boolean;
  readonly #counts: boolean;
  readonly #after: OrderKey | undefined;
  #seen = 0;
  #taken = 0;
  #last: OrderKey | undefined;
  #read: ObjectBatch | undefined;
  revision: string | undefined;

  constructor({ asked, page, count }: FallbackPlan) {
    this.#pages = page;
    const start = page ? asked.start : undefined;
    this.order = compileOrder(asked.orderBy);
    this.offset = start !== undefined && 'offset' in start ? start.offset : 0;
    this.limit = page ? asked.limit : undefined;
    this.#counts = count;
    this.#after = start !== undefined && 'after' in start ? readPosition(start.after, this.order) : undefined;
  }

  /** A batch of the storage, before its objects. */
  read(batch: ObjectBatch): void {
    this.revision ??= batch.revision;
    this.#read = batch;
  }

  isBehindStart(key: OrderKey): boolean {
    return this.#after === undefined || this.order.compare(key, this.#after) > 0;
  }

  /** Whether the object that comes next is on the page. */
  take(key: OrderKey): boolean {
    this.#seen++;
    if (this.#seen <= this.offset || (this.limit !== undefined && this.#taken === this.limit)) return false;
    this.#taken++;
    this.#last = key;
    return true;
  }

  skip(objects: number): void {
    this.#seen += objects;
  }

  get #more(): boolean {
    return this.#seen > this.offset + this.#taken;
  }

  /** Nothing that comes can change the answer. */
  get done(): boolean {
    return !this.#counts && this.#more;
  }

  /** What the last batch says: of the host's own doing, or, where that is the storage's part, what its last batch said. */
  end(): Pick<ObjectBatch, 'continue' | 'remainingItemCount'> {
    const position = this.#pages ? this.#position : this.#read?.continue;
    const remaining = this.#counts ? this.#seen - this.offset - this.#taken : this.#read?.remainingItemCount;
    return {
      ...(position === undefined ? {} : { continue: position }),
      ...(remaining === undefined ? {} : { remainingItemCount: remaining }),
    };
  }

  get #position(): string | undefined {
    return this.#more && this.#last !== undefined ? writePosition(this.#last) : undefined;
  }
}

function finish(object: StoredObject, plan: FallbackPlan): StoredObject {
  const isReduced = plan.metadata && (plan.asked.withRows === undefined || object.row !== undefined);
  return isReduced ? { ...object, json: reduceToMetadata(object.json) } : object;
}

/** A view of a large batch would keep the whole batch alive. */
function ownBytes(object: StoredObject): StoredObject {
  return object.json.byteLength === object.json.buffer.byteLength ? object : { ...object, json: object.json.slice() };
}

function toBatch(objects: readonly StoredObject[], revision: string | undefined): ObjectBatch {
  const types = new Map<string, ResourceType>();
  for (const { type } of objects)
    if (type !== undefined) types.set(`${type.group}/${type.version}/${type.resource}`, type);
  return {
    objects,
    count: objects.length,
    ...(types.size > 0 ? { types: [...types.values()] } : {}),
    ...(revision === undefined ? {} : { revision }),
  };
}

/** The host's own positions begin with `~`: none that a storage issued is taken for one. */
function writePosition(key: OrderKey): string {
  return `~${Buffer.from(JSON.stringify(key)).toString('base64url')}`;
}

function readPosition(position: string, order: Order): OrderKey {
  try {
    const key: unknown = position.startsWith('~')
      ? JSON.parse(Buffer.from(position.slice(1), 'base64url').toString())
      : undefined;
    if (isOrderKey(key, order.keyLength) || isOrderKey(key, order.keyLength + 3)) return key;
  } catch {
    // Falls through: whatever is wrong with it, it is not ours.
  }
  throw createStorageError('INVALID', 'the position to go on from was not issued for this list');
}
