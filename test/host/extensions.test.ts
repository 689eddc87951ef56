import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Notice, StorageFactory } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { checkExtensions } from '../../src/plugin-host/extensions/check-extensions.js';
import { checkRouteResponse } from '../../src/plugin-host/extensions/check-route-response.js';
import { createCounterSamples } from '../../src/plugin-host/extensions/counter-samples.js';
import { createHealthReport } from '../../src/plugin-host/extensions/health-report.js';
import { createNotices } from '../../src/plugin-host/extensions/notices.js';
import { openStorage } from '../../src/plugin-host/open-storage.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { capabilitiesWithout } from './guarded-fixture.js';
import { fixtures, packageJson, surroundings, writeFiles } from './plugin-fixtures.js';

const folder = temporaryFolder();
const silent = pino({ level: 'silent' });
const extended = join(fixtures, 'extended');
let written = 0;

/** Opens a plugin of which `capabilities` and `members` are JavaScript. */
function open(capabilities: string, members: string, options: Partial<Parameters<typeof openStorage>[0]> = {}) {
  const name = `written-${++written}`;
  writeFiles(join(folder, `${name}-storage`), {
    'package.json': packageJson(name),
    'index.js': `import { capabilities, emptyFactory, plugin } from ${JSON.stringify(join(fixtures, 'support.mjs'))};
export default plugin('${name}', {
  capabilities: { ...capabilities, ${capabilities} },
  createStorageFactory: async (_config, host) => emptyFactory(host, { ${members} }),
});`,
  });
  return openStorage({ ...surroundings(join(folder, 'data')), ...options, folders: [folder], name });
}

const route = { name: 'a', method: 'GET', pattern: '/a', version: 'v1', handler() {} };
const command = { name: 'a', description: 'A.', permission: 'r', run() {} };

