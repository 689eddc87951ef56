import type {
  FieldPath,
  FieldRequirement,
  FullTextQuery,
  FullTextTerm,
  LabelRequirement,
  ListOptions,
  NameFilter,
  SelectorOperator,
} from '../list-options.js';

/** One condition of a list in words, with what it was made of. */
export interface DescribedCondition {
  readonly text: string;
  /** The option that says it. */
  readonly option: keyof ListOptions;
  /** Whether it says what objects are not: such a condition leaves most of them. */
  readonly negative: boolean;
  readonly field?: FieldRequirement;
}

/** Every filter of the options, in words, each once. */
export function describeConditions(options: ListOptions): readonly DescribedCondition[] {
  const { since, before, owner, fullText, rawQuery } = options;
  const plain = (option: keyof ListOptions, text: string): DescribedCondition => ({ option, text, negative: false });
  return [
    ...names('clusters', 'cluster', options.clusters),
    ...names('namespaces', 'namespace', options.namespaces),
    ...names('names', 'name', options.names),
    ...names('fuzzyNames', 'part of name', options.fuzzyNames),
    ...(options.labelSelector ?? []).map((label) => required('labelSelector', `label ${label.key}`, label)),
    ...(options.fieldSelector ?? []).map((field) => ({
      ...required('fieldSelector', describePath(field.path), field),
      field,
    })),
    ...(options.extraLabelSelector ?? []).map((label) => required('extraLabelSelector', `label ${label.key}`, label)),
    ...(owner === undefined ? [] : [plain('owner', `owner ${'uid' in owner ? owner.uid : owner.name}`)]),
    ...(since === undefined ? [] : [plain('since', `created since ${new Date(since).toISOString()}`)]),
    ...(before === undefined ? [] : [plain('before', `created before ${new Date(before).toISOString()}`)]),
    ...(fullText === undefined ? [] : [plain('fullText', `words ${describeFullText(fullText)}`)]),
    ...(rawQuery === undefined ? [] : [plain('rawQuery', `SQL ${rawQuery.statement}`)]),
  ];
}

function names(option: keyof ListOptions, what: string, filter: NameFilter | undefined): DescribedCondition[] {
  const { in: wanted, notIn = [] } = filter ?? {};
  return [
    ...(wanted === undefined ? [] : [{ option, text: `${what} in (${some(wanted)})`, negative: false }]),
    ...(notIn.length === 0 ? [] : [{ option, text: `${what} not in (${some(notIn)})`, negative: true }]),
  ];
}

const operators: Readonly<Record<SelectorOperator, string>> = {
  in: 'in',
  notIn: 'not in',
  exists: 'exists',
  notExists: 'does not exist',
  greaterThan: '>',
  lessThan: '<',
};

function required(
  option: keyof ListOptions,
  what: string,
  { operator, values }: Pick<LabelRequirement, 'operator' | 'values'>,
): DescribedCondition {
  const isSet = operator === 'in' || operator === 'notIn';
  const compared = isSet ? ` (${some(values)})` : values.map((value) => ` ${value}`).join('');
  return {
    option,
    text: `${what} ${operators[operator]}${compared}`,
    negative: operator === 'notIn' || operator === 'notExists',
  };
}

/** As one would write it. */
function describeFullText({ required, excluded }: FullTextQuery): string {
  const term = ({ words, prefix }: FullTextTerm) => {
    const text = words.join(' ');
    return `${words.length > 1 ? `"${text}"` : text}${prefix ? '*' : ''}`;
  };
  const wanted = required.map((alternatives) => alternatives.map(term).join(' OR '));
  return some([...wanted, ...excluded.map((one) => `-${term(one)}`)]);
}

/** A path as a field selector writes it. */
export const describePath = (path: FieldPath): string =>
  path
    .map(({ key, list }, index) => {
      const isPlain = /^[A-Za-z0-9_-]+$/.test(key);
      const name = isPlain ? `${index === 0 ? '' : '.'}${key}` : `['${key}']`;
      return list === undefined ? name : `${name}[${list === 'any' ? '' : list}]`;
    })
    .join('');

const mostNamed = 5;

function some(values: readonly string[]): string {
  const more = values.length > mostNamed ? `, … ${values.length} in all` : '';
  return `${values.slice(0, mostNamed).join(', ')}${more}`;
}
