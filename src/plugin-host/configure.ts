import type { StoragePlugin } from '@clusterdex/storage-contract';
import { closeSchema } from '../config/schema/close-schema.js';
import { compileSchema } from '../config/schema/schema-compiler.js';
import { describeSchemaErrors } from '../config/schema/schema-errors.js';
import { PluginError } from './plugin-error.js';
import { applySettings } from './settings.js';

export interface ConfigureOptions {
  readonly config: Readonly<Record<string, unknown>>;
  /** `key=value` each, laid over the config. */
  readonly settings?: readonly string[];
  /** `storage` unless told, for messages. */
  readonly kind?: string;
}

/** The plugin's config, checked against its own schema, with its defaults filled in, deeply frozen. INVALID_CONFIG names every fault. */
export function configurePlugin(
  plugin: Pick<StoragePlugin, 'name' | 'configSchema'>,
  options: ConfigureOptions,
): Readonly<Record<string, unknown>> {
  const schema = closeSchema(structuredClone(plugin.configSchema));
  const { config, violations } = applySettings(options.config, options.settings ?? [], schema);
  const validate = compileSchema(schema, { useDefaults: true });
  if (!validate(config)) violations.push(...describeSchemaErrors(validate.errors));
  if (violations.length > 0) {
    throw new PluginError(
      'INVALID_CONFIG',
      `the config of ${options.kind ?? 'storage'} "${plugin.name}" is not valid`,
      { violations },
    );
  }
  return deepFreeze(config);
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
