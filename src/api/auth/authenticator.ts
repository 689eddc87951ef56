import type { IncomingMessage } from 'node:http';
import { createStatus } from '../../kube/status.js';
import { ApiError } from '../api-error.js';
import type { Gone } from './decision-cache.js';
import { anonymousUser, authenticatedGroup, type User } from './user.js';

/** One way to say who asks: undefined when the request does not use it, AuthenticationError when it does so wrongly. */
export type Authenticator = (request: IncomingMessage, gone: Gone) => User | undefined | Promise<User | undefined>;

/** What the request shows of itself is wrong; the message is for the log. */
export class AuthenticationError extends Error {
  override readonly name = 'AuthenticationError';
}

export interface AuthenticateOptions {
  /** In this order; the first one that knows the user counts. */
  readonly authenticators: readonly Authenticator[];
  readonly anonymous: boolean;
}

export type Authenticate = (request: IncomingMessage, gone: Gone) => Promise<User>;

/** Rejects with ApiError 401 for a request that does not say who asks, and with what else an authenticator rejects with. */
export function createAuthenticate({ authenticators, anonymous }: AuthenticateOptions): Authenticate {
  return async (request, gone) => {
    let failure: AuthenticationError | undefined;
    for (const authenticate of authenticators) {
      try {
        const user = await authenticate(request, gone);
        if (user !== undefined) return withGroup(user);
      } catch (error) {
        if (!(error instanceof AuthenticationError)) throw error;
        failure ??= error;
      }
    }
    // Whoever shows something wrong is nobody's guest.
    if (failure !== undefined || !anonymous) throw unauthorized(failure);
    return anonymousUser;
  };
}

/** Also a front proxy may say that it does not know who asks. */
function withGroup(user: User): User {
  const { name, groups } = user;
  const isUnknown = name === anonymousUser.name || anonymousUser.groups.some((group) => groups.includes(group));
  if (isUnknown || groups.includes(authenticatedGroup)) return user;
  return { ...user, groups: [...user.groups, authenticatedGroup] };
}

/** In the words of a kube-apiserver, which says no more to who may be anybody. */
function unauthorized(cause: unknown): ApiError {
  const error = new ApiError(createStatus({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' }));
  error.cause = cause;
  return error;
}
