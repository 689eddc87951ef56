import type { QueryDraft } from './query-draft.js';
import { QueryError, type QueryErrorOptions } from './query-error.js';

/** How new an answer has to be. */
export interface RevisionBound {
  /** A decimal number, greater than 0. */
  readonly revision: string;
  /** Not as new or newer, but this one. */
  readonly exact: boolean;
}

/** The rules of Kubernetes for lists on resourceVersion, resourceVersionMatch, continue and sendInitialEvents, with its texts. */
export function checkResourceVersion(draft: QueryDraft): void {
  const { resourceVersion, resourceVersionMatch: match, sendInitialEvents, start } = draft;
  const paged = start !== undefined && 'token' in start;
  const faults: Fault[] = [];
  if (match !== undefined) {
    if (resourceVersion === undefined) {
      faults.push(forbiddenMatch('resourceVersionMatch is forbidden unless resourceVersion is provided'));
    }
    if (paged) faults.push(forbiddenMatch('resourceVersionMatch is forbidden when continue is provided'));
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      faults.push(unsupportedMatch(match, '"Exact", "NotOlderThan", ""'));
    }
    if (match === 'Exact' && resourceVersion === '0') {
      faults.push(forbiddenMatch('resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (sendInitialEvents !== undefined) {
    faults.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  refuse(faults);
  if (paged && resourceVersion !== undefined && resourceVersion !== '0') {
    throw new QueryError('BadRequest', 'specifying resource version is not allowed when using continue', {
      field: 'resourceVersion',
    });
  }
}

/** The same for watches. */
export function checkWatch(draft: QueryDraft): void {
  const { resourceVersionMatch: match, sendInitialEvents, start } = draft;
  const faults: Fault[] = [];
  if (draft.orderBy !== undefined) {
    faults.push(forbidden('orderby', 'a watch delivers changes in the order in which they happen'));
  }
  if (draft.injectEvents === true) {
    faults.push(forbidden('injectEvents', 'a watch delivers objects without their events'));
  }
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    faults.push(forbiddenMatch('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (match !== undefined) {
    if (sendInitialEvents === undefined) {
      faults.push(forbiddenMatch('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
    }
    if (match !== 'NotOlderThan') faults.push(unsupportedMatch(match, '"NotOlderThan"'));
    if (start !== undefined && 'token' in start) {
      faults.push(forbiddenMatch('resourceVersionMatch is forbidden when continue is provided'));
    }
  }
  refuse(faults);
}

const largestRevision = 2n ** 64n - 1n;

/** What a resourceVersion asks for; undefined when anything will do. QueryError when it is no unsigned 64-bit integer. */
export function readRevisionBound(draft: QueryDraft): RevisionBound | undefined {
  const { resourceVersion, resourceVersionMatch, watch } = draft;
  if (resourceVersion === undefined) return undefined;
  const fault = numberFault(resourceVersion);
  if (fault !== undefined) {
    const text = JSON.stringify(resourceVersion);
    const message = `resourceVersion: Invalid value: ${text}: strconv.ParseUint: parsing ${text}: ${fault}`;
    const field = 'resourceVersion';
    throw new QueryError('BadRequest', watch === true ? message : `invalid resource version: ${message}`, { field });
  }
  const revision = resourceVersion.replace(/^0+/, '');
  return revision === '' ? undefined : { revision, exact: resourceVersionMatch === 'Exact' };
}

function numberFault(text: string): string | undefined {
  if (!/^[0-9]+$/.test(text)) return 'invalid syntax';
  const digits = text.replace(/^0+/, '');
  return digits.length > 20 || BigInt(`0${digits}`) > largestRevision ? 'value out of range' : undefined;
}

interface Fault {
  readonly reason: NonNullable<QueryErrorOptions['cause']>;
  readonly message: string;
  readonly field: string;
}

function forbidden(field: string, text: string): Fault {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${text}`, field };
}

function forbiddenMatch(text: string): Fault {
  return forbidden('resourceVersionMatch', text);
}

function unsupportedMatch(match: string, supported: string): Fault {
  const message = `Unsupported value: ${JSON.stringify(match)}: supported values: ${supported}`;
  return { reason: 'FieldValueNotSupported', message, field: 'resourceVersionMatch' };
}

function refuse(faults: readonly Fault[]): void {
  const [first] = faults;
  if (first === undefined) return;
  const subject = { group: 'meta.k8s.io', kind: 'ListOptions', name: '' };
  throw new QueryError('Invalid', first.message, { field: first.field, cause: first.reason, subject, causes: faults });
}
