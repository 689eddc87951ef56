import type {
  CollectionListOptions,
  FieldRequirement,
  FieldSegment,
  FullTextQuery,
  FullTextTerm,
  LabelRequirement,
  NameFilter,
  OrderTerm,
  ResourceType,
} from '@clusterdex/storage-contract';
import { compareBySort } from './oracle-values.js';
import type { Random } from './random.js';

/** Options in the words of a client: where it asks, and the query string, still to be encoded. */
export interface RenderedQuery {
  readonly path: string;
  /** Name and value of each URL parameter, in order. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
  /** The limit was given as a search label: the best so many, with no further page. */
  readonly top: boolean;
}

export interface RenderTarget {
  readonly list: 'resource' | 'any' | 'workloads' | 'kuberesources';
  readonly type: ResourceType | undefined;
  /** For `any`. */
  readonly typeParameters: readonly (readonly [name: string, value: string])[];
  /** Clusters that may stand in a path. */
  readonly clusters: readonly string[];
}

const api = '/apis/clusterpedia.io/v1beta1';
const search = 'search.clusterpedia.io';
const labelValue = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const qualifiedName = /^([a-z0-9.-]+\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const fieldValue = /^[^\s=!(),><]*$/;

/** Leaves out what no request can say: values with blanks, names that are no label values and would have to be excluded. */
export function expressible(options: CollectionListOptions): CollectionListOptions {
  const { clusters, namespaces, names, fuzzyNames, labelSelector, fieldSelector, orderBy, before, ...others } = options;
  const fields = fieldSelector?.filter((field) => field.whenEmpty === undefined && isExpressibleField(field));
  const order = orderBy?.filter(({ by }) => 'column' in by || by.path.every(isExpressibleSegment));
  const filters = { clusters, namespaces, names, fuzzyNames };
  return {
    ...others,
    // A time that is over before it begins is an error.
    ...(before !== undefined && before >= (others.since ?? before) && { before }),
    ...Object.fromEntries(
      Object.entries(filters)
        .map(([member, filter]) => [member, filter === undefined ? undefined : expressibleFilter(filter)] as const)
        .filter(([, filter]) => filter !== undefined),
    ),
    ...(labelSelector !== undefined && { labelSelector }),
    ...(fields !== undefined && fields.length > 0 && { fieldSelector: fields }),
    ...(order !== undefined && order.length > 0 && { orderBy: order }),
  };
}

function expressibleFilter(filter: NameFilter): NameFilter | undefined {
  const wanted = filter.in?.filter((value) => value !== '');
  const unwanted = filter.notIn?.filter((value) => labelValue.test(value)) ?? [];
  // Excluding needs labels, and whoever uses a label for one half needs labels for the other.
  const both = wanted === undefined || wanted.every((value) => labelValue.test(value));
  if (wanted !== undefined && wanted.length === 0) return undefined;
  const notIn = both && unwanted.length > 0 ? { notIn: unwanted } : {};
  if (wanted === undefined && unwanted.length === 0) return undefined;
  return { ...(wanted !== undefined && { in: wanted }), ...notIn };
}

function isExpressibleSegment({ key }: FieldSegment): boolean {
  return qualifiedName.test(key);
}

function isExpressibleField({ path, operator, values }: FieldRequirement): boolean {
  if (!path.every(isExpressibleSegment) || !values.every((value) => fieldValue.test(value))) return false;
  const [bound = ''] = values;
  // A bound has to be a number, a quantity or a time.
  return !operator.endsWith('Than') || compareBySort(bound, bound) !== undefined;
}

/** Says `options`, which are expressible, in one of the many ways in which a client may say them. */
export function renderQuery(random: Random, options: CollectionListOptions, target: RenderTarget): RenderedQuery {
  const parameters: [string, string][] = target.typeParameters.map(([name, value]) => [name, value]);
  const labels: string[] = [];
  let path = `${api}/collectionresources/${target.list}`;
  const unsaid = { ...options };
  if (target.type !== undefined) {
    const { group, version, resource, namespaced } = target.type;
    const [cluster] = options.clusters?.in ?? [];
    path = `${api}/resources`;
    if (isSingle(options.clusters) && target.clusters.includes(cluster ?? '') && random.chance(0.6)) {
      path += `/clusters/${cluster}`;
      delete unsaid.clusters;
      // The path wins over all that is said elsewhere.
      if (random.chance(0.3)) parameters.push(['clusters', 'elsewhere']);
    }
    path += group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    if (namespaced && isSingle(options.namespaces) && random.chance(0.5)) {
      path += `/namespaces/${options.namespaces?.in?.[0]}`;
      delete unsaid.namespaces;
      if (random.chance(0.3)) labels.push(`${search}/namespaces in (elsewhere)`);
    }
    path += `/${resource}`;
  }
  for (const [member, url, label] of [
    ['clusters', 'clusters', 'clusters'],
    ['namespaces', 'namespaces', 'namespaces'],
    ['names', 'names', 'names'],
    ['fuzzyNames', 'fuzzyName', 'fuzzy-name'],
  ] as const) {
    const filter = unsaid[member];
    if (filter !== undefined) renderFilter(random, filter, { url, label, parameters, labels });
  }
  for (const requirement of options.labelSelector ?? []) labels.push(renderLabel(random, requirement));
  if (options.fieldSelector !== undefined) {
    const text = options.fieldSelector.map((requirement) => renderField(random, requirement));
    parameters.push(['fieldSelector', text.join(random.pick([',', ', ']))]);
  }
  const say = (url: string, label: string, value: string): void => {
    if (labelValue.test(value) && random.chance(0.5))
      labels.push(`${search}/${label}${random.pick(['=', '=='])}${value}`);
    else parameters.push([url, value]);
  };
  const { owner } = options;
  if (owner?.uid !== undefined) say('ownerUID', 'owner-uid', owner.uid);
  if (owner?.name !== undefined) say('ownerName', 'owner-name', owner.name);
  if (owner?.groupResource !== undefined) {
    const { group, resource } = owner.groupResource;
    say('ownerGR', 'owner-gr', group === '' ? resource : `${resource}.${group}`);
  }
  if (owner !== undefined && (owner.seniority > 0 || random.chance(0.3))) {
    say('ownerSeniority', 'owner-seniority', String(owner.seniority));
  }
  if (options.since !== undefined) say('since', 'since', renderTime(random, options.since));
  if (options.before !== undefined) say('before', 'before', renderTime(random, options.before));
  if (options.fullText !== undefined) renderFullText(random, options.fullText, { parameters, labels });
  if (options.orderBy !== undefined) renderOrder(random, options.orderBy, { parameters, labels });
  const top = options.limit !== undefined && random.chance(0.25);
  if (options.limit !== undefined) {
    if (top) labels.push(`${search}/${random.pick(['limit', 'size'])}=${options.limit}`);
    else parameters.push(['limit', String(options.limit)]);
  }
  if (options.withRemainingCount === true) {
    say('withRemainingCount', 'with-remaining-count', random.pick(['true', '1', 'yes']));
  }
  if (options.onlyMetadata === true) parameters.push(['onlyMetadata', random.pick(['true', ''])]);
  if (options.injectEvents === true) say('injectEvents', 'inject-events', 'true');
  if (labels.length > 0) {
    // The order of the fields is the only thing in a selector that has an order.
    parameters.push([
      'labelSelector',
      random.some(labels, labels.length, labels.length).join(random.pick([',', ', '])),
    ]);
  }
  return { path, parameters: random.some(parameters, parameters.length, parameters.length), top };
}

function isSingle(filter: NameFilter | undefined): boolean {
  return filter?.in?.length === 1 && filter.notIn === undefined;
}

function renderFilter(
  random: Random,
  filter: NameFilter,
  to: {
    readonly url: string;
    readonly label: string;
    readonly parameters: [string, string][];
    readonly labels: string[];
  },
): void {
  const { in: wanted, notIn } = filter;
  const asLabels = notIn !== undefined || (wanted?.every((value) => labelValue.test(value)) && random.chance(0.5));
  if (!asLabels) {
    to.parameters.push([to.url, (wanted ?? []).join(',')]);
    return;
  }
  const key = `${search}/${to.label}`;
  if (wanted !== undefined) to.labels.push(renderSet(random, key, { operator: 'in', values: wanted }));
  if (notIn !== undefined) to.labels.push(renderSet(random, key, { operator: 'notIn', values: notIn }));
}

function renderSet(
  random: Random,
  key: string,
  { operator, values }: { readonly operator: 'in' | 'notIn'; readonly values: readonly string[] },
): string {
  const [first = ''] = values;
  if (values.length === 1 && random.chance(0.6)) {
    return operator === 'in' ? `${key}${random.pick(['=', '=='])}${first}` : `${key}!=${first}`;
  }
  const word = operator === 'in' ? 'in' : 'notin';
  return random.pick([`${key} ${word} (${values.join(',')})`, `${key}  ${word}( ${values.join(' , ')} )`]);
}

function renderFullText(
  random: Random,
  { required, excluded }: FullTextQuery,
  to: { readonly parameters: [string, string][]; readonly labels: string[] },
): void {
  const terms = [...required.flat(), ...excluded];
  const asLabels = terms.every(({ words, prefix }) => !prefix && labelValue.test(words.join('-')));
  if (asLabels && random.chance(0.5)) {
    const values = (of: readonly FullTextTerm[]) => of.map(({ words }) => words.join('-'));
    const key = `${search}/query`;
    const sets = required.map((alternatives) =>
      renderSet(random, key, { operator: 'in', values: values(alternatives) }),
    );
    if (excluded.length > 0) sets.push(renderSet(random, key, { operator: 'notIn', values: values(excluded) }));
    to.labels.push(...sets);
    return;
  }
  const text = ({ words, prefix }: FullTextTerm) =>
    `"${words.join(random.pick([' ', '/', ' (']))}"${prefix ? '*' : ''}`;
  const parts = required.map((alternatives) => alternatives.map(text).join(' OR '));
  to.parameters.push(['query', [...parts, ...excluded.map((term) => `-${text(term)}`)].join(' ')]);
}

function renderLabel(random: Random, { key, operator, values }: LabelRequirement): string {
  if (operator === 'exists') return key;
  if (operator === 'notExists') return `!${key}`;
  if (operator === 'greaterThan' || operator === 'lessThan')
    return `${key}${operator === 'lessThan' ? '<' : '>'}${values[0]}`;
  return renderSet(random, key, { operator, values });
}

/** A path in one of its notations: only a quoted segment may hold a dot. */
function renderPath(random: Random, path: readonly FieldSegment[]): string {
  let text = '';
  for (const { key, list } of path) {
    const quote = random.pick(["'", '"']);
    if (key.includes('.') || random.chance(0.1)) {
      text += random.chance(0.5) && text !== '' ? `.${quote}${key}${quote}` : `[${quote}${key}${quote}]`;
    } else {
      text += `.${key}`;
    }
    if (list !== undefined) text += list === 'any' ? '[]' : `[${list}]`;
  }
  return text;
}

function renderField(random: Random, { path, operator, values }: FieldRequirement): string {
  const text = renderPath(random, path);
  const key = random.chance(0.3) && text.startsWith('.') ? text.slice(1) : text;
  if (operator === 'exists') return key;
  if (operator === 'notExists') return `!${key}`;
  if (operator === 'greaterThan' || operator === 'lessThan')
    return `${key}${operator === 'lessThan' ? '<' : '>'}${values[0]}`;
  return renderSet(random, key, { operator, values });
}

function renderOrder(
  random: Random,
  terms: readonly OrderTerm[],
  to: { readonly parameters: [string, string][]; readonly labels: string[] },
): void {
  const plain = terms.map(({ by, descending }) => {
    const field = 'column' in by ? by.column : by.path.length > 1 ? renderPlainPath(by.path) : '';
    return `${field}${descending ? '_desc' : ''}`;
  });
  if (plain.every((value) => labelValue.test(value) && !value.startsWith('_')) && random.chance(0.4)) {
    to.labels.push(`${search}/orderby in (${plain.join(',')})`);
    return;
  }
  const items = terms.map(({ by, descending }) => {
    const field = 'column' in by ? by.column : renderPath(random, by.path);
    return `${random.pick(['', ' '])}${field}${descending ? ' desc' : ''}`;
  });
  to.parameters.push(['orderby', items.join(',')]);
}

/** Without quotes and brackets, as a label value needs it; '' when there is no such form. */
function renderPlainPath(path: readonly FieldSegment[]): string {
  return path.every(({ key, list }) => list === undefined && /^[A-Za-z0-9]+$/.test(key))
    ? path.map(({ key }) => key).join('.')
    : '';
}

function renderTime(random: Random, time: number): string {
  const text = new Date(time).toISOString();
  const shifted = new Date(time + 5_400_000).toISOString().replace('Z', '+01:30');
  const forms = [text, shifted, String(time)];
  if (time % 1000 === 0) forms.push(String(time / 1000), text.slice(0, 19).replace('T', ' '));
  if (time % 86_400_000 === 0) forms.push(text.slice(0, 10));
  return random.pick(forms);
}
