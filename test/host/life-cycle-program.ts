import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PluginRoute } from '@clusterdex/storage-contract';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { Deadlines } from '../../src/plugin-host/deadlines.js';
import type { ServedExtensions } from '../../src/plugin-host/extensions/plugin-services.js';
import { type OpenedStorage, openStorage } from '../../src/plugin-host/open-storage.js';

/** Runs a storage that fails at each step of its life in each way, in one process, and prints what came of it as JSON. */

export interface LifeCycleRow {
  readonly step: string;
  readonly fault: string;
  /** The code of the error, or OK. */
  readonly outcome: string;
  /** Whether the storage answers the next call. */
  readonly answersNext: boolean;
  /** Health codes of the plugin afterwards. */
  readonly checks: readonly string[];
  /** Messages of the log that are errors. */
  readonly logged: readonly string[];
}

const [, , fixtures = '', folder = ''] = process.argv;
const deadline = 150;
const callDeadlines = { close: deadline, call: deadline, batch: deadline, write: deadline, route: deadline };
/** Short ones where something hangs, and nowhere else: the machine may be slow. */
function deadlinesOf(step: string, fault: string): Partial<Deadlines> {
  if (fault !== 'hang') return {};
  if (step === 'import') return { load: deadline };
  return step === 'open' ? { open: deadline } : { ...callDeadlines, command: deadline, step: deadline };
}
const pods = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true };

const calls: Readonly<Record<string, (storage: OpenedStorage) => Promise<unknown>>> = {
  prepareCluster: ({ factory }) => factory.prepareCluster('c'),
  clusterInventories: ({ factory }) => factory.clusterInventories(),
  get: ({ factory }) => factory.resourceStorage(pods).get('c', 'n', 'o'),
  list: async ({ factory }) => {
    for await (const _ of factory.resourceStorage(pods).list({}));
  },
  watch: async ({ factory }) => {
    const signal = AbortSignal.timeout(deadline);
    for await (const _ of factory.resourceStorage(pods).watch?.({}, '1', signal) ?? []);
  },
  write: ({ factory }) => factory.resourceStorage(pods).write('c', [{ type: 'delete', namespace: 'n', name: 'o' }]),
  health: async ({ factory }) => {
    const { healthy } = await factory.health();
    if (!healthy) throw Object.assign(new Error('not healthy'), { code: 'UNHEALTHY' });
  },
  route: ({ extensions }) => callFirst(extensions, extensions.routes),
  command: ({ extensions }) => extensions.runCommand('c', {}),
  step: ({ extensions }) => extensions.runCommand('t', {}),
  interface: async ({ extensions }) => extensions.interfaceOf('any').do?.(),
  notify: ({ factory }) => factory.prepareCluster('c'),
  serve: async ({ extensions }) => extensions.serve(),
  standby: async ({ extensions }) => {
    extensions.serve({ isElected: true, isLeading: () => false, ownUri: undefined, activeUri: () => undefined });
    while (extensions.standing().role !== 'standby') await new Promise((resolve) => setImmediate(resolve));
  },
  'standby-route': ({ extensions }) => callFirst(extensions, extensions.standbyRoutes),
  shutdown: async ({ close }) => close(),
};

function callFirst(extensions: ServedExtensions, [route]: readonly PluginRoute[]): Promise<unknown> {
  if (route === undefined) throw new Error('there is no route');
  const request = { parameters: {}, query: new URLSearchParams(), headers: {}, body: new Uint8Array(), json() {} };
  return extensions.callRoute(route, request);
}

/** As long as what nobody waits for needs to be found out. */
const settle = (fault: string) => new Promise((resolve) => setTimeout(resolve, fault === 'hang' ? deadline * 2 : 20));

async function runRow(step: string, fault: string): Promise<LifeCycleRow> {
  const lines: string[] = [];
  const logger = pino({ level: 'error' }, { write: (line: string) => lines.push(JSON.parse(line).msg) });
  const name = step === 'import' ? writeImport(fault) : 'fragile';
  let outcome = 'OK';
  let checks: readonly string[] = [];
  let answersNext = false;
  try {
    const storage = await openStorage({
      folders: [join(fixtures, 'extended'), join(folder, 'plugins')],
      bundled: fixtures,
      name,
      config: step === 'import' ? {} : { step, fault },
      dataDirectory: join(folder, `${step}-${fault}`),
      logger,
      registry: new Registry(),
      signal: new AbortController().signal,
      deadlines: deadlinesOf(step, fault),
    });
    try {
      await calls[step]?.(storage);
    } catch (error) {
      outcome = String((error as { readonly code?: string }).code);
    }
    await settle(fault);
    answersNext = await storage.factory.cleanCluster('c').then(
      () => true,
      () => false,
    );
    if (step !== 'shutdown') checks = Object.keys((await storage.extensions.health()).checks);
    await storage.close();
  } catch (error) {
    outcome = String((error as { readonly code?: string }).code);
  }
  return { step, fault, outcome, answersNext, checks, logged: [...new Set(lines)] };
}

/** A plugin that fails while it is imported. */
function writeImport(fault: string): string {
  const name = `import-${fault}`;
  const path = join(folder, 'plugins', `${name}-storage`);
  mkdirSync(path, { recursive: true });
  const clusterdex = { kind: 'storage', name, contract: '1.0' };
  const manifest = { name: `${name}-storage`, version: '1.0.0', type: 'module', exports: './index.js', clusterdex };
  writeFileSync(join(path, 'package.json'), JSON.stringify(manifest));
  const code = {
    crash: "throw new Error('boom');",
    hang: 'await new Promise(() => {});',
    leak: "Promise.reject(new Error('leaked'));",
  }[fault];
  const support = JSON.stringify(join(fixtures, 'support.mjs'));
  writeFileSync(
    join(path, 'index.js'),
    `import { plugin } from ${support};\n${code}\nexport default plugin('${name}');`,
  );
  return name;
}

// As a server's sockets keep it; what hangs does not.
setInterval(() => {}, 1000);
const steps = ['import', 'open', ...Object.keys(calls)];
const rows = await Promise.all(['crash', 'hang'].flatMap((fault) => steps.map((step) => runRow(step, fault))));
// One by one: a rejection is told to the first storage that is open of the plugin that it comes from.
for (const step of steps) rows.push(await runRow(step, 'leak'));
process.stdout.write(JSON.stringify(rows), () => process.exit(0));
