import type {
  CollectionListOptions,
  FieldRequirement,
  FieldSegment,
  LabelRequirement,
  NameFilter,
  OrderTerm,
  OwnerSelection,
} from '@clusterdex/storage-contract';
import { type ExampleObject, metadataOf, metadataText } from './example-object.js';
import type { Json } from './kubernetes-object.js';
import { textOf } from './oracle-values.js';
import type { Random } from './random.js';
import { drawFullText } from './random-full-text.js';

/**
 * Draws list options that have to do with the objects at hand, so that most queries find something and few find everything. `objects` are
 * those of the types that will be listed, `everything` also what may own them.
 */
export function drawListOptions(
  random: Random,
  objects: readonly ExampleObject[],
  everything: readonly ExampleObject[],
): CollectionListOptions {
  const some = (probability: number): boolean => random.chance(probability);
  const nameOf = (example: ExampleObject): string => metadataText(example, 'name');
  const namespaceOf = (example: ExampleObject): string => metadataText(example, 'namespace');
  const anyObject = (): ExampleObject => random.pick(objects);
  const owner = some(0.2) ? drawOwner(random, objects, everything) : undefined;
  const times = [anyObject(), anyObject()]
    .map((example) => Date.parse(metadataText(example, 'creationTimestamp')))
    .filter((time) => !Number.isNaN(time))
    .sort((a, b) => a - b);
  const [since, before] = times;
  return {
    ...(owner === undefined
      ? some(0.3) && { clusters: drawFilter(random, () => anyObject().cluster, 'nowhere') }
      : { clusters: { in: [owner.cluster] }, owner: owner.owner }),
    ...(some(0.3) && { namespaces: drawFilter(random, () => namespaceOf(anyObject()), 'no-such') }),
    ...(some(0.1) && { names: drawFilter(random, () => nameOf(anyObject()), 'no-such') }),
    ...(some(0.2) && { fuzzyNames: drawFilter(random, () => drawPart(random, nameOf(anyObject())), 'zzz') }),
    ...(some(0.3) && { labelSelector: drawSeveral(random, () => drawLabelRequirement(random, anyObject())) }),
    ...(some(0.4) && { fieldSelector: drawSeveral(random, () => drawFieldRequirement(random, anyObject())) }),
    ...(some(0.25) && { fullText: drawFullText(random, anyObject, everything) }),
    ...(some(0.15) && since !== undefined && { since: since + random.pick([0, 0, 1]) }),
    ...(some(0.15) && before !== undefined && { before: before + random.pick([0, 0, 1]) }),
    ...(some(0.5) && { orderBy: drawSeveral(random, () => drawOrderTerm(random, anyObject())) }),
    ...(some(0.6) && { limit: random.pick([1, 2, 3, 7, 20, 100]) }),
    ...(some(0.4) && { withRemainingCount: true }),
    ...(some(0.15) && { onlyMetadata: true }),
    ...(some(0.1) && { injectEvents: true }),
  };
}

function drawSeveral<T>(random: Random, draw: () => T | undefined): T[] {
  const wanted = random.pick([1, 1, 1, 2, 3]);
  return Array.from({ length: wanted }, draw).filter((item) => item !== undefined);
}

function drawFilter(random: Random, draw: () => string, unknown: string): NameFilter {
  const values = (): string[] => {
    const drawn = Array.from({ length: random.pick([1, 1, 2, 4]) }, draw);
    return [...new Set(random.chance(0.2) ? [...drawn, unknown] : drawn)];
  };
  const kind = random.integer(8);
  if (kind < 5) return { in: values() };
  return kind < 7 ? { notIn: values() } : { in: values(), notIn: values() };
}

/** A part of a name, now and then in the other case. */
function drawPart(random: Random, name: string): string {
  const start = random.integer(name.length);
  const part = name.slice(start, start + 1 + random.integer(5));
  return random.chance(0.2) ? part.toUpperCase() : part;
}

const operators = ['in', 'in', 'in', 'notIn', 'notIn', 'exists', 'notExists'] as const;

function drawLabelRequirement(random: Random, example: ExampleObject): LabelRequirement {
  const labels = Object.entries((metadataOf(example).labels ?? {}) as { readonly [key: string]: string });
  const [key, value] = labels.length === 0 || random.chance(0.05) ? ['absent', ''] : random.pick(labels);
  const operator = random.pick([...operators, 'greaterThan', 'lessThan'] as const);
  if (operator === 'exists' || operator === 'notExists') return { key, operator, values: [] };
  if (operator === 'greaterThan' || operator === 'lessThan') return { key, operator, values: ['5'] };
  return { key, operator, values: random.chance(0.3) ? [value, 'other'] : [value] };
}

