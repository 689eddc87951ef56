import * as status from '../kube/status.js';
import type { ResourceTarget } from './request-path.js';
import { createWarning } from './warning.js';

/** An answer other than success, as the Status that the client gets. */
export class ApiError extends Error {
  readonly status: status.Status;
  /** For a Warning header, when clients are known not to show the message. */
  readonly warning: string | undefined;

  constructor(answer: status.Status, warning?: string) {
    super(answer.message);
    this.name = 'ApiError';
    this.status = answer;
    this.warning = warning;
  }
}

export function unknownPath(): ApiError {
  return new ApiError(status.notFound());
}

export function badRequest(message: string): ApiError {
  return new ApiError(status.badRequest(message));
}

/** kubectl, which meets this one on discovery, shows nothing of it but the warning. */
export function unknownCluster(cluster: string): ApiError {
  const message = `the cluster ${JSON.stringify(cluster)} is not known: nothing is stored of it`;
  return new ApiError(status.badRequest(message), createWarning(`the cluster '${cluster.slice(0, 253)}' is not known`));
}

/** What a running cluster answers from elsewhere than from its objects. */
const liveSubresources: ReadonlySet<string> = new Set(['attach', 'exec', 'log', 'portforward', 'proxy', 'scale']);

/** 404; it says so where the cluster itself would have an answer. */
export function unknownSubresource({ resource, subresource = '' }: Pick<ResourceTarget, 'resource' | 'subresource'>) {
  const [first = ''] = subresource.split('/', 1);
  if (!liveSubresources.has(first)) return unknownPath();
  const answer = status.notFound();
  const why = `${resource}/${first} is not stored here, ask the cluster itself`;
  return new ApiError({ ...answer, message: `${answer.message}: ${why}` });
}

/** For every method that writes, or would have to. */
export function readOnly(): ApiError {
  const answer = status.methodNotAllowed();
  return new ApiError({ ...answer, message: `${answer.message}: this server is read-only, ask the cluster itself` });
}
