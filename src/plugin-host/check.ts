import {
  pluginSchema,
  type StoragePlugin,
  type SynchroPlugin,
  synchroPluginSchema,
} from '@clusterdex/storage-contract';
import { compileSchema } from '../config/schema/schema-compiler.js';
import { describeSchemaErrors } from '../config/schema/schema-errors.js';
import { PluginError } from './plugin-error.js';
import type { PluginRow } from './plugin-row.js';

const validate = compileSchema(pluginSchema);
const validateSynchro = compileSchema(synchroPluginSchema);

/** Everything that is wrong with a default export, each with its path; empty when it is a plugin. Runs no function of the plugin. */
export function checkPlugin(exported: unknown, manifest?: PluginRow): string[] {
  if (typeof exported !== 'object' || exported === null) {
    const what = exported === null ? 'null' : `a ${typeof exported}`;
    return [`/: the default export must be an object, found ${what}`];
  }
  const violations: string[] = [];
  const plugin = exported as Partial<StoragePlugin>;
  try {
    if (!validate(exported)) violations.push(...describeSchemaErrors(validate.errors));
    violations.push(...checkCloneable('/capabilities', plugin.capabilities));
    violations.push(...checkConfigSchema(plugin.configSchema));
    if (typeof plugin.createStorageFactory !== 'function') {
      violations.push(`/createStorageFactory: must be a function, found ${describe(plugin.createStorageFactory)}`);
    }
    for (const member of ['name', 'contract'] as const) {
      const expected = manifest?.[member];
      if (expected === undefined || plugin[member] === expected || typeof plugin[member] !== 'string') continue;
      violations.push(`/${member}: the module says "${plugin[member]}", its manifest "${expected}"`);
    }
  } catch (error) {
    violations.push(`/: reading it threw ${error instanceof Error ? error.message : String(error)}`);
  }
  return violations;
}

/** The export as a plugin; INVALID_PLUGIN with every violation otherwise. */
export function requirePlugin(exported: unknown, manifest: PluginRow): StoragePlugin {
  const violations = checkPlugin(exported, manifest);
  if (violations.length === 0) return exported as StoragePlugin;
  const count = violations.length === 1 ? 'a violation' : `${violations.length} violations`;
  const message = `storage plugin "${manifest.name}" in ${manifest.folder} does not fulfil the contract, ${count}`;
  throw new PluginError('INVALID_PLUGIN', message, { violations });
}

/** As checkPlugin, for a plugin of kind synchro. */
export function checkSynchroPlugin(exported: unknown, manifest?: PluginRow): string[] {
  if (typeof exported !== 'object' || exported === null) {
    return [`/: the default export must be an object, found ${describe(exported)}`];
  }
  const violations: string[] = [];
  const plugin = exported as Partial<SynchroPlugin>;
  try {
    if (!validateSynchro(exported)) violations.push(...describeSchemaErrors(validateSynchro.errors));
    violations.push(...checkConfigSchema(plugin.configSchema));
    if (typeof plugin.createStep !== 'function') {
      violations.push(`/createStep: must be a function, found ${describe(plugin.createStep)}`);
    }
    for (const member of ['name', 'contract'] as const) {
      const expected = manifest?.[member];
      if (expected === undefined || plugin[member] === expected || typeof plugin[member] !== 'string') continue;
      violations.push(`/${member}: the module says "${plugin[member]}", its manifest "${expected}"`);
    }
  } catch (error) {
    violations.push(`/: reading it threw ${error instanceof Error ? error.message : String(error)}`);
  }
  return violations;
}

/** The export as a plugin of kind synchro; INVALID_PLUGIN with every violation otherwise. */
export function requireSynchroPlugin(exported: unknown, manifest: PluginRow): SynchroPlugin {
  const violations = checkSynchroPlugin(exported, manifest);
  if (violations.length === 0) return exported as SynchroPlugin;
  const count = violations.length === 1 ? 'a violation' : `${violations.length} violations`;
  const message = `synchro plugin "${manifest.name}" in ${manifest.folder} does not fulfil the contract, ${count}`;
  throw new PluginError('INVALID_PLUGIN', message, { violations });
}

function checkCloneable(path: string, value: unknown): string[] {
  try {
    structuredClone(value);
    return [];
  } catch {
    return [`${path}: must be plain data that structuredClone can copy`];
  }
}

function checkConfigSchema(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const uncloneable = checkCloneable('/configSchema', schema);
  if (uncloneable.length > 0) return uncloneable;
  if ('$async' in schema) return ['/configSchema/$async: is not supported'];
  try {
    compileSchema(structuredClone(schema) as Record<string, unknown>, { useDefaults: true });
    return [];
  } catch (error) {
    return [`/configSchema: is no JSON Schema: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  return value === null ? 'null' : `a ${typeof value}`;
}
