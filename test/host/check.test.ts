import { capabilityQuestions, manifestSchema, pluginSchema, type StoragePlugin } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import { compileSchema } from '../../src/config/schema/schema-compiler.js';
import { checkPlugin } from '../../src/plugin-host/check.js';
import { configurePlugin } from '../../src/plugin-host/configure.js';
import { loadPlugin } from '../../src/plugin-host/load.js';
import { row } from './plugin-fixtures.js';

async function check(name: string): Promise<string[]> {
  const plugin = await row('broken', `${name}-storage`);
  return checkPlugin(await loadPlugin(plugin, { deadline: 10_000 }), plugin);
}

describe('the check of a plugin', () => {
  it('lists everything that is wrong, each with its path', async () => {
    expect((await check('lies')).map((violation) => violation.split(':')[0]).sort()).toEqual([
      '/capabilities/orderBy',
      '/capabilities/timeTravel',
      '/capabilities/watch',
      '/contract',
      '/createStorageFactory',
      '/name',
    ]);
  });

  it('wants capabilities that can be copied', async () => {
    expect(await check('uncloneable')).toContain('/capabilities: must be plain data that structuredClone can copy');
  });

  it('wants a config schema that is one', async () => {
    expect(await check('no-schema')).toEqual([
      expect.stringMatching(/^\/configSchema: is no JSON Schema: .*port\/type/),
    ]);
  });

  it.each([[undefined], [null], ['a text'], [() => 'a function']])('refuses %p for a plugin', (exported) => {
    expect(checkPlugin(exported)).toEqual([expect.stringMatching(/^\/: the default export must be an object, found/)]);
  });

  it('survives a plugin whose members throw', () => {
    const hostile = Object.defineProperty({}, 'capabilities', {
      enumerable: true,
      get() {
        throw new Error('no');
      },
    });
    expect(checkPlugin(hostile)).toEqual([expect.stringContaining('reading it threw no')]);
  });

  it.each([
    ['http://json-schema.org/draft-07/schema#', 'definitions'],
    ['https://json-schema.org/draft/2020-12/schema', '$defs'],
  ])('takes a config schema in the dialect %s', async ($schema, definitions) => {
    const plugin = (await loadPlugin(await row('good', 'twin-storage'), { deadline: 10_000 })) as StoragePlugin;
    const properties = { port: { $ref: `#/${definitions}/port` } };
    const configSchema = { $schema, type: 'object', [definitions]: { port: { type: 'integer' } }, properties };
    expect(checkPlugin({ ...plugin, configSchema })).toEqual([]);
    const configured = configurePlugin({ ...plugin, configSchema }, { config: {}, settings: ['port=1'] });
    expect(configured).toEqual({ port: 1 });
  });
});

describe('the published schemas', () => {
  it('compile by themselves and know every capability', () => {
    expect(() => [manifestSchema, pluginSchema].map((schema) => compileSchema(schema))).not.toThrow();
    expect(pluginSchema.properties.capabilities.required).toEqual(Object.keys(capabilityQuestions));
  });
});
