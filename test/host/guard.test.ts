import {
  createStorageError,
  type ListOptions,
  type ObjectBatch,
  type StoredObject,
} from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import { type Logger, pino } from 'pino';
import { Registry } from 'prom-client';
import { batch, capabilitiesWithout, guardedFixture, never, object, pods, read } from './guarded-fixture.js';

const changes = [{ type: 'delete', namespace: 'n', name: 'o' }] as const;

function logTo(lines: string[], level: string): Logger {
  return pino({ level }, { write: (line: string) => lines.push(line) });
}

describe('errors', () => {
  it('of the contract pass as they are', async () => {
    const error = createStorageError('CONFLICT', 'somebody was faster');
    const guarded = guardedFixture({ resources: { write: () => Promise.reject(error) } });
    await expect(guarded.resourceStorage(pods).write('c', changes)).rejects.toBe(error);
  });

  it.each([
    ['an error', () => Promise.reject(new Error('password=hunter2'))],
    ['no error at all', () => Promise.reject('hunter2')],
    [
      'an error at once',
      () => {
        throw new Error('hunter2');
      },
    ],
    ['no promise', () => object as never],
  ])('that are unknown become INTERNAL, and what was wrong is for the log alone: %s', async (_, get) => {
    const lines: string[] = [];
    const guarded = guardedFixture({ resources: { get }, logger: logTo(lines, 'info') });
    const call = guarded.resourceStorage(pods).get('c', 'n', 'o');
    await expect(call).rejects.toMatchObject({
      code: 'INTERNAL',
      retryable: false,
      message: 'storage "fixture" failed in get',
    });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ storage: 'fixture', operation: 'get', level: 50 });
  });

  it('stand in the log without what a client of a database hangs on them', async () => {
    const lines: string[] = [];
    const client = Object.assign(new TypeError('no such table'), {
      code: 'ER_NO_SUCH_TABLE',
      sql: 'INSERT INTO objects VALUES (hunter2)',
      meta: { request: { body: 'hunter2' } },
    });
    const error = createStorageError('INTERNAL', 'the storage failed', { cause: client });
    const guarded = guardedFixture({ resources: { get: () => Promise.reject(error) }, logger: logTo(lines, 'info') });
    await expect(guarded.resourceStorage(pods).get('c', 'n', 'o')).rejects.toBe(error);
    expect(lines).toHaveLength(1);
    const stack = expect.stringMatching(/^TypeError: no such table\n +at /);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      err: { message: 'no such table', code: 'ER_NO_SUCH_TABLE', stack },
    });
    expect(lines[0]).not.toContain('hunter2');
  });

  it('never come from health', async () => {
    const failing = guardedFixture({
      factory: { health: () => Promise.reject(createStorageError('UNAVAILABLE', 'gone')) },
    });
    expect(await failing.health()).toEqual({ healthy: false, reason: 'gone' });
    const hanging = guardedFixture({ factory: { health: never }, deadlines: { call: 20 } });
    expect(await hanging.health()).toMatchObject({
      healthy: false,
      reason: expect.stringMatching(/did not answer health/),
    });
  });
});

describe('deadlines', () => {
  const deadlines = { call: 30, batch: 30, write: 30 };

  it('end a get that hangs', async () => {
    const guarded = guardedFixture({ resources: { get: never }, deadlines });
    await expect(guarded.resourceStorage(pods).get('c', 'n', 'o')).rejects.toMatchObject({
      code: 'TIMEOUT',
      retryable: true,
      message: 'storage "fixture" did not answer get within 30 ms',
    });
  });

  it('end a write that hangs, and tell the storage', async () => {
    let told: AbortSignal | undefined;
    const guarded = guardedFixture({
      deadlines,
      resources: {
        write(_cluster, _changes, signal) {
          told = signal;
          return never();
        },
      },
    });
    await expect(guarded.resourceStorage(pods).write('c', changes)).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(told?.aborted).toBe(true);
  });

  it('end a list of which a batch hangs, and tell the storage', async () => {
    let told: AbortSignal | undefined;
    const guarded = guardedFixture({
      deadlines,
      resources: {
        async *list(_options, signal) {
          told = signal;
          yield batch(object);
          await never();
        },
      },
    });
    await expect(read(guarded.resourceStorage(pods).list({}))).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(told?.aborted).toBe(true);
  });

  it('do not count the time that the reader takes', async () => {
    const guarded = guardedFixture({ deadlines });
    for await (const { count } of guarded.resourceStorage(pods).list({})) {
      await expect(
        guardedFixture({ resources: { get: never }, deadlines: { call: 90 } })
          .resourceStorage(pods)
          .get('c', 'n', 'o'),
      ).rejects.toThrow();
      expect(count).toBe(1);
    }
  });
});

