import type {
  CollectionListOptions,
  FieldPath,
  FieldRequirement,
  LabelRequirement,
  NameFilter,
  OrderTerm,
  OwnerSelection,
  ResourceTypeSelector,
} from '@clusterdex/storage-contract';
import { type ExampleObject, metadataOf, metadataText } from './example-object.js';
import type { Json } from './kubernetes-object.js';
import { compareBySort, compareTexts, textOf, valuesAt } from './oracle-values.js';
import { passesFullText } from './oracle-words.js';

/**
 * Answers a query in the plainest way: looks at every object, checks every condition, sorts what is left. Written from the description of
 * the search conditions alone; it shares no code with the server, and is to be slow and obvious. Answers all pages at once: limit, start,
 * and what changes the form of an answer are the caller's.
 */
export function askOracle(
  objects: readonly ExampleObject[],
  options: CollectionListOptions,
  types: readonly ResourceTypeSelector[] | 'all',
): ExampleObject[] {
  const owners = options.owner === undefined ? undefined : ownersOf(objects, options.owner, options);
  const found: ExampleObject[] = [];
  for (const example of objects) {
    const name = metadataText(example, 'name');
    if (!isOfTypes(example, types)) continue;
    if (!passes(options.clusters, example.cluster)) continue;
    if (!passes(options.namespaces, metadataText(example, 'namespace'))) continue;
    if (!passes(options.names, name)) continue;
    if (!passesFuzzily(options.fuzzyNames, name)) continue;
    if (!passesTimes(example, options)) continue;
    if (!(options.labelSelector ?? []).every((requirement) => passesLabel(requirement, example))) continue;
    if (!(options.fieldSelector ?? []).every((requirement) => passesField(requirement, example))) continue;
    if (options.fullText !== undefined && !passesFullText(options.fullText, example)) continue;
    if (owners !== undefined && !owners.has(controllerOf(example))) continue;
    found.push(example);
  }
  return found.sort((a, b) => compareExamples(a, b, options.orderBy ?? []));
}

function isOfTypes({ type }: ExampleObject, types: readonly ResourceTypeSelector[] | 'all'): boolean {
  if (types === 'all') return true;
  for (const wanted of types) {
    if (wanted.group !== type.group) continue;
    if (wanted.version !== undefined && wanted.version !== type.version) continue;
    if (wanted.resource !== undefined && wanted.resource !== type.resource) continue;
    return true;
  }
  return false;
}

function passes(filter: NameFilter | undefined, text: string): boolean {
  if (filter?.in !== undefined && !filter.in.includes(text)) return false;
  return !(filter?.notIn ?? []).includes(text);
}

/** Upper and lower case of the twenty-six letters are one; nothing else is special. */
function fold(text: string): string {
  let folded = '';
  for (const character of text) folded += character >= 'A' && character <= 'Z' ? character.toLowerCase() : character;
  return folded;
}

function passesFuzzily(filter: NameFilter | undefined, name: string): boolean {
  const has = (part: string): boolean => fold(name).includes(fold(part));
  if (filter?.in !== undefined && !filter.in.some(has)) return false;
  return !(filter?.notIn ?? []).some(has);
}

function createdAt(example: ExampleObject): number | undefined {
  const text = metadataText(example, 'creationTimestamp');
  return text === '' ? undefined : Date.parse(text);
}

function passesTimes(example: ExampleObject, { since, before }: CollectionListOptions): boolean {
  if (since === undefined && before === undefined) return true;
  const created = createdAt(example);
  if (created === undefined) return false;
  return (since === undefined || created >= since) && (before === undefined || created < before);
}

function passesLabel({ key, operator, values }: LabelRequirement, example: ExampleObject): boolean {
  const labels = (metadataOf(example).labels ?? {}) as { readonly [key: string]: Json };
  const value = Object.entries(labels).find(([name]) => name === key)?.[1];
  if (operator === 'exists') return value !== undefined;
  if (operator === 'notExists') return value === undefined;
  if (operator === 'notIn') return value === undefined || !values.includes(String(value));
  if (value === undefined) return false;
  if (operator === 'in') return values.includes(String(value));
  const bound = values[0] ?? '';
  if (!/^[+-]?[0-9]+$/.test(String(value)) || !/^[+-]?[0-9]+$/.test(bound)) return false;
  return operator === 'greaterThan' ? Number(value) > Number(bound) : Number(value) < Number(bound);
}

