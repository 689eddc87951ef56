import type { ServedResource, ServedResources } from './served-resource.js';

type Fields = Readonly<Record<string, unknown>>;

/** A discovery document is none. */
export class DiscoveryError extends Error {
  override readonly name = 'DiscoveryError';
}

/** An APIGroupDiscoveryList of v2 or v2beta1; undefined for a document of another kind. */
export function parseAggregatedDiscovery(document: unknown): ServedResources | undefined {
  const { kind, items } = fields(document);
  if (kind !== 'APIGroupDiscoveryList') return undefined;
  const resources: ServedResource[] = [];
  const unavailable: { group: string; version: string }[] = [];
  for (const item of list(items).map(fields)) {
    const group = text(fields(item.metadata).name);
    for (const entry of list(item.versions).map(fields)) {
      const version = text(entry.version);
      if (version === '') continue;
      if (entry.freshness === 'Stale') unavailable.push({ group, version });
      else
        resources.push(
          ...list(entry.resources).flatMap((resource) => readAggregated(fields(resource), group, version)),
        );
    }
  }
  return { resources, unavailable };
}

function readAggregated(entry: Fields, group: string, version: string): ServedResource[] {
  return served(group, version, {
    resource: text(entry.resource),
    kind: text(fields(entry.responseKind).kind),
    namespaced: entry.scope === 'Namespaced',
    singularName: text(entry.singularResource),
    shortNames: texts(entry.shortNames),
    categories: texts(entry.categories),
    verbs: texts(entry.verbs),
  });
}

/** The group versions of an APIGroupList, each group's preferred version first. Throws DiscoveryError. */
export function parseGroupList(document: unknown): readonly { readonly group: string; readonly version: string }[] {
  const { kind, groups } = fields(document);
  if (kind !== 'APIGroupList') throw unexpected('an APIGroupList', document);
  return list(groups)
    .map(fields)
    .flatMap(({ name, versions, preferredVersion }) => {
      const group = text(name);
      const preferred = text(fields(preferredVersion).version);
      const found = list(versions)
        .map((version) => text(fields(version).version))
        .filter(Boolean);
      const ordered = found.includes(preferred)
        ? [preferred, ...found.filter((version) => version !== preferred)]
        : found;
      return group === '' ? [] : ordered.map((version) => ({ group, version }));
    });
}

/** The types of an APIResourceList. Throws DiscoveryError. */
export function parseResourceList(document: unknown, group: string, version: string): readonly ServedResource[] {
  const { kind, resources } = fields(document);
  if (kind !== 'APIResourceList') throw unexpected('an APIResourceList', document);
  return list(resources)
    .map(fields)
    .flatMap((entry) =>
      served(group, version, {
        resource: text(entry.name),
        kind: text(entry.kind),
        namespaced: entry.namespaced === true,
        singularName: text(entry.singularName),
        shortNames: texts(entry.shortNames),
        categories: texts(entry.categories),
        verbs: texts(entry.verbs),
      }),
    );
}

/** Names that are none are left out: they would end in paths and in a storage. */
const validName = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const validGroup = /^$|^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

function served(group: string, version: string, type: Omit<ServedResource, 'group' | 'version'>): ServedResource[] {
  const { resource, kind } = type;
  if (!validName.test(resource) || !validGroup.test(group) || !validName.test(version) || kind === '') return [];
  return [{ group, version, ...type, singularName: type.singularName || kind.toLowerCase() }];
}

function unexpected(expected: string, document: unknown): DiscoveryError {
  const { kind } = fields(document);
  const found =
    typeof kind === 'string' ? kind.slice(0, 60) : document === null ? 'null' : `a ${typeof document} without a kind`;
  return new DiscoveryError(`discovery: expected ${expected}, found ${found}`);
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function texts(value: unknown): readonly string[] {
  return list(value).map(text).filter(Boolean);
}
