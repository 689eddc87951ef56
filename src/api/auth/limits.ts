import type { NameFilter, ResourceTypeSelector } from '@clusterdex/storage-contract';

/** What a caller may see of what is asked for; undefined where nothing is held back. */
export interface Limits {
  readonly clusters?: readonly string[];
  readonly namespaces?: readonly string[];
  /** Of a collection. */
  readonly types?: readonly ResourceTypeSelector[];
}

interface Limited {
  readonly clusters?: NameFilter;
  readonly namespaces?: NameFilter;
}

/** The same options with less to see; types are the caller's to limit. */
export function limit<Options extends Limited>(options: Options, limits: Limits | undefined): Options {
  if (limits === undefined) return options;
  const { clusters, namespaces } = limits;
  return {
    ...options,
    ...(clusters === undefined ? {} : { clusters: within(options.clusters, clusters) }),
    ...(namespaces === undefined ? {} : { namespaces: within(options.namespaces, namespaces) }),
  };
}

function within(filter: NameFilter | undefined, allowed: readonly string[]): NameFilter {
  const wanted = filter?.in === undefined ? undefined : new Set(filter.in);
  const chosen = wanted === undefined ? allowed : allowed.filter((name) => wanted.has(name));
  return { ...filter, in: chosen };
}

const mostNamed = 10;

/** For a warning. */
export function describeLimits({ clusters, namespaces, types }: Limits): string {
  const [what, names] =
    clusters !== undefined
      ? ['clusters', clusters]
      : namespaces !== undefined
        ? ['namespaces', namespaces]
        : [
            'types',
            (types ?? []).map(({ group, resource = '*' }) => (group === '' ? resource : `${resource}.${group}`)),
          ];
  const shown = names.slice(0, mostNamed).join(', ');
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  return `you may see no more than the ${what} ${shown}${more}`;
}
