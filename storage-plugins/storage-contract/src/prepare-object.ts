import type { PreparedObject } from './stored-object.js';

export const clusterNameAnnotation = 'shadow.clusterpedia.io/cluster-name';
export const eventsAnnotation = 'shadow.clusterpedia.io/events';

/** Thrown for an object that cannot be stored; the message says what was expected and what was found. */
export class InvalidObjectError extends Error {}

export interface PrepareOptions {
  readonly cluster: string;
  /** For items of a typed list, which carry neither. */
  readonly apiVersion?: string;
  readonly kind?: string;
}

export interface PreparedWithKind extends PreparedObject {
  readonly apiVersion: string;
  readonly kind: string;
}

/** STUB being replaced. JSON bytes of one object (any white space) to what a storage keeps. */
export function prepareObject(_json: Uint8Array, _options: PrepareOptions): PreparedWithKind {
  throw new InvalidObjectError('not built yet');
}