/** A way to a value of this object, through lists by `any` or by index. */
function drawPath(random: Random, example: ExampleObject): { path: FieldSegment[]; value: Json } | undefined {
  const path: FieldSegment[] = [];
  let value: Json = example.fields;
  while (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    const members: [string, Json][] = Object.entries(value).filter(
      ([key]) => key !== 'resourceVersion' && key !== 'uid',
    );
    if (members.length === 0 || (path.length > 0 && random.chance(0.05))) break;
    const [key, member]: [string, Json] = random.pick(members);
    if (Array.isArray(member) && member.length > 0) {
      const index = random.integer(member.length);
      const element: Json | undefined = member[index];
      // A path cannot end with a list's element.
      if (element === null || typeof element !== 'object' || Array.isArray(element)) return undefined;
      const list = random.pick(['any', 'any', index, index - member.length, index + 1] as const);
      path.push({ key, list });
      value = element;
    } else {
      path.push({ key });
      value = member;
    }
  }
  // In which order the members of these stand is the server's to say.
  if (['metadata', 'metadata.annotations'].includes(path.map(({ key }) => key).join('.'))) return undefined;
  return path.at(-1)?.list === undefined && path.length > 0 ? { path, value } : undefined;
}

const bounds = [
  '0',
  '1',
  '5',
  '-0.3',
  '400m',
  '256Mi',
  '1Gi',
  '2147483647',
  '2026-03-01T00:00:00Z',
  '2026-06-01T12:00:00+02:00',
  'word',
];

function drawFieldRequirement(random: Random, example: ExampleObject): FieldRequirement | undefined {
  const drawn = drawPath(random, example);
  if (drawn === undefined) return undefined;
  const { path, value } = drawn;
  const text = textOf(value) ?? '';
  const operator = random.pick([...operators, 'greaterThan', 'lessThan'] as const);
  if (operator === 'exists' || operator === 'notExists') return { path, operator, values: [] };
  if (operator === 'greaterThan' || operator === 'lessThan') {
    return { path, operator, values: [random.chance(0.4) && text !== '' ? text : random.pick(bounds)] };
  }
  const requirement = { path, operator, values: random.chance(0.3) ? [text, 'other'] : [text] };
  if (random.chance(0.7)) return requirement;
  const other = random.chance(0.4) ? drawPath(random, example)?.path : undefined;
  return { ...requirement, whenEmpty: other ?? random.pick([text, 'other', '']) };
}

const columns = ['cluster', 'namespace', 'name', 'created_at', 'resource_version', 'uid', 'kind'] as const;

function drawOrderTerm(random: Random, example: ExampleObject): OrderTerm | undefined {
  const descending = random.chance(0.4);
  if (random.chance(0.6)) return { by: { column: random.pick(columns) }, descending };
  const drawn = drawPath(random, example);
  if (drawn === undefined || drawn.path.some(({ list }) => list === 'any')) return undefined;
  return { by: { path: drawn.path }, descending };
}

function drawOwner(
  random: Random,
  objects: readonly ExampleObject[],
  everything: readonly ExampleObject[],
): { cluster: string; owner: OwnerSelection } {
  const { cluster } = random.pick(objects);
  const seniority = random.pick([0, 0, 1, 1, 2]);
  const owned = objects.filter(
    (example) => example.cluster === cluster && metadataOf(example).ownerReferences !== undefined,
  );
  const start = owned.length > 0 && random.chance(0.9) ? random.pick(owned) : random.pick(everything);
  let ancestor = start;
  for (let level = 0; level <= seniority; level += 1) {
    const [reference] = (metadataOf(ancestor).ownerReferences ?? []) as { readonly uid: string }[];
    ancestor = everything.find((example) => metadataText(example, 'uid') === reference?.uid) ?? ancestor;
  }
  const { group, resource } = ancestor.type;
  const uid = metadataText(ancestor, 'uid');
  const name = metadataText(ancestor, 'name');
  const kind = random.integer(4);
  if (kind === 0 && uid !== '') return { cluster, owner: { uid, seniority } };
  if (kind === 1) return { cluster, owner: { name, groupResource: { group, resource }, seniority } };
  if (kind === 2 && uid !== '') return { cluster, owner: { uid, name: 'ignored', seniority } };
  return { cluster, owner: { name, seniority } };
}
