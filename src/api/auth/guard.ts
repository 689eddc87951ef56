import type { IncomingMessage } from 'node:http';
import type { StorageFactory } from '@clusterdex/storage-contract';
import { createStatus } from '../../kube/status.js';
import { ApiError } from '../api-error.js';
import type { RequestTarget } from '../request-path.js';
import { type Access, createAccess } from './access.js';
import { type Attributes, outerAttributes } from './attributes.js';
import type { Authenticate } from './authenticator.js';
import type { Authorizer } from './authorizer.js';
import type { Gone } from './decision-cache.js';
import { forbidden } from './forbidden.js';
import type { User } from './user.js';

/** Who lets requests in. */
export interface Guard {
  /** Resolves with what the caller may see, undefined for everything. Rejects with ApiError 401, 403 or 503. */
  admit(request: IncomingMessage, asked: AskedAdmission): Promise<Admission>;
}

export interface AskedAdmission {
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly target: RequestTarget;
  readonly gone: Gone;
}

export interface Admission {
  /** Undefined at a path that everybody may read. */
  readonly user: User | undefined;
  readonly access: Access | undefined;
  /** The reason of whoever allowed it. */
  readonly reason: string;
}

export interface GuardOptions {
  readonly authenticate: Authenticate;
  readonly authorizer: Authorizer;
  /** A `*` at the end stands for anything; paths of resources are never meant. */
  readonly alwaysAllowPaths: readonly string[];
  readonly factory: StorageFactory;
}

/** Says who asked, for a record of the request, before anything is decided. */
export const callers = new WeakMap<IncomingMessage, User>();

const openDoor: Admission = Object.freeze({ user: undefined, access: undefined, reason: '' });

export function createGuard(options: GuardOptions): Guard {
  const { authenticate, authorizer, factory } = options;
  const isOpen = pathMatcher(options.alwaysAllowPaths);
  return {
    async admit(request, { path, target, gone }) {
      const attributes = outerAttributes(request.method ?? 'GET', path, target);
      // Never for a resource, as in a kube-apiserver: a pattern may reach further than was thought.
      if ('path' in attributes && isOpen(path)) return openDoor;
      const user = await authenticate(request, gone);
      callers.set(request, user);
      refuseImpersonation(request, user, attributes);
      if (authorizer.allowsAll) return { user, access: undefined, reason: '' };
      const { allowed, reason } = await authorizer.decide(user, attributes, gone);
      if (!allowed) throw forbidden(user, attributes, reason);
      return { user, access: createAccess({ user, authorizer, factory, isOpen, gone }), reason };
    },
  };
}

/** Whoever asks in the name of another would be taken for themselves, with their own rights. */
function refuseImpersonation({ headers }: IncomingMessage, { name }: User, { verb }: Attributes): void {
  const sent = Object.keys(headers).find((header) => header.startsWith('impersonate-'));
  if (sent === undefined) return;
  const message = `User ${JSON.stringify(name)} cannot ${verb} in the name of another here: impersonate at the kube-apiserver in front of this server`;
  throw new ApiError(createStatus({ code: 403, reason: 'Forbidden', message, details: {} }));
}

function pathMatcher(patterns: readonly string[]): (path: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.endsWith('*')));
  const prefixes = patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1));
  return (path) => exact.has(path) || prefixes.some((prefix) => path.startsWith(prefix));
}
