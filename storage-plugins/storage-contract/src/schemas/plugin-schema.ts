import { capabilityQuestions, extensionQuestions } from '../capabilities.js';
import { manifestSchema } from './manifest-schema.js';

/** JSON Schema (2020-12) of the data of a plugin's default export; its function `createStorageFactory` is checked besides. */
export const pluginSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Default export of a clusterdex storage plugin',
  type: 'object',
  required: ['contract', 'name', 'capabilities', 'configSchema'],
  properties: {
    contract: manifestSchema.properties.clusterdex.properties.contract,
    name: manifestSchema.properties.clusterdex.properties.name,
    capabilities: {
      description:
        'Every capability of a storage is there, as true or false; those of extensions are false when they are absent. No other member.',
      type: 'object',
      required: Object.keys(capabilityQuestions),
      additionalProperties: false,
      properties: Object.fromEntries(
        Object.entries({ ...capabilityQuestions, ...extensionQuestions }).map(([name, { question }]) => [
          name,
          { type: 'boolean', description: question },
        ]),
      ),
    },
    configSchema: {
      description: 'JSON Schema (draft 2020-12, or 07 when its $schema says so) of the config, which is an object.',
      type: 'object',
      required: ['type'],
      properties: { type: { const: 'object' } },
    },
  },
} as const;
