import type { LabelRequirement } from '@clusterdex/storage-contract';
import { closest } from 'fastest-levenshtein';
import { GrammarError } from '../kube/grammar-error.js';
import type { Parameter } from './parameter.js';
import { parametersByLabel, parametersByUrl } from './parameters.js';
import type { QueryDraft } from './query-draft.js';
import { QueryError } from './query-error.js';
import { visitQueryString } from './query-string.js';
import { isReservedLabel } from './search-labels.js';

const longestName = 100;

/** The URL parameters of a query; `refuse` says why a parameter does not belong here, if so. QueryError for what is malformed. */
export function readUrlParameters(query: string, refuse: (parameter: Parameter) => string | undefined): QueryDraft {
  const draft: QueryDraft = {};
  const seen: Parameter[] = [];
  visitQueryString(query, (name, value) => {
    const parameter = parametersByUrl.get(name);
    if (parameter === undefined) throw unknownParameter(name, refuse);
    const refusal = refuse(parameter);
    if (refusal !== undefined) throw new QueryError('BadRequest', `${name}: ${refusal}`, { field: name });
    if (parameter.repeatable === undefined) {
      if (seen.includes(parameter)) return;
      seen.push(parameter);
    }
    readValue(name, () => parameter.applyUrl(draft, value), parameter.bareErrors);
  });
  return draft;
}

export interface LabelChannel {
  /** Requirements on the labels of objects. */
  readonly own: readonly LabelRequirement[];
  /** Requirements for the storage alone. */
  readonly extra: readonly LabelRequirement[];
}

/** Takes the search labels out of a label selector, and sets in the draft what the URL has not set. */
export function readSearchLabels(
  selector: readonly LabelRequirement[],
  draft: QueryDraft,
  storageName: string,
): LabelChannel {
  if (!selector.some(({ key }) => isReservedLabel(key))) return { own: selector, extra: [] };
  const own: LabelRequirement[] = [];
  const extra: LabelRequirement[] = [];
  const search = new Map<Parameter, LabelRequirement[]>();
  const storagePrefix = `${storageName}.clusterpedia.io/`;
  for (const requirement of selector) {
    const parameter = parametersByLabel.get(requirement.key);
    const found = parameter === undefined ? undefined : search.get(parameter);
    if (found !== undefined) found.push(requirement);
    else if (parameter !== undefined) search.set(parameter, [requirement]);
    else if (!isReservedLabel(requirement.key)) own.push(requirement);
    else if (requirement.key.startsWith(storagePrefix)) extra.push(requirement);
    else throw unknownLabel(requirement.key);
  }
  for (const [parameter, requirements] of search) {
    readValue(requirements[0]?.key ?? '', () => parameter.applyLabels(draft, requirements));
  }
  return { own, extra };
}

/** Runs a parser; its GrammarError becomes a QueryError about `field`. */
export function readValue<Value>(field: string, parse: () => Value, bare = false): Value {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    throw new QueryError('BadRequest', bare ? error.message : `${field}: ${error.message}`, { field });
  }
}

function unknownParameter(name: string, refuse: (parameter: Parameter) => string | undefined): QueryError {
  const known = [...parametersByUrl].filter(([, parameter]) => refuse(parameter) === undefined).map(([url]) => url);
  const short = name.slice(0, longestName);
  const nearest = known.find((url) => url.toLowerCase() === short.toLowerCase()) ?? closest(short, known);
  const message = `unknown parameter ${JSON.stringify(short)}; did you mean ${nearest}?`;
  return new QueryError('BadRequest', message, { field: short });
}

function unknownLabel(key: string): QueryError {
  const nearest = closest(key, [...parametersByLabel.keys()]);
  const message = `unknown search label ${JSON.stringify(key)}; did you mean ${nearest}?`;
  return new QueryError('BadRequest', message, { field: key });
}