function textsAt(path: FieldPath, example: ExampleObject): string[] {
  return valuesAt(path, example.fields)
    .map(textOf)
    .filter((text) => text !== undefined);
}

/** Each empty text, and the field as a whole when it is absent, gives way to what is to count in its place. */
function fillIn(texts: readonly string[], whenEmpty: string | FieldPath, example: ExampleObject): string[] {
  const others = typeof whenEmpty === 'string' ? [whenEmpty] : textsAt(whenEmpty, example);
  const instead = others.length === 0 ? [''] : others;
  return (texts.length === 0 ? [''] : texts).flatMap((text) => (text === '' ? instead : [text]));
}

function passesField({ path, operator, values, whenEmpty }: FieldRequirement, example: ExampleObject): boolean {
  let texts = textsAt(path, example);
  if (whenEmpty !== undefined && (operator === 'in' || operator === 'notIn')) texts = fillIn(texts, whenEmpty, example);
  if (operator === 'exists') return texts.length > 0;
  if (operator === 'notExists') return texts.length === 0;
  if (operator === 'in') return texts.some((text) => values.includes(text));
  if (operator === 'notIn') return !texts.some((text) => values.includes(text));
  return texts.some((text) => {
    const order = compareBySort(text, values[0] ?? '');
    return order !== undefined && (operator === 'greaterThan' ? order > 0 : order < 0);
  });
}

/** uid of the owner that is the controller; '' when there is none. */
function controllerOf(example: ExampleObject): string {
  const references = (metadataOf(example).ownerReferences ?? []) as { readonly [key: string]: Json }[];
  return String(references.find((reference) => reference.controller === true)?.uid ?? '');
}

function ownersOf(
  objects: readonly ExampleObject[],
  owner: OwnerSelection,
  { clusters, namespaces }: CollectionListOptions,
): Set<string> {
  const inCluster = objects.filter((example) => example.cluster === clusters?.in?.[0]);
  let uids = new Set<string>();
  if (owner.uid !== undefined) uids.add(owner.uid);
  else {
    for (const example of inCluster) {
      const { group, resource } = example.type;
      const namespace = metadataText(example, 'namespace');
      if (metadataText(example, 'name') !== owner.name) continue;
      if (owner.groupResource !== undefined && owner.groupResource.group !== group) continue;
      if (owner.groupResource !== undefined && owner.groupResource.resource !== resource) continue;
      if (namespace !== '' && !passes(namespaces, namespace)) continue;
      uids.add(metadataText(example, 'uid'));
    }
  }
  for (let level = 0; level < owner.seniority; level += 1) {
    const next = new Set<string>();
    for (const example of inCluster) {
      if (controllerOf(example) !== '' && uids.has(controllerOf(example))) next.add(metadataText(example, 'uid'));
    }
    uids = next;
  }
  uids.delete('');
  return uids;
}

function compareExamples(a: ExampleObject, b: ExampleObject, terms: readonly OrderTerm[]): number {
  for (const { by, descending } of terms) {
    const read = (example: ExampleObject): Json | undefined =>
      'path' in by ? valuesAt(by.path, example.fields)[0] : columnOf(example, by.column);
    const order = compareValues(read(a), read(b));
    if (order !== 0) return descending ? -order : order;
  }
  const last = (example: ExampleObject): string[] => [
    example.cluster,
    metadataText(example, 'namespace'),
    metadataText(example, 'name'),
    example.type.group,
    example.type.version,
    example.type.resource,
  ];
  const [left, right] = [last(a), last(b)];
  for (let index = 0; index < left.length; index += 1) {
    const order = compareTexts(left[index] ?? '', right[index] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

function columnOf(example: ExampleObject, column: string): Json | undefined {
  switch (column) {
    case 'cluster':
      return example.cluster;
    case 'created_at':
      return createdAt(example);
    case 'resource_version': {
      const text = metadataText(example, 'resourceVersion');
      return /^[0-9]+$/.test(text) ? Number(text) : undefined;
    }
    case 'kind':
      return example.type.kind;
    default:
      return metadataText(example, column);
  }
}

/** What is absent first, then numbers, then everything else as text. */
function compareValues(a: Json | undefined, b: Json | undefined): number {
  const rank = (value: Json | undefined): number =>
    value === undefined || value === null ? 0 : typeof value === 'number' ? 1 : 2;
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareTexts(textOf(a) ?? '', textOf(b) ?? '');
}