describe('a caller that aborts', () => {
  it('is answered at once, whatever the storage does', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const guarded = guardedFixture({
      resources: {
        write: never,
        async *list() {
          yield await never<ObjectBatch>();
        },
      },
      factory: { cleanCluster: never },
    });
    const storage = guarded.resourceStorage(pods);
    const calls = [
      storage.write('c', changes, signal),
      read(storage.list({}, signal)),
      guarded.cleanCluster('c', signal),
    ];
    controller.abort();
    for (const call of await Promise.allSettled(calls)) {
      expect(call).toMatchObject({ status: 'rejected', reason: { code: 'TIMEOUT' } });
    }
  });

  it('is answered at once too when it does so long after the call, or in the same breath', async () => {
    const read = async (abort: (controller: AbortController) => Promise<void> | void) => {
      const controller = new AbortController();
      const guarded = guardedFixture({ resources: { write: never } });
      const call = guarded.resourceStorage(pods).write('c', changes, controller.signal);
      const answered = expect(call).rejects.toMatchObject({
        code: 'TIMEOUT',
        message: expect.stringContaining('aborted'),
      });
      await abort(controller);
      await answered;
    };
    await read((controller) => controller.abort());
    await read(async (controller) => {
      await Promise.resolve();
      controller.abort();
    });
    await read(async (controller) => {
      for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
      controller.abort();
    });
  });

  it('before the call makes no call', async () => {
    let calls = 0;
    const write = async () => {
      calls++;
      return { written: 0, unchanged: 0 };
    };
    const call = guardedFixture({ resources: { write } })
      .resourceStorage(pods)
      .write('c', changes, AbortSignal.abort());
    await expect(call).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(calls).toBe(0);
  });

  it('leaves no listener behind', async () => {
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...event: Parameters<typeof add>) => {
      listeners++;
      add(...event);
    };
    signal.removeEventListener = (...event: Parameters<typeof remove>) => {
      listeners--;
      remove(...event);
    };
    const storage = guardedFixture({}).resourceStorage(pods);
    await read(storage.list({}, signal));
    await storage.write('c', changes, signal);
    expect(listeners).toBe(0);
  });
});

describe('a close', () => {
  it('refuses what comes, ends what is under way, and reaches the storage once', async () => {
    let shutdowns = 0;
    const shutdown = async () => {
      shutdowns++;
    };
    const guarded = guardedFixture({ resources: { get: never }, factory: { shutdown } });
    const storage = guarded.resourceStorage(pods);
    const underWay = storage.get('c', 'n', 'o');
    const listing = storage.list({})[Symbol.asyncIterator]();
    await listing.next();
    await Promise.all([guarded.shutdown(), guarded.shutdown()]);
    const closed = { code: 'CLOSED', message: 'storage "fixture" is shut down' };
    await expect(underWay).rejects.toMatchObject(closed);
    await expect(listing.next()).rejects.toMatchObject(closed);
    await expect(storage.get('c', 'n', 'o')).rejects.toMatchObject(closed);
    await expect(read(storage.list({}))).rejects.toMatchObject(closed);
    await expect(guarded.clusterInventories()).rejects.toMatchObject(closed);
    expect(() => guarded.collectionResources()).toThrow(expect.objectContaining(closed));
    expect(shutdowns).toBe(1);
  });
});

