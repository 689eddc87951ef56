import { createStorageError, type ResourceType } from '@clusterdex/storage-contract';

/** Below every character of a name, so that keys are ordered as cluster, namespace and name are. */
const separator = '\u0000';

/** Where an object lies. */
export interface Place {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

const typeParts = ({ group, version, resource }: ResourceType) => [group, version, resource];

export const objectPrefix = (type: ResourceType, cluster?: string): string =>
  ['object', ...typeParts(type), ...(cluster === undefined ? [] : [cluster]), ''].join(separator);

export const objectKey = (type: ResourceType, { cluster, namespace, name }: Place): string =>
  objectPrefix(type, cluster) + namespace + separator + name;

export function placeOf(key: string): Place {
  const [, , , , cluster = '', namespace = '', name = ''] = key.split(separator);
  return { cluster, namespace, name };
}

export const typePrefix = `type${separator}`;
export const typeKey = (type: ResourceType): string => typePrefix + typeParts(type).join(separator);

export const inventoryPrefix = `inventory${separator}`;
export const inventoryKey = (cluster: string): string => inventoryPrefix + cluster;

/** A place as the `continue` of a page. */
export function formatPosition({ cluster, namespace, name }: Place): string {
  return Buffer.from(JSON.stringify([cluster, namespace, name])).toString('base64url');
}

/** INVALID unless `formatPosition` made it. */
export function parsePosition(position: string): Place {
  try {
    const parts: unknown = JSON.parse(Buffer.from(position, 'base64url').toString());
    if (Array.isArray(parts) && parts.length === 3 && parts.every((part) => typeof part === 'string')) {
      const [cluster = '', namespace = '', name = ''] = parts;
      if (formatPosition({ cluster, namespace, name }) === position) return { cluster, namespace, name };
    }
  } catch {
    // Told below, as everything else that is no position.
  }
  throw createStorageError('INVALID', 'start.after is no position that this storage issued');
}
