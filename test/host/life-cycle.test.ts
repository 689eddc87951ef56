import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { runClusterdex } from '../support/clusterdex.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import type { LifeCycleRow } from './life-cycle-program.js';
import { fixtures } from './plugin-fixtures.js';

const folder = temporaryFolder();
let rows: readonly LifeCycleRow[];

beforeAll(async () => {
  const program = join(import.meta.dirname, 'life-cycle-program.js');
  const child = spawn(process.execPath, [program, fixtures, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(child.exitCode).toBe(0);
  rows = JSON.parse(output);
}, 60_000);

const leaked = 'the storage plugin rejected a promise that nobody handles';

/** step, what comes of a crash, what of a hang, whether the storage answers afterwards, and what is known of it. */
const table: readonly (readonly [string, string, string, boolean?, (readonly string[])?])[] = [
  ['import', 'LOAD_FAILED', 'LOAD_TIMEOUT', false],
  ['open', 'OPEN_FAILED', 'OPEN_TIMEOUT', false],
  ['prepareCluster', 'INTERNAL', 'TIMEOUT'],
  ['clusterInventories', 'INTERNAL', 'TIMEOUT'],
  ['get', 'INTERNAL', 'TIMEOUT'],
  ['list', 'INTERNAL', 'TIMEOUT'],
  ['watch', 'INTERNAL', 'TIMEOUT'],
  ['write', 'INTERNAL', 'TIMEOUT'],
  ['health', 'UNHEALTHY', 'UNHEALTHY', true, ['STORAGE_UNHEALTHY']],
  ['route', 'INTERNAL', 'TIMEOUT'],
  ['command', 'INTERNAL', 'TIMEOUT'],
  ['step', 'INTERNAL', 'TIMEOUT'],
  ['interface', 'INTERNAL', 'TIMEOUT'],
  ['notify', 'OK', 'OK'],
  ['serve', 'OK', 'OK', true],
  ['standby', 'OK', 'OK', true],
  ['standby-route', 'INTERNAL', 'TIMEOUT'],
  ['shutdown', 'OK', 'OK', false],
];

describe('the answer of the host to a plugin that fails at a step of its life', () => {
  const find = (step: string, fault: string) => {
    const row = rows.find((candidate) => candidate.step === step && candidate.fault === fault);
    if (row === undefined) throw new Error(`there is no row of ${step}`);
    return row;
  };

  it.each(table)(
    '%s: a crash is %s, a hang is %s, and a rejection that nobody handles is a line in the log',
    (...row) => {
      const [step, crash, hang, answersNext = true, checks = []] = row;
      expect(find(step, 'crash')).toMatchObject({ outcome: crash, answersNext });
      expect(find(step, 'hang')).toMatchObject({ outcome: hang, answersNext });
      expect(find(step, 'leak')).toMatchObject({ outcome: 'OK', answersNext: step !== 'shutdown', checks: [] });
      expect(find(step, 'leak').logged).toContain(leaked);
      if (checks.length > 0) {
        expect(find(step, 'crash').checks).toEqual(checks);
        expect(find(step, 'hang').checks).toEqual(checks);
      }
    },
  );

  it('tells of what nobody waits for', () => {
    expect(find('notify', 'crash').logged).toContain('notify failed');
    expect(find('notify', 'hang').logged).toContain('notify did not end in time, left behind');
    expect(find('serve', 'crash')).toMatchObject({ checks: ['SERVE_FAILED'] });
    expect(find('serve', 'crash').logged).toContain('the own work of the plugin failed');
    expect(find('serve', 'hang').logged).toContain('the own work of the plugin did not end in time, left behind');
    expect(find('standby', 'crash')).toMatchObject({ checks: ['STANDBY_FAILED'] });
    expect(find('standby', 'crash').logged).toContain('the work of the plugin on standby failed');
    expect(find('standby', 'hang').logged).toContain(
      'the work of the plugin on standby did not end in time, left behind',
    );
    expect(find('shutdown', 'crash').logged).toContain('failed to close');
    expect(find('shutdown', 'hang').logged).toContain('failed to close');
  });

  it('has every step that there is', () => {
    expect(new Set(rows.map(({ step }) => step))).toEqual(new Set(table.map(([step]) => step)));
  });
});

describe('an error that a plugin throws to nobody', () => {
  it('ends the server, with the error in the log: nobody knows what it left behind', async () => {
    const flags = ['--insecure-port', '0', '--data-dir', join(folder, 'thrown'), '--storage-name', 'fragile'];
    const settings = ['--storage-set', 'step=serve', '--storage-set', 'fault=throw-later'];
    const environment = { STORAGE_PLUGINS: join(fixtures, 'extended') };
    const { status, stderr } = await runClusterdex(['serve', ...flags, ...settings], { environment });
    expect(status).toBe(1);
    expect(stderr).toMatch(/"level":"fatal".*thrown to nobody.*fragile-storage/);
  });
});
