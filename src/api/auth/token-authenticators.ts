import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createStatus } from '../../kube/status.js';
import { ApiError } from '../api-error.js';
import { AuthenticationError, type Authenticator } from './authenticator.js';
import { createDecisionCache } from './decision-cache.js';
import type { HostClient } from './host-client.js';
import { createTurns } from './turns.js';
import { noExtra, type User } from './user.js';

const longestToken = 32 * 1024;

/** The token behind `Authorization: Bearer`; undefined when there is none. */
function bearerToken({ headers }: IncomingMessage): string | undefined {
  const { authorization } = headers;
  if (authorization === undefined) return undefined;
  const [scheme = '', token = ''] = authorization.trim().split(' ');
  return scheme.toLowerCase() === 'bearer' && token !== '' ? token : undefined;
}

/** By the digest of the token: what is looked up takes no longer for a token that begins like a known one, and no value is kept. */
export interface TokenDigests {
  digest(token: string): string;
}

export function createTokenDigests(): TokenDigests {
  const key = randomBytes(32);
  return { digest: (token) => createHmac('sha256', key).update(token).digest('base64') };
}

/** Knows the tokens of a file; of others it says nothing, for the next one to look at. */
export function createTokenFileAuthenticator(users: ReadonlyMap<string, Omit<User, 'extra'>>): Authenticator {
  const digests = createTokenDigests();
  const known = new Map([...users].map(([token, user]) => [digests.digest(token), { ...user, extra: noExtra }]));
  return (request) => {
    const token = bearerToken(request);
    return token === undefined ? undefined : known.get(digests.digest(token));
  };
}

/** Refuses tokens that nobody before has known. Comes last. */
export const refuseUnknownToken: Authenticator = (request) => {
  if (bearerToken(request) === undefined) return undefined;
  throw new AuthenticationError('invalid bearer token');
};

export interface TokenReviewOptions {
  readonly host: HostClient;
  /** Milliseconds that a review holds. */
  readonly cacheLifetime: number;
  /** Of a host cluster that does not answer. */
  readonly onError: (error: unknown) => void;
}

/** Unknown tokens of one address. */
const turnsOfAddress = { most: 16, mostWaiting: 1000 };
const path = '/apis/authentication.k8s.io/v1/tokenreviews';

/** Asks the host cluster whose token it is. */
export function createTokenReviewAuthenticator(options: TokenReviewOptions): Authenticator {
  const { host, cacheLifetime, onError } = options;
  const digests = createTokenDigests();
  const cache = createDecisionCache<User | undefined>({ lifetime: () => cacheLifetime });

  const turns = createTurns(turnsOfAddress);

  async function review(token: string, signal: AbortSignal): Promise<User | undefined> {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
    const { status } = fields(await host.post(path, body, signal));
    const { authenticated, user } = fields(status);
    return authenticated === true ? readUser(fields(user)) : undefined;
  }

  return async (request, gone) => {
    const token = bearerToken(request);
    if (token === undefined) return undefined;
    if (token.length > longestToken) throw new AuthenticationError('the bearer token is too long');
    try {
      const { remoteAddress = '' } = request.socket;
      const ask = (signal: AbortSignal) => turns.run(remoteAddress, () => review(token, signal), signal);
      return await cache.decide(digests.digest(token), ask, gone);
    } catch (error) {
      if (error instanceof ApiError || gone().aborted) throw error;
      onError(error);
      throw cannotReview('tokens');
    }
  };
}

/** 503: whether the answer is yes or no, nobody knows. */
export function cannotReview(what: string): ApiError {
  const message = `${what} cannot be reviewed: the host cluster does not answer`;
  const details = { retryAfterSeconds: 1 };
  return new ApiError(createStatus({ code: 503, reason: 'ServiceUnavailable', message, details }));
}

function readUser({ username, uid, groups, extra }: Readonly<Record<string, unknown>>): User | undefined {
  if (typeof username !== 'string' || username === '') return undefined;
  return {
    name: username,
    ...(typeof uid === 'string' && uid !== '' ? { uid } : {}),
    groups: texts(groups),
    extra: Object.fromEntries(Object.entries(fields(extra)).map(([key, values]) => [key, texts(values)])),
  };
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}
