export interface StatusCause {
  readonly reason?: string;
  readonly message: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  /** Of the kind of a resource error: the plural resource; of an invalid object: its kind. */
  readonly kind?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** A failure in the form that every Kubernetes client understands; JSON.stringify gives the members in a kube-apiserver's order. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: 'Failure';
  readonly message: string;
  /** '' when nobody knows one; it is left out of the JSON then. */
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code: number;
}

export interface CreateStatusOptions {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: StatusDetails;
}

export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

export function createStatus({ code, reason, message, details }: CreateStatusOptions): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason !== '' && { reason }),
    ...(details !== undefined && { details: orderedDetails(details) }),
    code,
  };
}

/** 404 for an object, or, without a name, for a path that leads nowhere. */
export function notFound(type?: GroupResource, name = ''): Status {
  if (type === undefined) {
    const message = 'the server could not find the requested resource';
    return createStatus({ code: 404, reason: 'NotFound', message, details: {} });
  }
  const message = `${qualifiedResource(type)} ${JSON.stringify(name)} not found`;
  const details = { name, group: type.group, kind: type.resource };
  return createStatus({ code: 404, reason: 'NotFound', message, details });
}

/** 400. */
export function badRequest(message: string): Status {
  return createStatus({ code: 400, reason: 'BadRequest', message });
}

/** 405 for a verb that a resource does not have, or, without one, for a method that the path does not have. */
export function methodNotAllowed(verb?: string, type?: GroupResource): Status {
  const details = type === undefined ? {} : { group: type.group, kind: type.resource };
  const message =
    verb === undefined || type === undefined
      ? 'the server does not allow this method on the requested resource'
      : `${verb} is not supported on resources of kind ${JSON.stringify(qualifiedResource(type))}`;
  return createStatus({ code: 405, reason: 'MethodNotAllowed', message, details });
}

export interface InvalidSubject {
  readonly group: string;
  readonly kind: string;
  /** '' where a kube-apiserver has none. */
  readonly name: string;
}

/** 422; one cause for each fault. */
export function invalid(subject: InvalidSubject, causes: readonly StatusCause[]): Status {
  const kind = subject.group === '' ? subject.kind : `${subject.kind}.${subject.group}`;
  const faults = causes.map((cause) =>
    cause.field === undefined ? cause.message : `${cause.field}: ${cause.message}`,
  );
  const text = faults.length === 1 ? faults[0] : `[${faults.join(', ')}]`;
  const message = `${kind} ${JSON.stringify(subject.name)} is invalid: ${text}`;
  return createStatus({ code: 422, reason: 'Invalid', message, details: { ...subject, causes } });
}

/** 406; `accepted` are the media types that would do. */
export function notAcceptable(accepted: readonly string[]): Status {
  const message = `only the following media types are accepted: ${accepted.join(', ')}`;
  return createStatus({ code: 406, reason: 'NotAcceptable', message });
}

/** 406 for a client that asked for none of the media types that there are at a path. */
export function notAvailable(available: readonly string[]): Status {
  const message = `406: Not Acceptable\n\nAvailable representations: ${available.join(', ')}`;
  return createStatus({ code: 406, reason: 'NotAcceptable', message, details: {} });
}

/** 410 for a revision or a page that is no longer there; clients start again. */
export function gone(message: string): Status {
  return createStatus({ code: 410, reason: 'Expired', message });
}

/** 500. */
export function internalError(message: string): Status {
  const details = { causes: [{ message }] };
  return createStatus({ code: 500, reason: 'InternalError', message: `Internal error occurred: ${message}`, details });
}

/** 503. */
export function serviceUnavailable(message: string): Status {
  return createStatus({ code: 503, reason: 'ServiceUnavailable', message });
}

/** 504. */
export function timeout(message: string, retryAfterSeconds = 0): Status {
  const details = retryAfterSeconds > 0 ? { retryAfterSeconds } : {};
  return createStatus({ code: 504, reason: 'Timeout', message: `Timeout: ${message}`, details });
}

/** 504 for a revision that nobody has reached; `current` is the newest there is. */
export function tooLargeResourceVersion(revision: string, current: string): Status {
  const cause = { reason: 'ResourceVersionTooLarge', message: 'Too large resource version' };
  const message = `Timeout: Too large resource version: ${revision}, current: ${current}`;
  const details = { causes: [cause], retryAfterSeconds: 1 };
  return createStatus({ code: 504, reason: 'Timeout', message, details });
}

function qualifiedResource({ group, resource }: GroupResource): string {
  return group === '' ? resource : `${resource}.${group}`;
}

function orderedDetails({ name, group, kind, causes, retryAfterSeconds }: StatusDetails): StatusDetails {
  return {
    ...(name !== undefined && name !== '' && { name }),
    ...(group !== undefined && group !== '' && { group }),
    ...(kind !== undefined && kind !== '' && { kind }),
    ...(causes !== undefined && causes.length > 0 && { causes: causes.map(orderedCause) }),
    ...(retryAfterSeconds !== undefined && retryAfterSeconds > 0 && { retryAfterSeconds }),
  };
}

function orderedCause({ reason, message, field }: StatusCause): StatusCause {
  return { ...(reason !== undefined && { reason }), message, ...(field !== undefined && { field }) };
}
