import * as status from '../kube/status.js';

/** An answer other than success, as the Status that the client gets. */
export class ApiError extends Error {
  readonly status: status.Status;

  constructor(answer: status.Status) {
    super(answer.message);
    this.name = 'ApiError';
    this.status = answer;
  }
}

export function unknownPath(): ApiError {
  return new ApiError(status.notFound());
}

export function badRequest(message: string): ApiError {
  return new ApiError(status.badRequest(message));
}

export function unknownCluster(cluster: string): ApiError {
  return badRequest(`the cluster ${JSON.stringify(cluster)} is not known: nothing is stored of it`);
}
