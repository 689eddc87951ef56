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

/** A storage that holds nothing, and notes in a file what each of its stores is called. */
const noting = `
import { appendFileSync } from 'node:fs';
import { emptyFactory, plugin } from ${support};
const configSchema = { type: 'object', properties: { notes: { type: 'string' }, store: { type: 'string' } } };
export default {
  ...plugin('noting'),
  configSchema,
  async createStorageFactory(config, host) {
    appendFileSync(config.notes, config.store + '\\n');
    return emptyFactory(host);
  },
};
`;

interface Report {
  readonly ok: boolean;
  readonly violations: readonly string[];
  readonly stores: readonly string[];
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
  it('prints every case as JSON, writes it as JUnit XML, and names a store of its own for each', async () => {
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

    const opened = new Set(readFileSync(notes, 'utf8').trimEnd().split('\n'));
    const [first = ''] = stores;
    expect(first).toMatch(/^clusterdex_check_[0-9a-f]{8}_0$/);
    for (const store of stores) expect(opened).toContain(`my_${store}`);
    // The way before the kit has a store as well.
    expect(opened.size).toBe(stores.length + 1);
    expect(new Set(stores).size).toBe(stores.length);
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
