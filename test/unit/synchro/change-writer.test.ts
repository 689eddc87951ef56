import { createStorageError, type ObjectChange, prepareObject, type WriteResult } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import { ChangeWriter, type QueuedChange } from '../../../src/synchro/writer/change-writer.js';
import { createWriteBudget, type WriteBudget } from '../../../src/synchro/writer/write-budget.js';
import { systemClock } from '../../../src/timing/clock.js';

function upsert(name: string, version: number, uid = name): QueuedChange {
  const metadata = { name, uid, resourceVersion: String(version) };
  const json = Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata }));
  return { type: 'upsert', object: prepareObject(json, { cluster: 'c' }) };
}

const remove = (name: string): QueuedChange => ({ type: 'delete', namespace: '', name });

function describeChange(change: ObjectChange): string {
  return change.type === 'delete' ? `-${change.name}` : `${change.object.name}@${change.object.resourceVersion}`;
}

function open(
  options: {
    readonly budget?: WriteBudget;
    readonly write?: (changes: readonly ObjectChange[]) => Promise<void>;
    readonly signal?: AbortSignal;
  } = {},
) {
  const batches: string[][] = [];
  const refused: string[] = [];
  const writer = new ChangeWriter({
    async write(changes): Promise<WriteResult> {
      await options.write?.(changes);
      batches.push(changes.map(describeChange));
      return { written: changes.length, unchanged: 0 };
    },
    budget: options.budget ?? createWriteBudget(),
    clock: { ...systemClock, sleep: async () => {} },
    signal: options.signal ?? new AbortController().signal,
    onWritten: () => {},
    onRefused: (change) => void refused.push(change.type === 'upsert' ? change.object.name : change.name),
    onTrouble: () => {},
  });
  return { writer, batches, refused };
}

describe('changes on their way into a storage', () => {
  it('keep their order for each object; of states that wait together the last is written', async () => {
    const { writer, batches } = open();
    for (const change of [
      upsert('a', 1),
      upsert('b', 2),
      upsert('a', 3),
      remove('a'),
      upsert('a', 5, 'new'),
      upsert('a', 6, 'new'),
    ]) {
      await writer.add(change);
    }
    await writer.settle();
    expect(batches).toEqual([['a@3', 'b@2', '-a', 'a@6']]);
    expect(writer.waitingSince).toBeUndefined();
  });

  it('gather while others are written', async () => {
    let finish: () => void = () => {};
    let isFirst = true;
    const { writer, batches } = open({
      write: () => {
        if (!isFirst) return Promise.resolve();
        isFirst = false;
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
    });
    await writer.add(upsert('a', 1));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    for (let i = 0; i < 10; i++) await writer.add(upsert(`b-${i}`, i));
    expect(batches).toEqual([]);
    finish();
    await writer.settle();
    expect(batches.map(({ length }) => length)).toEqual([1, 10]);
  });

  it('wait when there is no room, and go on when there is', async () => {
    const budget = createWriteBudget({ bytes: 3000 });
    const { writer, batches } = open({ budget });
    for (let i = 0; i < 200; i++) {
      await writer.add(upsert(`a-${i}`, i));
      expect(budget.waitingBytes).toBeLessThanOrEqual(3000);
    }
    await writer.settle();
    expect(batches.flat()).toEqual(Array.from({ length: 200 }, (_, i) => `a-${i}@${i}`));
    expect(budget.waitingBytes).toBe(0);
  });

  it('are all written but the one that is refused', async () => {
    const { writer, batches, refused } = open({
      write: async (changes) => {
        if (changes.some((change) => describeChange(change) === 'a-37@37')) throw createStorageError('INVALID', 'no');
      },
    });
    for (let i = 0; i < 100; i++) await writer.add(upsert(`a-${i}`, i));
    await writer.settle();
    expect(refused).toEqual(['a-37']);
    expect(batches.flat()).toEqual(
      Array.from({ length: 100 }, (_, i) => `a-${i}@${i}`).filter((name) => name !== 'a-37@37'),
    );
  });

  it('are written in the end by a storage that asks to try again', async () => {
    let failures = 20;
    const { writer, batches } = open({
      write: async () => {
        if (failures-- > 0) throw createStorageError('UNAVAILABLE', 'not now');
      },
    });
    await writer.add(upsert('a', 1));
    await writer.settle();
    expect(batches).toEqual([['a@1']]);
  });

  it('do not wait for writes of others when they are to end, and leave their room to others', async () => {
    const budget = createWriteBudget({ writes: 1 });
    let finish = () => {};
    const others = budget.write(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
      new AbortController().signal,
    );
    const stopping = new AbortController();
    const ending = open({ budget, signal: stopping.signal });
    await ending.writer.add(upsert('a', 1));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    stopping.abort();
    await expect(ending.writer.settle()).rejects.toMatchObject({ name: 'AbortError' });
    expect(budget.waitingBytes).toBe(0);
    const next = open({ budget });
    await next.writer.add(upsert('b', 1));
    finish();
    await others;
    await next.writer.settle();
    expect([ending.batches, next.batches]).toEqual([[], [['b@1']]]);
  });

  it('end with a storage that is closed', async () => {
    const budget = createWriteBudget();
    const { writer } = open({
      budget,
      write: () => Promise.reject(createStorageError('CLOSED', 'shut down')),
    });
    await writer.add(upsert('a', 1));
    await expect(writer.settle()).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(writer.add(upsert('b', 1))).rejects.toMatchObject({ code: 'CLOSED' });
    expect(budget.waitingBytes).toBe(0);
  });
});