describe('a storage that lies', () => {
  it.each([
    ['another object', { ...object, name: 'other' }],
    ['the object of another cluster', { ...object, cluster: 'other' }],
    ['text for bytes', { ...object, json: '{}' }],
    ['nothing', undefined],
  ])('about a get is found out: %s', async (_, answer) => {
    const guarded = guardedFixture({ resources: { get: async () => answer as never } });
    await expect(guarded.resourceStorage(pods).get('c', 'n', 'o')).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it.each<[string, ListOptions, unknown[]]>([
    ['no batch at all', {}, []],
    ['no count', {}, [{ objects: [object] }]],
    ['a wrong count', {}, [{ objects: [object], count: 2 }]],
    ['more than the limit', { limit: 3 }, [batch(object, object), batch(object, object)]],
    ['another cluster', { clusters: { in: ['d'] } }, [batch(object)]],
    ['text for bytes', {}, [{ objects: [{ ...object, json: '{}' }], count: 1 }]],
    ['text for joined', {}, [{ objects: [object], count: 1, joined: '{}' }]],
    ['a revision that is none', {}, [{ ...batch(object), revision: 'with space' }]],
    ['a revision that does not compare', {}, [{ ...batch(object), revision: '0x10' }]],
    ['a position that is no text', {}, [{ ...batch(object), continue: 5 }]],
  ])('about a list is found out: %s', async (_, options, batches) => {
    const list = async function* () {
      yield* batches as ObjectBatch[];
    };
    const guarded = guardedFixture({ resources: { list } });
    await expect(read(guarded.resourceStorage(pods).list(options))).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('with members that throw is answered at once', async () => {
    const hostile = Object.defineProperty({ count: 1 }, 'joined', {
      get() {
        throw new Error('no');
      },
    }) as ObjectBatch;
    const list = async function* () {
      yield hostile;
    };
    const guarded = guardedFixture({ resources: { list } });
    await expect(read(guarded.resourceStorage(pods).list({}))).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('about a write, or its own members, is found out', async () => {
    const writing = guardedFixture({ resources: { write: async () => ({ written: '1' }) as never } });
    await expect(writing.resourceStorage(pods).write('c', changes)).rejects.toMatchObject({ code: 'INTERNAL' });
    const lacking = guardedFixture({ factory: { resourceStorage: () => ({ get: never }) as never } });
    expect(() => lacking.resourceStorage(pods)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  });
});

describe('a list', () => {
  it('passes batches on as they are, and does not touch objects that are joined', async () => {
    const joined: ObjectBatch = {
      count: 1,
      joined: object.json,
      get objects(): never {
        throw new Error('split for nothing');
      },
    };
    const list = async function* () {
      yield joined;
    };
    for await (const passed of guardedFixture({ resources: { list } }).resourceStorage(pods).list({}))
      expect(passed).toBe(joined);
  });

  it('that is left early is closed in the storage', async () => {
    let closed = false;
    const list = async function* () {
      try {
        for (;;) yield batch(object);
      } finally {
        closed = true;
      }
    };
    for await (const _ of guardedFixture({ resources: { list } }).resourceStorage(pods).list({})) break;
    expect(closed).toBe(true);
  });

  it('does not hear of the end of a later one, though it left a listener behind', async () => {
    const heard: string[] = [];
    let calls = 0;
    const guarded = guardedFixture({
      deadlines: { batch: 40 },
      resources: {
        async *list(_options, signal) {
          const name = `call ${++calls}`;
          signal?.addEventListener('abort', () => heard.push(name));
          yield batch(object);
          if (calls === 3) await never();
        },
      },
    });
    const storage = guarded.resourceStorage(pods);
    await read(storage.list({}));
    for await (const _ of storage.list({})) break;
    await expect(read(storage.list({}))).rejects.toMatchObject({ code: 'TIMEOUT' });
    await read(storage.list({}));
    expect(heard).toEqual(['call 2', 'call 3']);
  });

  it('never begins with a signal that has aborted, whatever happened to those before', async () => {
    const begun: (boolean | undefined)[] = [];
    const guarded = guardedFixture({
      resources: {
        async *list(_options, signal) {
          begun.push(signal?.aborted);
          for (let at = 0; at < 3; at++) yield batch(object);
        },
      },
    });
    const storage = guarded.resourceStorage(pods);
    await Promise.all([read(storage.list({})), read(storage.list({}))]);
    for await (const _ of storage.list({})) break;
    const controller = new AbortController();
    for await (const _ of storage.list({}, controller.signal)) {
      controller.abort();
      break;
    }
    await read(storage.list({}));
    await read(storage.list({}));
    expect(begun).toEqual(Array.from({ length: 6 }, () => false));
  });

  it('whose last batch says so is over with it: measured, and not asked for more', async () => {
    const registry = new Registry();
    let asked = false;
    const list = async function* () {
      yield { ...batch(object), last: true };
      asked = true;
    };
    const guarded = guardedFixture({ resources: { list }, registry });
    const batches = guarded.resourceStorage(pods).list({})[Symbol.asyncIterator]();
    expect((await batches.next()).value).toMatchObject({ count: 1, last: true });
    expect(await registry.metrics()).toContain('_count{storage="fixture",operation="list",code="OK"} 1');
    expect((await batches.next()).done).toBe(true);
    expect(asked).toBe(false);
    expect(await registry.metrics()).toContain('_count{storage="fixture",operation="list",code="OK"} 1');
  });
});

describe('rows', () => {
  it.each<[string, StoredObject]>([
    ['no text', { ...object, row: 1 as never }],
    ['begins otherwise', { ...object, row: '2 "a"' }],
  ])('that a list did not ask for are a fault: one that %s', async (_, faulty) => {
    const list = async function* () {
      yield batch(faulty);
    };
    const storage = guardedFixture({ resources: { list } }).resourceStorage(pods);
    await expect(read(storage.list({ withRows: { prefix: '1 ' } }))).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(read(storage.list({}))).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('pass the guard', async () => {
    const withRow = { ...object, row: '1 "a"' };
    const list = async function* () {
      yield batch(withRow, object);
    };
    const storage = guardedFixture({ resources: { list } }).resourceStorage(pods);
    expect(await read(storage.list({ withRows: { prefix: '1 ' } }))).toEqual([withRow, object]);
  });
});

describe('capabilities', () => {
  it.each<[string, ListOptions]>([
    ['ownerSearch', { clusters: { in: ['c'] }, owner: { uid: 'u', seniority: 0 } }],
    ['rawQuery', { rawQuery: { statement: '1', parameters: [] } }],
    ['events', { injectEvents: true }],
  ])('%s: what nobody can do is refused, naming capability and storage', async (capability, options) => {
    const capabilities = capabilitiesWithout(capability as 'events');
    const refusal = {
      code: 'NOT_SUPPORTED',
      message: `storage "fixture" does not have the capability "${capability}" that this needs`,
    };
    await expect(read(guardedFixture({ capabilities }).resourceStorage(pods).list(options))).rejects.toMatchObject(
      refusal,
    );
    await expect(read(guardedFixture({}).resourceStorage(pods).list(options))).resolves.toHaveLength(1);
  });

  it('that are missing refuse calls too', async () => {
    const guarded = guardedFixture({ capabilities: capabilitiesWithout('events', 'collectionResources') });
    const storage = guarded.resourceStorage(pods);
    await expect(storage.recordEvents('c', [])).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
    await expect(storage.get('c', 'n', 'o', { injectEvents: true })).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
    await expect(storage.get('c', 'n', 'o')).resolves.toBe(object);
    expect(guarded.collectionResources()).toEqual([]);
    expect(() => guarded.collectionResourceStorage('any')).toThrow(expect.objectContaining({ code: 'NOT_SUPPORTED' }));
  });
});

describe('the storage of a type', () => {
  it('is asked for once for each group, version and resource', () => {
    const asked: string[] = [];
    const guarded = guardedFixture({
      factory: {
        resourceStorage({ group, version, resource }) {
          asked.push(`${group}/${version}/${resource}`);
          return { get: never, list: never as never, write: never, recordEvents: never };
        },
      },
    });
    expect(guarded.resourceStorage(pods)).toBe(guarded.resourceStorage({ ...pods }));
    guarded.resourceStorage({ ...pods, group: 'apps' });
    expect(asked).toEqual(['/v1/pods', 'apps/v1/pods']);
  });
});

describe('every call', () => {
  it('is measured by operation and code, and counted while it is under way', async () => {
    const registry = new Registry();
    const get = (_cluster: string, _namespace: string, name: string) =>
      name === 'o'
        ? Promise.resolve(object)
        : name === 'x'
          ? Promise.reject(createStorageError('NOT_FOUND', 'x'))
          : never<never>();
    const guarded = guardedFixture({ resources: { get }, registry });
    const storage = guarded.resourceStorage(pods);
    await storage.get('c', 'n', 'o');
    await storage.get('c', 'n', 'o');
    await storage.get('c', 'n', 'x').catch(() => {});
    await read(storage.list({}));
    storage.get('c', 'n', 'hangs').catch(() => {});
    const count = (operation: string, code: string) =>
      `clusterdex_storage_operation_duration_seconds_count{storage="fixture",operation="${operation}",code="${code}"}`;
    const metrics = await registry.metrics();
    expect(metrics).toContain(`${count('get', 'OK')} 2`);
    expect(metrics).toContain(`${count('get', 'NOT_FOUND')} 1`);
    expect(metrics).toContain(`${count('list', 'OK')} 1`);
    expect(metrics).toContain('clusterdex_storage_operations_in_flight{storage="fixture"} 1');
    await guarded.shutdown();
    expect(await registry.metrics()).toContain('clusterdex_storage_operations_in_flight{storage="fixture"} 0');
  });

  it('is a line in the log at debug', async () => {
    const lines: string[] = [];
    await guardedFixture({ logger: logTo(lines, 'debug') })
      .resourceStorage(pods)
      .get('c', 'n', 'o');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ storage: 'fixture', operation: 'get', code: 'OK', milliseconds: expect.any(Number) }),
    ]);
  });
});
