import type { Capabilities, CapabilityName } from '../../capabilities.js';
import {
  type CollectionListOptions,
  type FieldPath,
  type FieldRequirement,
  type LabelRequirement,
  type NameFilter,
  type OrderTerm,
  orderColumns,
  type SelectorOperator,
} from '../../list-options.js';
import type { ResourceType } from '../../resource-type.js';
import { parseFullText } from '../../selection/index.js';
import { deployments, nodes, pods, replicaSets, widgets } from '../test-objects.js';
import type { Draw } from './draw.js';
import { drawName, fleetClusters, fleetTypes } from './random-steps.js';
import { fieldValues, instants, labelValues, nameParts, namespaces, words } from './vocabulary.js';

/** A list of a type, or of a collection. */
export interface Query {
  readonly of: ResourceType | string;
  readonly options: CollectionListOptions;
}

const operators = ['in', 'in', 'in', 'notIn', 'notIn', 'exists', 'notExists', 'greaterThan', 'lessThan'] as const;
const bounds = ['0', '5', '-1', '600m', '1Gi', '2024-06-01T12:00:00Z', 'text'] as const;
const paths: readonly FieldPath[] = [
  [{ key: 'spec' }, { key: 'field' }],
  [{ key: 'spec' }, { key: 'field' }],
  [{ key: 'spec' }, { key: 'deep' }, { key: 'field' }],
  [{ key: 'spec' }, { key: 'list', list: 'any' }, { key: 'name' }],
  [{ key: 'spec' }, { key: 'list', list: 0 }, { key: 'name' }],
  [{ key: 'spec' }, { key: 'list', list: -1 }, { key: 'port' }],
  [{ key: 'metadata' }, { key: 'labels' }, { key: 'app' }],
  [{ key: 'metadata' }, { key: 'name' }],
  [{ key: 'kind' }],
];

/** A list with options that the capabilities honour, of words that the objects are made of too. */
export function drawQuery(draw: Draw, has: Capabilities): Query {
  const of = has.collectionResources && draw.chance(0.3) ? 'any' : draw.pick(fleetTypes);
  const some = (capability: CapabilityName | true, probability: number): boolean =>
    (capability === true || has[capability]) && draw.chance(probability);
  const time = () => Date.parse(draw.pick(instants) ?? '2024-06-01T12:00:00Z') + draw.pick([0, 0, 1, -1]);
  const withRows = some('rows', 0.15);
  const fullText = some('fullText', 0.15) ? parseFullText(draw.pick(words)) : undefined;
  const owner = some('ownerSearch', 0.2) ? drawOwner(draw) : undefined;
  const options: CollectionListOptions = {
    ...(owner ?? (some(true, 0.3) && { clusters: drawFilter(draw, () => draw.pick(fleetClusters), 'nowhere') })),
    ...(some(true, 0.3) && { namespaces: drawFilter(draw, () => draw.pick(namespaces), 'none') }),
    ...(some(true, 0.1) && { names: drawFilter(draw, () => drawName(draw), 'none') }),
    ...(some('fuzzyName', 0.2) && { fuzzyNames: drawFilter(draw, () => drawPart(draw), 'zzz') }),
    ...(some('labelSelector', 0.3) && { labelSelector: draw.several(2, () => drawLabel(draw)) }),
    ...(some('fieldSelector', 0.4) && { fieldSelector: draw.several(2, () => drawField(draw)) }),
    ...(some(true, 0.1) && { since: time() }),
    ...(some(true, 0.1) && { before: time() }),
    ...(fullText && { fullText }),
    ...(some('orderBy', 0.4) && { orderBy: draw.several(2, () => drawOrder(draw)) }),
    ...(some('continueToken', 0.5) && { limit: draw.pick([1, 2, 3, 10, 50]) }),
    ...(some('remainingItemCount', 0.4) && { withRemainingCount: true }),
    ...(some('onlyMetadata', 0.15) && { onlyMetadata: true }),
    ...(some('events', 0.15) && { injectEvents: true }),
    ...(withRows && { withRows: { prefix: draw.pick(['v1|', 'v2|', '%', '', 'v1|web']) } }),
    ...(of === 'any' && { types: drawTypes(draw) }),
  };
  return { of, options };
}

function drawTypes(draw: Draw): NonNullable<CollectionListOptions['types']> {
  if (draw.chance(0.4)) return 'all';
  const all = [pods, deployments, replicaSets, nodes, widgets];
  return draw.several(3, () => {
    const { group, version, resource } = draw.pick(all);
    return { group, ...(draw.chance(0.5) && { version }), ...(draw.chance(0.7) && { resource }) };
  });
}

function drawFilter(draw: Draw, value: () => string, unknown: string): NameFilter {
  const values = () => [...new Set([...draw.several(3, value), ...(draw.chance(0.2) ? [unknown] : [])])];
  if (draw.chance(0.6)) return { in: draw.chance(0.03) ? [] : values() };
  return draw.chance(0.7) ? { notIn: values() } : { in: values(), notIn: values() };
}

function drawPart(draw: Draw): string {
  const part = draw.pick([...nameParts, '-1', '_', '%', 'E', '.']);
  return draw.chance(0.3) ? part.toUpperCase() : part;
}

function valuesFor(draw: Draw, operator: SelectorOperator, value: () => string): readonly string[] {
  if (operator === 'exists' || operator === 'notExists') return [];
  if (operator === 'in' || operator === 'notIn') return [...new Set(draw.several(2, value))];
  return [draw.pick(bounds)];
}

function drawLabel(draw: Draw): LabelRequirement {
  const operator = draw.pick(operators);
  const key = draw.pick(['app', 'app', 'tier', 'example.com/weight', 'absent']);
  if (operator === 'greaterThan' || operator === 'lessThan') return { key, operator, values: ['4'] };
  return { key, operator, values: valuesFor(draw, operator, () => draw.pick([...labelValues, '5'])) };
}

function drawField(draw: Draw): FieldRequirement {
  const operator = draw.pick(operators);
  const value = () => String(draw.pick([...fieldValues, ...labelValues, 'Pod', 'web-1']) ?? '');
  const values = valuesFor(draw, operator, value);
  const path = draw.pick(paths);
  if ((operator !== 'in' && operator !== 'notIn') || draw.chance(0.6)) return { path, operator, values };
  return { path, operator, values, whenEmpty: draw.chance(0.5) ? value() : draw.pick(paths) };
}

function drawOrder(draw: Draw): OrderTerm {
  const descending = draw.chance(0.4);
  // When something was stored is for each storage to say.
  const columns = orderColumns.filter((column) => column !== 'synced_at');
  if (draw.chance(0.6)) return { by: { column: draw.pick(columns) }, descending };
  const plain = paths.filter((path) => path.every(({ list }) => list !== 'any'));
  return { by: { path: draw.pick(plain) }, descending };
}

function drawOwner(draw: Draw): Pick<CollectionListOptions, 'clusters' | 'owner'> {
  const cluster = draw.pick(fleetClusters);
  const { group, resource } = draw.pick([deployments, replicaSets]);
  const name = drawName(draw);
  const seniority = draw.pick([0, 1]);
  const owner = draw.pick([
    { uid: `${cluster}.${resource}.${draw.pick(namespaces)}.${name}`, seniority },
    { name, seniority },
    { name, groupResource: { group, resource }, seniority },
  ]);
  return { clusters: { in: [cluster] }, owner };
}
