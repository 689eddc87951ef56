import { createStorageError, type StorageExtensions } from '@clusterdex/storage-contract';
import type { CallGate } from '../call-gate.js';

/** Functions of a plugin, by their names; every one is asynchronous to who calls it. */
export type PluginInterface = Readonly<Record<string, (...parameters: readonly unknown[]) => Promise<unknown>>>;

export interface FindInterfaceOptions {
  readonly name: string;
  readonly plugin: string;
  readonly gate: CallGate;
  /** Milliseconds, of each call. */
  readonly deadline: number;
}

/** The interface of this name, of which every call goes through the gate. NOT_SUPPORTED when the plugin has none. */
export function findInterface(
  interfaces: StorageExtensions['interfaces'],
  options: FindInterfaceOptions,
): PluginInterface {
  const { name, plugin, gate, deadline } = options;
  const found = gate.runSync('interfaces', () => interfaces?.(name));
  if (found === undefined)
    throw createStorageError('NOT_SUPPORTED', `plugin ${plugin} has no interface ${JSON.stringify(name)}`);
  if (typeof found !== 'object' || found === null)
    throw gate.toStorageError('interfaces', gate.fault('interfaces', `answered ${typeof found} for ${name}`));
  const members = functionsOf(found).map(([member, call]) => [
    member,
    (...parameters: readonly unknown[]) =>
      gate.run(`interface:${member}`, async () => Reflect.apply(call, found, parameters), { deadline }),
  ]);
  return Object.freeze(Object.fromEntries(members));
}

/** Of an object or an instance of a class. */
function functionsOf(found: object): readonly (readonly [string, (...parameters: readonly unknown[]) => unknown])[] {
  const functions = new Map<string, (...parameters: readonly unknown[]) => unknown>();
  for (
    let owner: object | null = found;
    owner !== null && owner !== Object.prototype;
    owner = Object.getPrototypeOf(owner)
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (name !== 'constructor' && typeof value === 'function' && !functions.has(name)) functions.set(name, value);
    }
  }
  return [...functions];
}
