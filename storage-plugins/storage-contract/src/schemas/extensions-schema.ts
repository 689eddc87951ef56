const word = { type: 'string', maxLength: 63, pattern: '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$' } as const;
const text = { type: 'string', minLength: 1 } as const;
const schema = { type: 'object' } as const;

const routes = {
  type: 'array',
  items: {
    type: 'object',
    required: ['name', 'method', 'pattern', 'version'],
    properties: {
      name: word,
      method: { enum: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] },
      pattern: {
        description: 'segments behind slashes, a parameter in braces',
        type: 'string',
        maxLength: 1024,
        pattern: '^(/([A-Za-z0-9._~-]+|\\{[A-Za-z][A-Za-z0-9]*\\}))+$',
      },
      version: { type: 'string', pattern: '^v[1-9][0-9]*((alpha|beta)[1-9][0-9]*)?$' },
      description: text,
      bodyLimit: { type: 'integer', minimum: 0, maximum: 16_777_216 },
      requestSchema: schema,
      responseSchema: schema,
    },
  },
} as const;

/** JSON Schema (2020-12) of the data in the members of a StorageFactory that are extensions; their functions are checked besides. */
export const extensionsSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Extensions of a clusterdex storage plugin',
  type: 'object',
  properties: {
    routes,
    commands: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'description', 'permission'],
        properties: {
          name: word,
          description: text,
          permission: { enum: ['r', 'rw'] },
          argumentSchema: { type: 'object', required: ['type'], properties: { type: { const: 'object' } } },
        },
      },
    },
    standby: { type: 'object', properties: { routes } },
    steps: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: word, partOf: { enum: ['attachCluster', 'detachCluster'] } },
      },
    },
  },
} as const;