describe('extensions of a plugin', () => {
  it('that the host does not know are refused, when the plugin is checked', async () => {
    await expect(open('teleport: true', 'teleport() {}')).rejects.toMatchObject({
      code: 'INVALID_PLUGIN',
      violations: [expect.stringMatching(/^\/capabilities\/teleport: is not known/)],
    });
  });

  it('that a capability names and nothing serves are refused, and the storage is shut down', async () => {
    const ended = new Promise<void>((resolve) => {
      Object.assign(globalThis, { shutDownForNothing: resolve });
    });
    const members = 'async shutdown() { globalThis.shutDownForNothing(); }';
    await expect(open('routes: true, notify: true', members)).rejects.toMatchObject({
      code: 'INVALID_PLUGIN',
      violations: [
        '/routes: is missing, and the capability routes is true',
        '/notify: is missing, and the capability notify is true',
      ],
    });
    await ended;
  });

  it('that no capability names are not looked at', async () => {
    const storage = await open('', 'routes: 7, commands: [{ name: "own" }]');
    expect(storage.extensions).toMatchObject({ hasOwn: false, routes: [] });
    expect(storage.extensions.commands.map(({ name }) => name)).toEqual(['health', 'log-level', 'setting']);
    await storage.close();
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['routes that are no list', { routes: {} }, /^\/routes: must be array/],
    ['a method that is none', { routes: [{ ...route, method: 'OPTIONS' }] }, /^\/routes\/0\/method: must be one of/],
    [
      'a pattern that is none',
      { routes: [{ ...route, pattern: 'a/{b' }] },
      /^\/routes\/0\/pattern: .*parameter in braces/,
    ],
    ['a parameter twice', { routes: [{ ...route, pattern: '/{a}/{a}' }] }, /names a parameter twice/],
    ['a pattern of the host', { routes: [{ ...route, pattern: '/health' }] }, /\/health is taken by the host/],
    ['a route without a handler', { routes: [{ ...route, handler: 1 }] }, /^\/routes\/0\/handler: must be a function/],
    [
      'routes that answer the same',
      {
        routes: [
          { ...route, pattern: '/{a}' },
          { ...route, name: 'b', pattern: '/{b}' },
        ],
      },
      /^\/routes\/1\/pattern: another route answers/,
    ],
    ['a name twice', { routes: [route, { ...route, pattern: '/b' }] }, /^\/routes\/1\/name: "a" is there twice/],
    ['a body without end', { routes: [{ ...route, bodyLimit: 1e9 }] }, /^\/routes\/0\/bodyLimit: must be <=/],
    [
      'a permission that is none',
      { commands: [{ ...command, permission: 'x' }] },
      /^\/commands\/0\/permission: must be/,
    ],
    [
      'a command of the host',
      { commands: [{ ...command, name: 'health' }] },
      /gives the command health to every plugin/,
    ],
    [
      'a schema that is none',
      { commands: [{ ...command, argumentSchema: { type: 'object', properties: 1 } }] },
      /^\/commands\/0\/argumentSchema: is no JSON Schema/,
    ],
    [
      'an argument of the command line',
      { commands: [{ ...command, argumentSchema: { type: 'object', properties: { server: {} } } }] },
      /properties\/server: is a flag of `clusterdex command` itself/,
    ],
    ['a step without undo', { steps: [{ name: 'a', do() {} }] }, /^\/steps\/0\/undo: must be a function/],
    ['a standby part that is none', { standby: true }, /^\/standby: must be object/],
    ['a serve on standby that is none', { standby: { serve: 1 } }, /^\/standby\/serve: must be a function/],
    [
      'a route on standby without a handler',
      { standby: { routes: [{ ...route, handler: 1 }] } },
      /^\/standby\/routes\/0\/handler: must be a function/,
    ],
    [
      'a route on standby that the host has',
      { standby: { routes: [{ ...route, pattern: '/commands' }] } },
      /^\/standby\/routes\/0\/pattern: \/commands is taken by the host/,
    ],
    ['a step of nothing', { steps: [{ name: 'a', partOf: 'x', do() {}, undo() {} }] }, /^\/steps\/0\/partOf: must be/],
    ['a notify that is none', { notify: 1 }, /^\/notify: must be a function/],
  ])('are refused with the reason: %s', (_, members, message) => {
    const names = Object.fromEntries(Object.keys(members).map((name) => [name, true]));
    const violations = checkExtensions(members, { ...capabilitiesWithout(), ...names });
    expect(violations).toEqual([expect.stringMatching(message)]);
  });
});

describe('a command and a route', () => {
  it('that hang are ended at their deadline, told so, and measured', async () => {
    const told = new Promise<void>((resolve) => {
      Object.assign(globalThis, { warehouseWasToldToEnd: resolve });
    });
    const registry = new Registry();
    const storage = await openStorage({
      ...surroundings(join(folder, 'hanging')),
      registry,
      folders: [extended],
      name: 'warehouse',
      deadlines: { command: 40 },
    });
    await expect(storage.extensions.runCommand('hang', {})).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: 'storage "warehouse" did not answer command:hang within 40 ms',
    });
    await told;
    expect(await registry.metrics()).toMatch(/operation="command:hang",code="TIMEOUT"\} 1/);
    await storage.close();
    await expect(storage.extensions.runCommand('count', { shelf: 1 })).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('end when the server ends', async () => {
    const controller = new AbortController();
    const storage = await openStorage({
      ...surroundings(join(folder, 'ending')),
      signal: controller.signal,
      folders: [extended],
      name: 'warehouse',
    });
    const running = storage.extensions.runCommand('hang', {});
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'TIMEOUT' });
    await storage.close();
  });

  it.each([
    ['nothing', undefined, /no response/],
    ['a status that is none', { status: 700 }, /none from 200 to 599/],
    ['two bodies', { json: 1, body: 'a' }, /both json and body/],
    ['a body that is none', { body: 7 }, /neither text nor bytes/],
    ['204 with a body', { status: 204, body: 'a' }, /204 with a body/],
    [
      'a header that carries the answer',
      { headers: { 'Content-Length': '1' } },
      /"Content-Length", which a route cannot set/,
    ],
    ['a header of two lines', { headers: { ETag: 'a\nb' } }, /a value of the header ETag that is none/],
  ])('cannot answer %s', (_, response, message) => {
    expect(checkRouteResponse(response as never)).toMatch(message);
  });
});

