import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { nameStores } from '../../src/plugin-host/name-stores.js';
import type { OpenSelectedOptions } from '../../src/plugin-host/open-storage.js';
import { runClusterdex } from '../support/clusterdex.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { broken, fixtures, good, packageJson, writeFiles } from './plugin-fixtures.js';

const folder = temporaryFolder();
const support = JSON.stringify(join(fixtures, 'support.mjs'));

const contract = JSON.stringify(import.meta.resolve('@clusterdex/storage-contract'));

/** A storage that holds nothing, and notes in a file what each of its stores is called, and which of them it removed. */
const noting = `
import { appendFileSync } from 'node:fs';
import { requireCheckStore } from ${contract};
import { capabilities, emptyFactory, plugin } from ${support};
const text = { type: 'string' };
export default {
  ...plugin('noting'),
  capabilities: { ...capabilities, interfaces: true },
  configSchema: { type: 'object', properties: { notes: text, store: text, title: text } },
  async createStorageFactory({ notes, store, title }, host) {
    appendFileSync(notes, 'opened ' + store + '\\n');
    const remover = {
      async removeStore(checkName) {
        requireCheckStore(store, checkName);
        appendFileSync(notes, 'removed ' + store + '\\n');
      },
    };
    return emptyFactory(host, { interfaces: (name) => (name === 'clusterdex.io/store-remover.v1' && title !== 'forgetful' ? remover : undefined) });
  },
};
`;

interface Report {
  readonly ok: boolean;
  readonly violations: readonly string[];
  readonly stores: { readonly removed: number; readonly left: readonly string[]; readonly reason?: string };
  readonly grade: object;
  readonly conformance: {
    readonly seed: number;
    readonly passed: number;
    readonly failed: number;
    readonly skippedByCapability: number;
    readonly cases: readonly { readonly outcome: string; readonly seconds: number; readonly message?: string }[];
  };
}

const count = (text: string, part: string): number => text.split(part).length - 1;

