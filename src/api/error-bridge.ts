import { isStorageError, type StorageError } from '@clusterdex/storage-contract';
import * as status from '../kube/status.js';
import { QueryError } from '../query/query-error.js';
import { ApiError } from './api-error.js';
import { apiGroup } from './request-path.js';

/** What a request was about, for the words of an error. */
export interface ErrorSubject extends status.GroupResource {
  readonly name: string | undefined;
}

/** Any error to the Status that a client gets. The cause of an error never gets into it. */
export function toStatus(error: unknown, subject: ErrorSubject | undefined): status.Status {
  if (error instanceof ApiError) return error.status;
  if (error instanceof QueryError) return error.toStatus();
  if (isStorageError(error)) return fromStorageError(error, subject);
  return status.internalError('the log of the server says more');
}

function fromStorageError({ code, message }: StorageError, subject: ErrorSubject | undefined): status.Status {
  switch (code) {
    case 'NOT_FOUND':
      return subject?.name === undefined
        ? status.createStatus({ code: 404, reason: 'NotFound', message, details: {} })
        : status.notFound(subject, subject.name);
    case 'ALREADY_EXISTS':
      return status.createStatus({ code: 409, reason: 'AlreadyExists', message, details: detailsOf(subject) });
    case 'CONFLICT':
      return status.createStatus({ code: 409, reason: 'Conflict', message, details: detailsOf(subject) });
    case 'INVALID':
      return status.badRequest(message);
    case 'NOT_SUPPORTED':
      return status.invalid({ group: apiGroup, kind: 'ListOptions', name: 'urlQuery' }, [
        { reason: 'FieldValueNotSupported', message },
      ]);
    case 'EXPIRED':
      return status.gone(message);
    case 'UNAVAILABLE':
    case 'CLOSED':
      return status.createStatus({
        code: 503,
        reason: 'ServiceUnavailable',
        message,
        details: { retryAfterSeconds: 1 },
      });
    case 'TIMEOUT':
      return status.timeout(message);
    case 'INTERNAL':
      return status.internalError(message);
  }
}

function detailsOf(subject: ErrorSubject | undefined): status.StatusDetails {
  if (subject === undefined) return {};
  const { name = '', group, resource } = subject;
  return { name, group, kind: resource };
}
