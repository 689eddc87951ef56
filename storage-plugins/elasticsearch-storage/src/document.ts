import { createHash } from 'node:crypto';
import type { ResourceType } from '@clusterdex/storage-contract';
import { asciiLower, isDecimal, type SelectableObject } from '@clusterdex/storage-contract/selection';
import { wordsOfText } from './full-text-query.js';
import { type Salt, tokensOf } from './tokens.js';

/** What a document tells besides the object: enough to decide on changes, and to answer without looking into it. */
export interface DocumentState {
  /** Group, version, resource, kind and whether the type is namespaced. */
  readonly type: readonly [group: string, version: string, resource: string, kind: string, namespaced: boolean];
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly digest: string;
  readonly synced: number;
  /** Where `metadata` of the object ends, in bytes. */
  readonly metadataEnd: number;
  /** The batch that wrote it. */
  readonly batch: string;
}

/** `_source` as it is read. */
export interface StoredDocument {
  readonly object: string;
  readonly row?: string;
  readonly state: DocumentState;
}

export interface DocumentSource {
  readonly type: ResourceType;
  readonly selectable: Omit<SelectableObject, 'kind' | 'syncedAt' | 'json'>;
  readonly json: Uint8Array;
  readonly row: string | undefined;
  readonly state: Pick<DocumentState, 'digest' | 'synced' | 'metadataEnd' | 'batch'>;
}

/** Longer texts are cut and end with a digest of the whole: Lucene refuses a term of more than 32,766 bytes. */
const longestTerm = 4000;

export const term = (text: string): string =>
  text.length <= longestTerm ? text : `${text.slice(0, longestTerm)}\uffff${digestOf(text)}`;

export const digestOf = (data: Uint8Array | string): string =>
  createHash('sha256').update(data).digest('base64url').slice(0, 22);

// biome-ignore lint/suspicious/noControlCharactersInRegex: they separate the parts of a key
const separators = /[\0\u0001]/g;
/** Keeps the order of texts, and leaves no NUL in them. */
const part = (text: string): string =>
  text.replace(separators, (unit) => (unit === '\0' ? '\u0001\u0001' : '\u0001\u0002'));

export type Place = readonly [cluster: string, namespace: string, name: string];

/** One text that sorts as cluster, namespace, name, group, version, resource do, each by code point. */
export const sortKey = (place: Place, { group, version, resource }: ResourceType): string =>
  term([...place, group, version, resource].map(part).join('\0'));

export const typeKey = ({ group, version, resource }: Pick<ResourceType, 'group' | 'version' | 'resource'>): string =>
  `${group}/${version}/${resource}`;

export const documentId = (type: ResourceType, place: Place): string =>
  createHash('sha256')
    .update([typeKey(type), ...place].map(part).join('\0'))
    .digest('base64url')
    .slice(0, 32);

/** 0 is absent; every time that an RFC 3339 text can say is more than that. */
const timeOffset = 1e15;
export const timeOrder = (milliseconds: number | undefined): number =>
  milliseconds === undefined ? 0 : milliseconds + timeOffset;

/** Sorts decimal numbers of any length by their value, what is none first. */
export function numberOrder(text: string): string {
  if (!isDecimal(text)) return '';
  const digits = text.replace(/^0+(?=.)/, '');
  return term(String(digits.length).padStart(6, '0') + digits);
}

/** The body of the document, as JSON. */
export function createDocument(source: DocumentSource, salt: Salt): string {
  const { type, selectable, json, row, state } = source;
  const { cluster, namespace, name, uid, ownerUid, resourceVersion, createdAt, labels } = selectable;
  const { group, version, resource, kind, namespaced } = type;
  const place: Place = [cluster, namespace, name];
  return JSON.stringify({
    search: {
      key: sortKey(place, type),
      type: typeKey(type),
      group,
      version,
      resource,
      kind,
      cluster: term(cluster),
      namespace: term(namespace),
      name: term(name),
      lowerName: term(asciiLower(name)),
      uid: term(uid),
      owner: term(ownerUid),
      resourceVersion: numberOrder(resourceVersion),
      created: timeOrder(createdAt),
      synced: state.synced,
      tokens: tokensOf(selectable.fields(), labels, salt),
      words: wordsOfText(json),
    },
    object: Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString(),
    row,
    state: {
      type: [group, version, resource, kind, namespaced],
      cluster,
      namespace,
      name,
      uid,
      resourceVersion,
      ...state,
    },
  });
}
