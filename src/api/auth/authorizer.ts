import { ApiError } from '../api-error.js';
import type { Attributes } from './attributes.js';
import { createDecisionCache, type Gone } from './decision-cache.js';
import type { HostClient } from './host-client.js';
import { cannotReview } from './token-authenticators.js';
import { createTurns } from './turns.js';
import { privilegedGroup, type User } from './user.js';

export interface Decision {
  readonly allowed: boolean;
  /** In the words of whoever decided; '' when they say none. */
  readonly reason: string;
}

export interface Authorizer {
  /** Rejects with ApiError 503 when nobody can say, 429 when the user has too many questions, with the reason of `gone` when that aborts. */
  decide(user: User, attributes: Attributes, gone: Gone): Promise<Decision>;
  /** Whether everybody may everything, so that nobody need ask. */
  readonly allowsAll: boolean;
}

const allowed: Decision = Object.freeze({ allowed: true, reason: '' });

export const alwaysAllow: Authorizer = Object.freeze({
  decide: () => Promise.resolve(allowed),
  allowsAll: true,
});

export interface SubjectAccessReviewOptions {
  readonly host: HostClient;
  /** Milliseconds each. */
  readonly authorizedLifetime: number;
  readonly unauthorizedLifetime: number;
  readonly onError: (error: unknown) => void;
}

const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
/** What is longer than this is asked each time: nobody fills the memory with it. */
const longestKey = 10_000;
/** Reviews of one user: as many at once as a list asks for, and those of some lists behind. */
const turnsOfUser = { most: 32, mostWaiting: 1000 };

/** Asks the host cluster, and keeps its answers for a while. */
export function createAccessReviewAuthorizer(options: SubjectAccessReviewOptions): Authorizer {
  const { host, onError } = options;
  const cache = createDecisionCache<Decision>({
    lifetime: (decision) => (decision.allowed ? options.authorizedLifetime : options.unauthorizedLifetime),
  });

  const turns = createTurns(turnsOfUser);

  async function review(spec: object, signal: AbortSignal): Promise<Decision> {
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
    const answer = (await host.post(path, body, signal)) as { status?: { allowed?: unknown; reason?: unknown } } | null;
    const { allowed: isAllowed, reason } = answer?.status ?? {};
    return { allowed: isAllowed === true, reason: typeof reason === 'string' ? reason : '' };
  }

  return {
    allowsAll: false,
    async decide(user, attributes, gone) {
      if (user.groups.includes(privilegedGroup)) return allowed;
      const spec = specOf(user, attributes);
      const key = JSON.stringify(spec);
      try {
        const ask = (signal: AbortSignal) => turns.run(user.name, () => review(spec, signal), signal);
        return await (key.length > longestKey ? ask(gone()) : cache.decide(key, ask, gone));
      } catch (error) {
        if (error instanceof ApiError || gone().aborted) throw error;
        onError(error);
        throw cannotReview('rights');
      }
    },
  };
}

function specOf({ name, uid, groups, extra }: User, attributes: Attributes): object {
  const asked = 'path' in attributes ? { nonResourceAttributes: attributes } : { resourceAttributes: attributes };
  return {
    ...asked,
    user: name,
    ...(uid === undefined ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}
