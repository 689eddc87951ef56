import type {
  CollectionListOptions,
  FieldRequirement,
  LabelRequirement,
  ResourceType,
} from '@clusterdex/storage-contract';
import { declaresFor, type FieldDeclaration } from './field-declaration.js';
import { fieldLabelName, fieldLabelValue, storedLabelName } from './field-labels.js';

export interface IndexedSearch {
  /** The same search in terms of what is stored: requirements on declared fields are requirements on labels. */
  readonly options: CollectionListOptions;
  /** Those of the field selector that became labels. */
  readonly indexed: readonly FieldRequirement[];
}

/** `declarations` are those that are ready; `types` all that the search may find, undefined for types that nobody knows. */
export function useFieldIndexes(
  options: CollectionListOptions,
  declarations: readonly FieldDeclaration[],
  types: readonly ResourceType[] | undefined,
): IndexedSearch {
  const { fieldSelector = [], labelSelector = [] } = options;
  const indexed = fieldSelector.filter((requirement) => isIndexed(requirement, declarations, types));
  const escapes = labelSelector.some(({ key }) => storedLabelName(key) !== key);
  if (indexed.length === 0 && !escapes) return { options, indexed };
  const { fieldSelector: _, ...others } = options;
  const rest = fieldSelector.filter((requirement) => !indexed.includes(requirement));
  return {
    options: {
      ...others,
      labelSelector: [
        ...labelSelector.map((label) => ({ ...label, key: storedLabelName(label.key) })),
        ...indexed.map(toLabel),
      ],
      ...(rest.length > 0 && { fieldSelector: rest }),
    },
    indexed,
  };
}

function isIndexed(
  { operator, path, whenEmpty }: FieldRequirement,
  declarations: readonly FieldDeclaration[],
  types: readonly ResourceType[] | undefined,
): boolean {
  if (operator === 'greaterThan' || operator === 'lessThan' || whenEmpty !== undefined) return false;
  const name = fieldLabelName(path);
  const fitting = declarations.filter((declaration) => fieldLabelName(declaration.path) === name);
  if (fitting.some(({ type }) => type === undefined)) return true;
  return types?.every((type) => fitting.some((declaration) => declaresFor(declaration, type))) ?? false;
}

/** A field is `in` when one of its values is, as a label is that has several. */
const toLabel = ({ path, operator, values }: FieldRequirement): LabelRequirement => ({
  key: fieldLabelName(path),
  operator,
  values: values.map(fieldLabelValue),
});
