import { manifestSchema } from './manifest-schema.js';
import { pluginSchema } from './plugin-schema.js';

/** JSON Schema (2020-12) of the data of the default export of a `*-synchro` plugin; its function `createStep` is checked besides. */
export const synchroPluginSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Default export of a clusterdex synchro plugin',
  type: 'object',
  required: ['contract', 'name', 'configSchema'],
  properties: {
    contract: manifestSchema.properties.clusterdex.properties.contract,
    name: manifestSchema.properties.clusterdex.properties.name,
    configSchema: pluginSchema.properties.configSchema,
  },
} as const;
