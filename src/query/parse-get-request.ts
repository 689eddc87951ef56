import type { Parameter } from './parameter.js';
import { readUrlParameters } from './read-parameters.js';
import { type RevisionBound, readRevisionBound } from './resource-version-rules.js';

export interface ParsedGet {
  readonly injectEvents: boolean;
  /** As it stands in the query; undefined without one. */
  readonly includeObject: string | undefined;
  /** How new the answer has to be; absent when anything will do. */
  readonly revisionBound?: RevisionBound;
}

/** The parameters of a request for one object, from the raw query string. QueryError for those that it does not have. */
export function parseGetRequest(query: string): ParsedGet {
  const draft = readUrlParameters(query, refuseLists);
  const revisionBound = readRevisionBound(draft);
  return {
    injectEvents: draft.injectEvents === true,
    includeObject: draft.includeObject,
    ...(revisionBound !== undefined && { revisionBound }),
  };
}

function refuseLists({ scope }: Parameter): string | undefined {
  return scope === 'list and get' ? undefined : 'it applies to lists, and a single object was asked for';
}
