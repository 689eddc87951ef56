import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ConfigError } from './config-error.js';
import { compileSchema } from './schema/schema-compiler.js';
import { describeSchemaErrors } from './schema/schema-errors.js';

/** A step between the clusters and the storage. */
export interface PipelineStepConfig {
  readonly name: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly onError?: 'refuse' | 'ignore';
}

const validate = compileSchema({
  type: 'object',
  required: ['steps'],
  additionalProperties: false,
  properties: {
    steps: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name'],
        additionalProperties: false,
        properties: {
          name: { type: 'string', minLength: 1 },
          config: { type: 'object' },
          onError: { enum: ['refuse', 'ignore'] },
        },
      },
    },
  },
});

/** Reads the file of `--pipeline-config`: `steps`, a list of name, config and onError. Throws ConfigError with everything that is wrong. */
export function readPipelineConfig(path: string): readonly PipelineStepConfig[] {
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new ConfigError(`--pipeline-config ${path} cannot be read: ${reason}`, { cause: error });
  }
  if (validate(content)) return (content as { steps: readonly PipelineStepConfig[] }).steps;
  throw new ConfigError(`--pipeline-config ${path}: ${describeSchemaErrors(validate.errors).join('; ')}`);
}