describe('notices', () => {
  it('tell what happens to clusters in this process, in order', async () => {
    const storage = await openStorage({
      ...surroundings(join(folder, 'noticing')),
      folders: [extended],
      name: 'warehouse',
    });
    const { factory, extensions } = storage;
    await factory.prepareCluster('a');
    await factory.prepareCluster('a');
    await factory.prepareCluster('_internal');
    await factory.putClusterInventory({
      cluster: 'a',
      health: { status: 'healthy' },
      updatedAt: 1,
      resources: [],
    } as Parameters<StorageFactory['putClusterInventory']>[0]);
    await factory.cleanCluster('a');
    const notices = extensions.routes.find(({ name }) => name === 'notices');
    if (notices === undefined) throw new Error('no route');
    const request = {
      parameters: {},
      query: new URLSearchParams(),
      headers: {},
      body: new Uint8Array(),
      json: () => {},
    };
    expect((await extensions.callRoute(notices, request)).json).toEqual([
      { type: 'cluster', change: 'attached', cluster: 'a' },
      { type: 'inventory', cluster: 'a' },
      { type: 'cluster', change: 'detached', cluster: 'a' },
    ]);
    await storage.close();
  });

  const config = (key: string): Notice => ({ type: 'config', key });

  it('are told one at a time; one that fails or hangs does not keep the next', async () => {
    const told: string[] = [];
    let running = 0;
    const last = new Promise<void>((resolve) => {
      const notices = createNotices(
        async (notice) => {
          expect(++running).toBe(1);
          await Promise.resolve();
          running--;
          const key = 'key' in notice ? notice.key : '';
          told.push(key);
          if (key === 'fails') throw new Error('no');
          if (key === 'hangs') await new Promise(() => {});
          if (key === 'last') resolve();
        },
        { deadline: 20, logger: silent },
      );
      for (const key of ['first', 'fails', 'hangs', 'last']) notices.tell(config(key));
    });
    await last;
    expect(told).toEqual(['first', 'fails', 'hangs', 'last']);
  });

  it('are dropped from the oldest on when the plugin is too slow, and end with it', async () => {
    const told: string[] = [];
    let proceed = () => {};
    const first = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    const notices = createNotices(
      (notice) => {
        told.push('key' in notice ? notice.key : '');
        return told.length === 1 ? first : undefined;
      },
      { deadline: 60_000, logger: silent },
    );
    notices.tell(config('0'));
    await Promise.resolve();
    for (let at = 1; at <= 1500; at++) notices.tell(config(String(at)));
    proceed();
    while (told.at(-1) !== '1500') await new Promise((resolve) => setImmediate(resolve));
    expect(told).toHaveLength(1001);
    expect(told[1]).toBe('501');
    notices.end();
    notices.tell(config('late'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toHaveLength(1001);
  });
});

describe('an interface of a plugin', () => {
  it('is there by its name, with functions that go through the gate, or is not supported', async () => {
    const registry = new Registry();
    const options = { ...surroundings(join(folder, 'interfaces')), registry, folders: [extended], name: 'warehouse' };
    const { extensions, close } = await openStorage(options);
    const stocktaker = extensions.interfaceOf('warehouse.example/stocktaker.v1');
    expect(Object.keys(stocktaker).sort()).toEqual(['fail', 'take']);
    expect(await stocktaker.take?.(4)).toEqual({ shelf: 4, boxes: 8 });
    await expect(stocktaker.take?.(0)).rejects.toMatchObject({ code: 'INVALID', message: 'shelves begin with 1' });
    await expect(stocktaker.fail?.()).rejects.toMatchObject({
      code: 'INTERNAL',
      message: 'storage "warehouse" failed in interface:fail',
    });
    expect(await registry.metrics()).toMatch(/operation="interface:take",code="INVALID"\} 1/);
    expect(() => extensions.interfaceOf('warehouse.example/stocktaker.v2')).toThrow(
      expect.objectContaining({
        code: 'NOT_SUPPORTED',
        message: 'plugin warehouse has no interface "warehouse.example/stocktaker.v2"',
      }),
    );
    await close();
    await expect(stocktaker.take?.(4)).rejects.toMatchObject({ code: 'CLOSED' });
    const plain = await open('', '');
    expect(() => plain.extensions.interfaceOf('any')).toThrow(expect.objectContaining({ code: 'NOT_SUPPORTED' }));
    await plain.close();
  });
});

describe('a plugin that can stand by', () => {
  it('is not active when the time of the lease is over, before its loss is noticed, and knows its own URL', async () => {
    const { extensions, close } = await open('routes: true, standby: true', 'routes: [], standby: {}');
    expect(extensions.standing()).toEqual({ role: 'changing', activeElsewhere: undefined });
    let isLeading = true;
    let uri: string | undefined;
    const election = { isElected: true, isLeading: () => isLeading, ownUri: 'http://a', activeUri: () => uri };
    extensions.serve(election);
    const controller = new AbortController();
    const lost = extensions.lead(controller.signal);
    while (extensions.standing().role !== 'active') await new Promise((resolve) => setImmediate(resolve));
    uri = 'http://a';
    expect(extensions.standing()).toEqual({ role: 'active', activeElsewhere: undefined });
    isLeading = false;
    uri = 'http://b';
    expect(extensions.standing()).toEqual({ role: 'changing', activeElsewhere: 'http://b' });
    controller.abort();
    await lost;
    expect(extensions.standing().role).toBe('standby');
    await close();
  });
});

describe('work of a plugin that fails', () => {
  it('begins again, with the reason in the log, a health code, and a count of failures', async () => {
    const lines: { readonly msg: string; readonly err?: { readonly message: string } }[] = [];
    const logger = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
    const registry = new Registry();
    const { extensions, close } = await openStorage({
      ...surroundings(join(folder, 'failing-work')),
      logger,
      registry,
      folders: [extended],
      name: 'fragile',
      config: { step: 'serve', fault: 'crash-once' },
    });
    extensions.serve();
    const deadline = performance.now() + 20_000;
    while (!lines.some(({ msg }) => msg === 'at work')) {
      if (performance.now() > deadline) throw new Error('its work did not begin again within 20 seconds');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const told = lines.filter(({ msg }) => /own work|at work/.test(msg)).map(({ msg, err }) => [msg, err?.message]);
    expect(told).toEqual([
      ['the own work of the plugin failed', 'boom'],
      ['the own work of the plugin begins again', undefined],
      ['at work', undefined],
    ]);
    expect(await extensions.health()).toMatchObject({
      status: 'HEALTH_ERR',
      checks: { SERVE_FAILED: { severity: 'error', detail: [expect.stringMatching(/^1 time, /)] } },
    });
    expect(await registry.metrics()).toContain(
      'clusterdex_plugin_serve_failures_total{plugin="fragile",role="active"} 1',
    );
    await close();
  });
});

describe('transactions of a plugin', () => {
  it('of its own run its steps, or undo them; attach and detach clusters with them', async () => {
    const options = { ...surroundings(join(folder, 'transactions')), folders: [extended], name: 'warehouse' };
    const { factory, extensions, close } = await openStorage(options);
    const output = async (name: string, parameters: object) => {
      const answer = await extensions.runCommand(name, { ...parameters });
      return 'result' in answer ? answer.result.output : answer.violations;
    };
    const setting = (key: string) => output('setting', { key });
    expect(await output('move', { boxes: 3 })).toBe('moved');
    await expect(output('move', { boxes: 30 })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(output('move', { boxes: 1, by: ['steal'] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(JSON.parse(String(await setting('steps')))).toEqual([
      'took 3',
      'gave 3',
      'took 30',
      'fetched 30',
      'put 30 back',
    ]);
    await factory.prepareCluster('a');
    expect(await setting('gate/a')).toBe('open');
    await factory.cleanCluster('a');
    await expect(setting('gate/a')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(factory.prepareCluster('cursed')).rejects.toMatchObject({
      code: 'INVALID',
      message: 'cursed has no papers',
    });
    await expect(setting('gate/cursed')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(readdirSync(join(folder, 'transactions', 'warehouse.transactions'))).toEqual([]);
    await close();
  });

  it('of which a step hangs end at its deadline', async () => {
    const options = { ...surroundings(join(folder, 'hanging-step')), folders: [extended], name: 'warehouse' };
    const { extensions, close } = await openStorage({ ...options, deadlines: { step: 40 } });
    await expect(extensions.runCommand('move', { boxes: 1, by: ['hang'] })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: 'storage "warehouse" did not answer step:hang within 40 ms',
    });
    expect(readdirSync(join(folder, 'hanging-step', 'warehouse.transactions'))).toEqual([]);
    await close();
  });

  it('that cannot be undone are a health code, until they are', async () => {
    const members = `
      commands: [{ name: 'go', description: 'goes', permission: 'rw', async run() { await host.runTransaction('l', ['a']); return {}; } }],
      steps: [{ name: 'a', do() { throw host.createError('CONFLICT', 'no'); }, undo() { if (!globalThis.isMended) throw new Error('not yet'); } }],`;
    const storage = await open('commands: true, steps: true', members);
    const codes = async () => Object.keys((await storage.extensions.health()).checks);
    await expect(storage.extensions.runCommand('go', {})).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await codes()).toEqual(['TRANSACTION_NOT_UNDONE']);
    Object.assign(globalThis, { isMended: true });
    await expect(storage.extensions.runCommand('go', {})).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await codes()).toEqual([]);
    await storage.close();
  });
});

describe('health codes', () => {
  it('are refused when they are malformed, and leave those that were there', () => {
    const report = createHealthReport('a', new Registry(), silent);
    report.set({ FULL: { severity: 'warning', summary: 'nearly full' } });
    for (const checks of [
      { full: { severity: 'warning', summary: 'x' } },
      { FULL: { severity: 'bad', summary: 'x' } },
      { FULL: { severity: 'error', summary: '' } },
      { FULL: { severity: 'error', summary: 'x', detail: 'y' } },
      undefined,
    ]) {
      expect(() => report.set(checks as never)).toThrow(expect.objectContaining({ code: 'INVALID' }));
    }
    expect(report.health({ healthy: true })).toMatchObject({ status: 'HEALTH_WARN', checks: { FULL: {} } });
    expect(report.health({ healthy: false, reason: 'gone' })).toMatchObject({
      status: 'HEALTH_ERR',
      checks: { FULL: {}, STORAGE_UNHEALTHY: { severity: 'error', detail: ['gone'] } },
    });
  });
});

describe('counters', () => {
  it('are kept for an hour as pairs of time and value', () => {
    let value = 0;
    const counters = createCounterSamples(() => new Map([['get_total', ++value]]));
    for (let at = 0; at < 400; at++) counters.sample(at * 10_000);
    expect(counters.names()).toEqual(['get_total']);
    const samples = counters.samples('get_total');
    expect(samples).toHaveLength(360);
    expect(samples.at(-1)).toEqual({ time: 3_990_000, value: 400 });
    expect(counters.samples('nothing')).toEqual([]);
  });
});
