import { mkdtempSync, rmSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createAccessReviewAuthorizer } from '../../src/api/auth/authorizer.js';
import type { HostClient } from '../../src/api/auth/host-client.js';
import { type OpenedAuth, openAuth } from '../../src/api/auth/open-auth.js';
import { resolveAuthSettings } from '../../src/config/auth-settings.js';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { ask } from './support/start-test-app.js';
import { startTlsServer, type TlsServer } from './support/start-tls-server.js';

interface HeldReview {
  readonly kind: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal | undefined;
  answer(status: object): void;
}

/** A host cluster that answers when the test says. */
function createHeldHost() {
  const reviews: HeldReview[] = [];
  const host: HostClient = {
    server: 'https://host.example',
    get: () => Promise.reject(new Error('nobody asks')),
    post: (_path, body, signal) =>
      new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
        reviews.push({
          ...(body as Pick<HeldReview, 'kind' | 'spec'>),
          signal,
          answer: (status) => resolve({ status }),
        });
      }),
    close: () => Promise.resolve(),
  };
  return { host, reviews };
}

describe('a review of rights that nobody waits for any more', () => {
  const options = { authorizedLifetime: 60_000, unauthorizedLifetime: 60_000 };
  const alice = { name: 'alice', groups: [], extra: {} };
  const attributes = (at: number) => ({ verb: 'get', path: `/${at}` });

  function start() {
    const errors: unknown[] = [];
    const held = createHeldHost();
    const authorizer = createAccessReviewAuthorizer({
      ...options,
      host: held.host,
      onError: (error) => errors.push(error),
    });
    const decide = (at: number) => {
      const client = new AbortController();
      const decided = authorizer
        .decide(alice, attributes(at), () => client.signal)
        .then(
          ({ allowed }) => allowed,
          (error: Error) => error.name,
        );
      return { decided, leave: () => client.abort() };
    };
    return { ...held, errors, decide };
  }

  it('is ended when the last one leaves, and asked anew for the next', async () => {
    const { reviews, errors, decide } = start();
    const [first, second] = [decide(1), decide(1)];
    await nextTurn();
    expect(reviews).toHaveLength(1);
    first.leave();
    expect(await first.decided).toBe('AbortError');
    expect(reviews[0]?.signal?.aborted).toBe(false);
    second.leave();
    // Before the promises of the one that is given up have settled.
    const third = decide(1);
    expect(await second.decided).toBe('AbortError');
    expect(reviews[0]?.signal?.aborted).toBe(true);
    await nextTurn();
    expect(reviews).toHaveLength(2);
    reviews[1]?.answer({ allowed: true });
    expect(await third.decided).toBe(true);
    // It is known from now on, to somebody who has gone as well.
    const late = decide(1);
    late.leave();
    expect(await late.decided).toBe(true);
    expect(reviews).toHaveLength(2);
    expect(errors).toEqual([]);
  });

  it('gives its turn to others, and is not begun when it was not its turn yet', async () => {
    const { reviews, decide } = start();
    const asked = Array.from({ length: 100 }, (_, at) => decide(at));
    await nextTurn();
    expect(reviews).toHaveLength(32);
    for (const { leave } of asked.slice(0, 90)) leave();
    expect(await Promise.all(asked.slice(0, 90).map(({ decided }) => decided))).toEqual(Array(90).fill('AbortError'));
    await nextTurn();
    const begun = reviews.filter(({ signal }) => signal?.aborted === false);
    expect(begun.map(({ spec }) => spec.nonResourceAttributes)).toEqual(
      Array.from({ length: 10 }, (_, at) => attributes(90 + at)),
    );
    for (const { answer } of begun) answer({ allowed: false });
    expect(await Promise.all(asked.slice(90).map(({ decided }) => decided))).toEqual(Array(10).fill(false));
    // Nothing is left of the queue: as many may go at once as before.
    Array.from({ length: 40 }, (_, at) => decide(1000 + at));
    await nextTurn();
    expect(reviews.filter(({ signal }, at) => at >= 42 && signal?.aborted === false)).toHaveLength(32);
  });
});

describe('a client that leaves while it is reviewed', () => {
  let folder: string;
  let storage: OpenedStorage;
  let auth: OpenedAuth;
  let server: TlsServer;
  let held: ReturnType<typeof createHeldHost>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clusterdex-abandoned-'));
    storage = await openTestStorage('memory', { dataDirectory: folder });
    held = createHeldHost();
    const flags = { authenticationKubeconfig: 'host', authenticationSkipLookup: true as const };
    const settings = resolveAuthSettings(flags, { isReachable: true, isInCluster: false });
    if (settings === undefined) throw new Error('there are no settings');
    auth = await openAuth(settings, { logger: pino({ level: 'silent' }), openHost: async () => held.host });
    server = await startTlsServer(storage.factory, auth);
  });
  beforeEach(() => {
    held.reviews.length = 0;
  });
  afterAll(async () => {
    await server?.stop(AbortSignal.timeout(2000));
    await auth?.close();
    await storage?.close();
    rmSync(folder, { recursive: true });
  });

  function send(token: string): ClientRequest {
    const sent = request(`${server.plainUrl}/version`, { agent: false, headers: { authorization: `Bearer ${token}` } });
    sent.on('error', () => undefined);
    sent.end();
    return sent;
  }

  async function review(at: number): Promise<HeldReview> {
    for (;;) {
      const found = held.reviews[at];
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async function aborts({ signal }: HeldReview): Promise<void> {
    if (signal?.aborted === false) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  }

  it('ends the review of its token', async () => {
    const sent = send('lonely');
    const asked = await review(0);
    expect(asked).toMatchObject({ kind: 'TokenReview', signal: { aborted: false } });
    sent.destroy();
    await aborts(asked);
  });

  it('ends the review of its rights, and leaves what others wait for', async () => {
    const headers = { authorization: 'Bearer shared' };
    const sent = send('shared');
    const token = await review(0);
    const other = ask(server.plainUrl, '/version', { headers });
    token.answer({ authenticated: true, user: { username: 'bob' } });
    const rights = await review(1);
    expect(rights).toMatchObject({ kind: 'SubjectAccessReview', spec: { user: 'bob' } });
    sent.destroy();
    const lonely = send('second');
    (await review(2)).answer({ authenticated: true, user: { username: 'carol' } });
    const others = await review(3);
    lonely.destroy();
    await aborts(others);
    expect(rights.signal?.aborted).toBe(false);
    rights.answer({ allowed: true });
    expect((await other).code).toBe(200);
  });
});
