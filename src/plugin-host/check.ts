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

interface KindOfPlugin {
  readonly title: string;
  readonly validate: ReturnType<typeof compileSchema>;
  /** What a plugin of the kind has to be able to make. */
  readonly maker: string;
  /** Members that have to cross threads. */
  readonly data: readonly string[];
}

const storageKind: KindOfPlugin = {
  title: 'storage',
  validate: compileSchema(pluginSchema),
  maker: 'createStorageFactory',
  data: ['capabilities'],
};
const synchroKind: KindOfPlugin = {
  title: 'synchro',
  validate: compileSchema(synchroPluginSchema),
  maker: 'createStep',
  data: [],
};

/** Everything that is wrong with a default export, each with its path; empty when it is a plugin. Runs no function of the plugin. */
export function checkPlugin(exported: unknown, manifest?: PluginRow): string[] {
  return checkKind(storageKind, exported, manifest);
}

/** The export as a plugin; INVALID_PLUGIN with every violation otherwise. */
export function requirePlugin(exported: unknown, manifest: PluginRow): StoragePlugin {
  requireKind(storageKind, exported, manifest);
  return exported as StoragePlugin;
}

/** As checkPlugin, for a plugin of kind synchro. */
export function checkSynchroPlugin(exported: unknown, manifest?: PluginRow): string[] {
  return checkKind(synchroKind, exported, manifest);
}

/** The export as a plugin of kind synchro; INVALID_PLUGIN with every violation otherwise. */
export function requireSynchroPlugin(exported: unknown, manifest: PluginRow): SynchroPlugin {
  requireKind(synchroKind, exported, manifest);
  return exported as SynchroPlugin;
}

function checkKind({ validate, maker, data }: KindOfPlugin, exported: unknown, manifest?: PluginRow): string[] {
  if (typeof exported !== 'object' || exported === null) {
    return [`/: the default export must be an object, found ${exported === null ? 'null' : `a ${typeof exported}`}`];
  }
  const violations: string[] = [];
  const plugin = exported as Readonly<Record<string, unknown>>;
  try {
    if (!validate(exported)) violations.push(...describeSchemaErrors(validate.errors));
    for (const member of data) violations.push(...checkCloneable(`/${member}`, plugin[member]));
    violations.push(...checkConfigSchema(plugin.configSchema));
    if (typeof plugin[maker] !== 'function') {
      violations.push(`/${maker}: must be a function, found ${describe(plugin[maker])}`);
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

function requireKind(kind: KindOfPlugin, exported: unknown, manifest: PluginRow): void {
  const violations = checkKind(kind, exported, manifest);
  if (violations.length === 0) return;
  const count = violations.length === 1 ? 'a violation' : `${violations.length} violations`;
  const message = `${kind.title} plugin "${manifest.name}" in ${manifest.folder} does not fulfil the contract, ${count}`;
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
