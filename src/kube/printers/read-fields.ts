import type { Fields } from './printer.js';

const noFields: Fields = Object.freeze({});
const emptyList: readonly unknown[] = Object.freeze([]);

export function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member at that path; undefined when there is none, or when it is null. */
export function fieldAt(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const name of path) {
    if (!isMap(current) || !Object.hasOwn(current, name)) return undefined;
    current = current[name];
  }
  return current ?? undefined;
}

/** '' for what is no string. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = fieldAt(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** undefined for what is no string. */
export function optionalTextAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = fieldAt(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** 0 for what is no number. */
export function numberAt(value: unknown, ...path: readonly string[]): number {
  return optionalNumberAt(value, ...path) ?? 0;
}

export function optionalNumberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = fieldAt(value, ...path);
  if (typeof found === 'bigint') return Number(found);
  return typeof found === 'number' ? found : undefined;
}

/** Exactly, however large; 0 for what is no number. */
export function integerAt(value: unknown, ...path: readonly string[]): number | bigint {
  const found = fieldAt(value, ...path);
  return typeof found === 'number' || typeof found === 'bigint' ? found : 0;
}

/** Whether there is an explicit null at that path: of the times that may be missing, a kube-apiserver writes the zero time so. */
export function isNullAt(value: unknown, path: readonly string[]): boolean {
  const name = path.at(-1) ?? '';
  const parent = fieldAt(value, ...path.slice(0, -1));
  return isMap(parent) && Object.hasOwn(parent, name) && parent[name] === null;
}

export function optionalBooleanAt(value: unknown, ...path: readonly string[]): boolean | undefined {
  const found = fieldAt(value, ...path);
  return typeof found === 'boolean' ? found : undefined;
}

/** Empty for what is no list. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = fieldAt(value, ...path);
  return Array.isArray(found) ? found : emptyList;
}

/** Empty for what is no map. */
export function mapAt(value: unknown, ...path: readonly string[]): Fields {
  const found = fieldAt(value, ...path);
  return isMap(found) ? found : noFields;
}

/** The strings among the members of a list. */
export function textsAt(value: unknown, ...path: readonly string[]): readonly string[] {
  return listAt(value, ...path).filter((member) => typeof member === 'string');
}

/** How many members a list or a map has. */
export function countAt(value: unknown, ...path: readonly string[]): number {
  const found = fieldAt(value, ...path);
  if (Array.isArray(found)) return found.length;
  return isMap(found) ? Object.keys(found).length : 0;
}

/** The condition of that type, the first one. */
export function conditionAt(value: unknown, type: string): unknown {
  return listAt(value, 'status', 'conditions').find((condition) => textAt(condition, 'type') === type);
}
