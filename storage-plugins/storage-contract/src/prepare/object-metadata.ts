import { InvalidObjectError } from './invalid-object-error.js';

/** What a storage wants to know of metadata, as JSON.parse gives it. */
export interface RawMetadata {
  readonly name?: unknown;
  readonly namespace?: unknown;
  readonly uid?: unknown;
  readonly resourceVersion?: unknown;
  readonly creationTimestamp?: unknown;
  readonly labels?: unknown;
  readonly ownerReferences?: unknown;
}

export interface ObjectMetadata {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly createdAt: number | undefined;
  readonly ownerUid: string;
  readonly labels: Readonly<Record<string, string>>;
}

const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
const unstorable = /[\0\p{Surrogate}]/u;
const noLabels: Readonly<Record<string, string>> = Object.freeze({});

export function readObjectMetadata(metadata: RawMetadata): ObjectMetadata {
  return {
    namespace: pathSegment('metadata.namespace', metadata.namespace),
    name: objectName(metadata.name),
    uid: text('metadata.uid', metadata.uid),
    resourceVersion: text('metadata.resourceVersion', metadata.resourceVersion),
    createdAt: instant('metadata.creationTimestamp', metadata.creationTimestamp),
    ownerUid: controllerUid(metadata.ownerReferences),
    labels: labelMap(metadata.labels),
  };
}

export function wrongMember(member: string, expected: string, found: unknown): InvalidObjectError {
  return new InvalidObjectError(`${member}: expected ${expected}, found ${describeValue(found)}`, { member });
}

/** A value as an error message shows it: short, and telling a list from an object. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const shown = JSON.stringify(value) ?? String(value);
  return shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
}

function objectName(value: unknown): string {
  if (value === undefined || value === null || value === '') {
    throw wrongMember('metadata.name', 'a non-empty string', value ?? undefined);
  }
  return pathSegment('metadata.name', value);
}

/** What a kube-apiserver takes as a segment of a path: RBAC names hold colons and upper case. */
function pathSegment(member: string, value: unknown): string {
  const segment = text(member, value);
  if (segment === '.' || segment === '..' || segment.includes('/') || segment.includes('%')) {
    throw wrongMember(member, 'a name without "/" and "%" that is not "." or ".."', segment);
  }
  return segment;
}

function text(member: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw wrongMember(member, 'a string', value);
  if (unstorable.test(value)) throw wrongMember(member, 'text without NUL and unpaired surrogates', value);
  return value;
}

function instant(member: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  const parts = typeof value === 'string' ? rfc3339.exec(value) : null;
  const milliseconds = parts === null ? Number.NaN : Date.parse(parts[0]);
  const isDay = parts !== null && Number(parts[3]) <= daysOfMonth(Number(parts[1]), Number(parts[2]));
  if (Number.isNaN(milliseconds) || !isDay) throw wrongMember(member, 'an RFC 3339 time or null', value);
  return milliseconds;
}

function daysOfMonth(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
}

function controllerUid(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (!Array.isArray(value)) throw wrongMember('metadata.ownerReferences', 'a list', value);
  let uid = '';
  for (const [index, reference] of value.entries()) {
    const member = `metadata.ownerReferences[${index}]`;
    if (!isMap(reference)) throw wrongMember(member, 'an object', reference);
    if (uid === '' && reference.controller === true) uid = text(`${member}.uid`, reference.uid);
  }
  return uid;
}

function labelMap(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return noLabels;
  if (!isMap(value)) throw wrongMember('metadata.labels', 'an object', value);
  for (const key of Object.keys(value)) {
    const member = `metadata.labels[${JSON.stringify(key)}]`;
    if (typeof value[key] !== 'string') throw wrongMember(member, 'a string', value[key]);
    if (unstorable.test(key) || unstorable.test(value[key])) {
      throw wrongMember(member, 'text without NUL and unpaired surrogates', value[key]);
    }
  }
  return value as Record<string, string>;
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
