/**
 * JSON Schema (2020-12) of the part of a plugin's package.json that the host reads without running code. Other members are npm's
 * and the author's business. That `clusterdex.name` is `name` without its scope and without `-storage` or `-synchro` is checked besides.
 */
export const manifestSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Manifest of a clusterdex plugin (package.json)',
  type: 'object',
  required: ['name', 'version', 'clusterdex'],
  properties: {
    name: {
      description: 'The package name; it ends in -storage or -synchro, as its kind is, and may have a scope.',
      type: 'string',
      maxLength: 214,
      pattern: '^(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9]([a-z0-9-]*[a-z0-9])?-(storage|synchro)$',
    },
    version: {
      description: "The plugin's own semantic version.",
      type: 'string',
      maxLength: 256,
      pattern: '^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?(\\+[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?$',
    },
    type: { enum: ['module', 'commonjs'] },
    main: { type: 'string', minLength: 1 },
    exports: { type: ['string', 'object', 'array'] },
    clusterdex: {
      type: 'object',
      required: ['kind', 'name', 'contract'],
      additionalProperties: false,
      properties: {
        kind: { enum: ['storage', 'synchro'] },
        name: {
          description: 'The registration name: the package name without its scope and without its kind.',
          type: 'string',
          maxLength: 63,
          pattern: '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$',
        },
        contract: {
          description: 'The contract that it was built for, MAJOR.MINOR.',
          type: 'string',
          pattern: '^(0|[1-9]\\d{0,5})\\.(0|[1-9]\\d{0,5})$',
        },
      },
    },
  },
} as const;
