import type {
  CollectionListOptions,
  FieldPath,
  FullTextQuery,
  LabelRequirement,
  NameFilter,
} from '@clusterdex/storage-contract';

/** What a position depends on besides the options. */
export interface FingerprintContext {
  readonly scope: string;
  readonly collection: string;
}

/**
 * A text that is the same for requests that select the same objects in the same order, however they were written. Where the page begins
 * and ends, and in what form objects are answered, are no part of it.
 */
export function fingerprint(options: CollectionListOptions, context: FingerprintContext): string {
  const { owner, types, rawQuery } = options;
  return JSON.stringify([
    context.scope,
    context.collection,
    names(options.clusters),
    names(options.namespaces),
    names(options.names),
    names(options.fuzzyNames),
    requirements(options.labelSelector),
    requirements(options.fieldSelector),
    requirements(options.extraLabelSelector),
    owner && [owner.uid, owner.name, owner.groupResource?.group, owner.groupResource?.resource, owner.seniority],
    options.since,
    options.before,
    options.orderBy?.map(({ by, descending }) => ['column' in by ? by.column : path(by.path), descending]),
    options.fullText && words(options.fullText),
    rawQuery && [rawQuery.statement, rawQuery.parameters],
    Array.isArray(types)
      ? types.map(({ group, version, resource }) => JSON.stringify([group, version, resource])).sort()
      : types,
  ]);
}

function names(filter: NameFilter | undefined): unknown {
  return filter && [filter.in?.toSorted(), filter.notIn?.toSorted()];
}

function words({ required, excluded }: FullTextQuery): unknown {
  const terms = (of: FullTextQuery['excluded']) => of.map((term) => JSON.stringify([term.words, term.prefix])).sort();
  return [required.map((alternatives) => terms(alternatives).join()).sort(), terms(excluded)];
}

interface Requirement extends Pick<LabelRequirement, 'operator' | 'values'> {
  readonly key?: string;
  readonly path?: FieldPath;
  readonly whenEmpty?: string | FieldPath;
}

function requirements(selector: readonly Requirement[] | undefined): unknown {
  return selector
    ?.map(({ key, path: steps, operator, values, whenEmpty }) =>
      JSON.stringify([
        key,
        steps && path(steps),
        operator,
        values.toSorted(),
        typeof whenEmpty === 'object' ? path(whenEmpty) : whenEmpty,
      ]),
    )
    .sort();
}

function path(steps: FieldPath): unknown {
  return steps.map(({ key, list }) => [key, list]);
}
