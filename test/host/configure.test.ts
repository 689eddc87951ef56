import type { StoragePlugin } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import { configurePlugin } from '../../src/plugin-host/configure.js';
import { loadPlugin } from '../../src/plugin-host/load.js';
import { PluginError } from '../../src/plugin-host/plugin-error.js';
import { row } from './plugin-fixtures.js';

const plugin = (await loadPlugin(await row('good', 'configured-storage'), { deadline: 10_000 })) as StoragePlugin;

function configure(config: Record<string, unknown>, ...settings: readonly string[]): Readonly<Record<string, unknown>> {
  return configurePlugin(plugin, { config, settings });
}

function violations(config: Record<string, unknown>, ...settings: readonly string[]): readonly string[] {
  try {
    configure(config, ...settings);
  } catch (error) {
    if (error instanceof PluginError && error.code === 'INVALID_CONFIG') return error.violations;
    throw error;
  }
  throw new Error('it was valid');
}

describe('a config', () => {
  it('has its defaults filled in and is frozen in depth, and leaves what was given alone', () => {
    const given = { path: '/x', pool: {} };
    const config = configure(given);
    expect(config).toEqual({ path: '/x', port: 5432, pool: { size: 4 } });
    expect(Object.isFrozen(config) && Object.isFrozen(config.pool)).toBe(true);
    expect(given).toEqual({ path: '/x', pool: {} });
  });

  it('with a misspelt key is refused, naming it and the nearest, also deep inside', () => {
    expect(violations({ path: '/x', prot: 1, pool: { siez: 2 } })).toEqual([
      '/prot: is not known, did you mean port?',
      '/pool/siez: is not known, did you mean size?',
    ]);
  });

  it('may have the keys that its schema leaves open', () => {
    const check = (configSchema: Record<string, unknown>, config: Record<string, unknown>) =>
      configurePlugin({ ...plugin, configSchema }, { config });
    const labels = { type: 'object', properties: { labels: { type: 'object' } } };
    expect(check(labels, { labels: { any: 'thing' } })).toEqual({ labels: { any: 'thing' } });
    expect(() => check(labels, { label: {} })).toThrow(/did you mean labels/);
    expect(() => check({ type: 'object' }, { any: 'thing' })).toThrow(/any: is not known/);
    expect(check({ type: 'object', additionalProperties: true }, { any: 'thing' })).toEqual({ any: 'thing' });
    expect(check({ type: 'object', anyOf: [{ required: ['a'] }, { required: ['b'] }] }, { b: 1 })).toEqual({ b: 1 });
  });

  it('is told all its faults at once, with what was found', () => {
    expect(violations({ port: 'many', mode: 'slow' }).toSorted()).toEqual([
      '/mode: must be one of ["fast","safe"], found "slow"',
      '/path: is missing',
      '/port: must be integer, found "many"',
    ]);
  });

  it('never shows what may be a secret', () => {
    const said = [
      violations({ path: '/x', password: 'hunter2' }),
      violations({ path: '/x' }, 'password=hunter2'),
      violations({ path: '/x', port: 'postgres://admin:hunter2@db.example' }),
      violations({ path: '/x' }, 'hunter2'),
    ];
    expect(said.flat()).toHaveLength(4);
    expect(said.flat().join()).not.toContain('hunter2');
  });
});

describe('settings', () => {
  it('take the type that the schema has for them', () => {
    const settings = [
      'path=123',
      'port=6000',
      'readOnly=true',
      'pool.size=8',
      'pool.idle=0.5',
      'hosts=a,b',
      'mode=safe',
    ];
    expect(configure({}, ...settings)).toEqual({
      path: '123',
      port: 6000,
      readOnly: true,
      pool: { size: 8, idle: 0.5 },
      hosts: ['a', 'b'],
      mode: 'safe',
    });
  });

  it('win over the file, the last over those before', () => {
    expect(configure({ path: '/file', port: 1 }, 'path=/a=b', 'port=2', 'port=3')).toMatchObject({
      path: '/a=b',
      port: 3,
    });
  });

  it('that do not fit are refused by name', () => {
    expect(violations({ path: '/x' }, 'port=soon', 'readOnly=yes', 'path.deep=1', 'colour=red', '=x')).toEqual([
      '/path: is no object, so path.deep cannot be set',
      'setting 5 of 5: must look like key=value',
      expect.stringMatching(/^\/colour: is not known/),
      '/port: must be integer, found "soon"',
      '/readOnly: must be boolean, found "yes"',
    ]);
  });

  it('cannot reach the prototype', () => {
    expect(violations({ path: '/x' }, '__proto__.polluted=yes', 'constructor.prototype.polluted=yes')).toHaveLength(2);
    expect({}).not.toHaveProperty('polluted');
  });
});