describe('clusterdex plugins check', () => {
  it('prints every case as JSON, writes it as JUnit XML, and removes the store of its own that each has', async () => {
    const notes = join(folder, 'notes');
    const junit = join(folder, 'junit.xml');
    writeFiles(folder, {
      'noting-storage/package.json': packageJson('noting'),
      'noting-storage/index.js': noting,
      'config.yaml': `notes: ${notes}\nstore: 'my_{store}'\n`,
    });
    const path = join(folder, 'noting-storage');
    const flags = ['--config', join(folder, 'config.yaml'), '--json', '--junit', junit, '--seed', '42', '--grade'];
    const { status, stdout } = await runClusterdex(['plugins', 'check', path, ...flags]);
    const { ok, conformance, grade, stores } = JSON.parse(stdout) as Report;
    const { cases, failed, passed, skippedByCapability } = conformance;
    expect({ status, ok, seed: conformance.seed }).toEqual({ status: 1, ok: false, seed: 42 });
    expect(cases).toHaveLength(passed + failed + skippedByCapability);
    expect(failed).toBeGreaterThan(100);
    expect(grade).toMatchObject({ grade: 'F', capabilities: { labelSelector: 'failed', watch: 'absent' } });
    for (const { outcome, message } of cases) expect(message !== undefined).toBe(outcome === 'failed');

    const xml = readFileSync(junit, 'utf8');
    expect(xml).toContain(`tests="${cases.length + 1}" failures="${failed}" skipped="${skippedByCapability}"`);
    expect(count(xml, '<testcase ')).toBe(cases.length + 1);
    expect(count(xml, '<failure ')).toBe(failed);
    expect(count(xml, '<skipped ')).toBe(skippedByCapability);

    const stated = readFileSync(notes, 'utf8').trimEnd().split('\n');
    const namesOf = (what: string) =>
      new Set(stated.flatMap((line) => (line.startsWith(`${what} `) ? [line.slice(what.length + 1)] : [])));
    const opened = namesOf('opened');
    expect(opened.size).toBeGreaterThan(50);
    for (const store of opened) expect(store).toMatch(/^my_clusterdex_check_[0-9a-f]{8}_\d+$/);
    expect(namesOf('removed')).toEqual(opened);
    expect(stores).toEqual({ removed: opened.size, left: [] });
  });

  it('says which stores it leaves, and why, where it does not even run the kit', async () => {
    const notes = join(folder, 'left');
    const check = async (settings: readonly string[]) => {
      const flags = [`notes=${notes}`, ...settings].flatMap((setting) => ['--storage-set', setting]);
      return (await runClusterdex(['plugins', 'check', join(folder, 'noting-storage'), ...flags])).stdout;
    };
    expect(await check(['store=my_{store}'])).not.toContain('left for you');
    const wrong = await check(['store=production', 'title={store}']);
    expect(wrong).toMatch(/left for you to remove: 1 store, clusterdex_check_[0-9a-f]{8}_0\n/);
    expect(wrong).toMatch(/_0: the store "production" is not removed: expected one that a check made/);
    expect(readFileSync(notes, 'utf8')).not.toContain('removed production');
    const forgetful = await check(['store=my_{store}', 'title=forgetful']);
    expect(forgetful).toMatch(/left for you to remove: 1 store, clusterdex_check_[0-9a-f]{8}_0\n {2}✓/);
  });

  it('tells machines of a plugin that is broken before the kit can run', async () => {
    const junit = join(folder, 'broken.xml');
    const path = join(broken, 'lies-storage');
    const { status, stdout } = await runClusterdex(['plugins', 'check', path, '--json', '--junit', junit]);
    const report = JSON.parse(stdout) as Report;
    expect({ status, ok: report.ok, kit: report.conformance }).toEqual({ status: 1, ok: false, kit: undefined });
    expect(report.violations).toHaveLength(6);
    const xml = readFileSync(junit, 'utf8');
    expect(xml).toContain('tests="1" failures="1" skipped="0"');
    expect(xml).toContain('/capabilities/watch');
  });

  it.each([
    ['--seed', '-1'],
    ['--seed', '1.5'],
    ['--seed', '2147483648'],
    ['--junit', join(folder, 'no', 'such', 'folder.xml')],
    ['--config', join(folder, 'absent.yaml')],
  ])('refuses %s %s before it loads anything, and says why', async (flag, value) => {
    const path = join(good, 'top-level-storage');
    const { status, stdout, stderr } = await runClusterdex(['plugins', 'check', path, flag, value, '--json']);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^clusterdex: ${flag} .*\n$`));
    expect(stderr).toContain(value);
  });
});

describe('{store} in a config', () => {
  const options = (config: object, settings: readonly string[] = []): OpenSelectedOptions =>
    ({ config, settings, dataDirectory: '/data' }) as unknown as OpenSelectedOptions;

  it('is one name for one folder, wherever it stands', () => {
    const names = nameStores(options({ a: 'x-{store}', b: [{ c: '{store}/{store}' }], d: 1 }, ['e={store}']), 'p');
    const first = { config: { a: 'x-p_0', b: [{ c: 'p_0/p_0' }], d: 1 }, settings: ['e=p_0'], dataDirectory: '/one' };
    expect(names.optionsOf('/one')).toEqual(first);
    expect(names.optionsOf('/two')).toMatchObject({ settings: ['e=p_1'], dataDirectory: '/two' });
    expect(names.optionsOf('/one')).toEqual(first);
    expect(names.names()).toEqual(['p_0', 'p_1']);
  });

  it('is not needed by a storage that keeps everything in its folder', () => {
    const names = nameStores(options({ a: 'b' }), 'p');
    expect(names.optionsOf('/one')).toEqual({ ...options({ a: 'b' }), dataDirectory: '/one' });
    expect(names.names()).toEqual([]);
  });
});
