import type { QueryDraft } from './query-draft.js';
import { QueryError, type QueryErrorOptions } from './query-error.js';

/** The rules of Kubernetes for lists on resourceVersion, resourceVersionMatch, continue and sendInitialEvents, with its texts. */
export function checkResourceVersion(draft: QueryDraft): void {
  const { resourceVersion, resourceVersionMatch: match, sendInitialEvents, start } = draft;
  if (sendInitialEvents !== undefined) {
    throw refuse('sendInitialEvents', 'FieldValueForbidden', 'Forbidden: sendInitialEvents is forbidden for list');
  }
  const paged = start !== undefined && 'token' in start;
  if (match !== undefined) {
    if (resourceVersion === undefined) {
      throw forbidMatch('resourceVersionMatch is forbidden unless resourceVersion is provided');
    }
    if (paged) throw forbidMatch('resourceVersionMatch is forbidden when continue is provided');
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      const text = `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`;
      throw refuse('resourceVersionMatch', 'FieldValueNotSupported', text);
    }
    if (match === 'Exact' && resourceVersion === '0') {
      throw forbidMatch('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
    }
  }
  if (paged && resourceVersion !== undefined && resourceVersion !== '0') {
    throw new QueryError('BadRequest', 'specifying resource version is not allowed when using continue', {
      field: 'resourceVersion',
    });
  }
}

/** The same for watches. */
export function checkWatch(draft: QueryDraft): void {
  const { resourceVersionMatch: match, sendInitialEvents } = draft;
  if (draft.orderBy !== undefined) {
    throw refuse(
      'orderby',
      'FieldValueForbidden',
      'Forbidden: a watch delivers changes in the order in which they happen',
    );
  }
  if (draft.injectEvents === true) {
    throw refuse('injectEvents', 'FieldValueForbidden', 'Forbidden: a watch delivers objects without their events');
  }
  if (sendInitialEvents === undefined) {
    if (match === undefined) return;
    throw forbidMatch('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  }
  if (match === 'NotOlderThan') return;
  throw forbidMatch('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
}

function forbidMatch(text: string): QueryError {
  return refuse('resourceVersionMatch', 'FieldValueForbidden', `Forbidden: ${text}`);
}

function refuse(field: string, cause: NonNullable<QueryErrorOptions['cause']>, message: string): QueryError {
  const subject = { group: 'meta.k8s.io', kind: 'ListOptions', name: '' };
  return new QueryError('Invalid', message, { field, cause, subject });
}
