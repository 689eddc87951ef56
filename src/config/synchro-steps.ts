import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ConfigError } from './config-error.js';
import { compileSchema } from './schema/schema-compiler.js';
import { describeSchemaErrors } from './schema/schema-errors.js';

/** A step of the pipeline between clusters and the storage, as the config names it. */
export interface ConfiguredStep {
  readonly name: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly onError?: 'refuse' | 'ignore';
}

/** The flags of the pipeline as the command line gives them. */
export interface PipelineOptions {
  readonly pipelineConfig?: string;
  readonly storeSecretValues?: boolean;
  readonly dbInfo?: string;
}

/** On unless they are named otherwise: first what makes objects small, then what makes them safe to keep. */
const defaultSteps: readonly ConfiguredStep[] = Object.freeze([{ name: 'prune' }, { name: 'redact' }]);

const validate = compileSchema({
  type: 'object',
  additionalProperties: false,
  properties: {
    steps: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name'],
        properties: {
          name: { type: 'string', minLength: 1 },
          config: { type: 'object' },
          onError: { enum: ['refuse', 'ignore'] },
        },
      },
    },
  },
});

/**
 * The steps in their order: those of the file, before them `prune` and `redact` unless the file has them where it wants them.
 * `storeSecretValues` takes `redact` away. Throws ConfigError.
 */
export function resolveSteps(options: PipelineOptions): readonly ConfiguredStep[] {
  const { pipelineConfig, storeSecretValues = false, dbInfo } = options;
  const named = pipelineConfig === undefined ? [] : readSteps(pipelineConfig);
  const isNamed = (wanted: string) => named.some(({ name }) => baseName(name) === wanted);
  const missing = defaultSteps.filter(({ name }) => !isNamed(name));
  const mirror: readonly ConfiguredStep[] =
    dbInfo === undefined ? [] : [{ name: 'meta-sync', config: { dbInfo }, onError: 'ignore' }];
  if (dbInfo !== undefined && isNamed('meta-sync')) {
    throw new ConfigError('--db-info: expected it here or in the steps of --pipeline-config, found meta-sync in both');
  }
  const steps = [...missing, ...named, ...mirror];
  return Object.freeze(storeSecretValues ? steps.filter(({ name }) => baseName(name) !== 'redact') : steps);
}

function baseName(name: string): string {
  return name
    .replace(/(?<=.)@.*$/, '')
    .replace(/^@[^/]*\//, '')
    .replace(/-synchro$/, '');
}

function readSteps(path: string): readonly ConfiguredStep[] {
  let config: unknown;
  try {
    config = parse(readFileSync(path, 'utf8'), { prettyErrors: true }) ?? {};
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`--pipeline-config ${path} cannot be read: ${reason}`, { cause: error });
  }
  if (!validate(config)) {
    const faults = describeSchemaErrors(validate.errors).map((fault) => `  - ${fault}`);
    throw new ConfigError([`--pipeline-config ${path} is not valid`, ...faults].join('\n'));
  }
  return (config as { readonly steps?: readonly ConfiguredStep[] }).steps ?? [];
}
