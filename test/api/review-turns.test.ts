import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { createAccessReviewAuthorizer } from '../../src/api/auth/authorizer.js';

const stays = () => new AbortController().signal;

it('a user who asks for very many rights keeps nobody else waiting, and is told to wait', async () => {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const host = {
    server: 'https://host.example',
    get: () => Promise.reject(new Error('nobody asks')),
    post: (_path: string, body: object) => {
      asked.push((body as { readonly spec: { readonly user: string } }).spec.user);
      return new Promise<unknown>((resolve) => answers.push(() => resolve({ status: { allowed: true } })));
    },
    close: () => Promise.resolve(),
  };
  const authorizer = createAccessReviewAuthorizer({
    host,
    authorizedLifetime: 0,
    unauthorizedLifetime: 0,
    onError: () => undefined,
  });
  const ask = (name: string, at: number) =>
    authorizer.decide({ name, groups: [], extra: {} }, { verb: 'get', path: `/${at}` }, stays).then(
      ({ allowed }) => allowed,
      (error: { readonly status?: { readonly code: number } }) => error.status?.code,
    );
  const storm = Array.from({ length: 2000 }, (_, at) => ask('stormy', at));
  const other = ask('calm', 0);
  await nextTurn();
  expect(asked.filter((user) => user === 'stormy').length).toBe(32);
  expect(asked).toContain('calm');
  while (answers.length > 0) {
    for (const answer of answers.splice(0)) answer();
    await nextTurn();
  }
  expect(await other).toBe(true);
  const outcomes = await Promise.all(storm);
  expect([true, 429].map((outcome) => outcomes.filter((found) => found === outcome).length)).toEqual([1032, 968]);
  expect(await Promise.race([ask('stormy', 5000), nextTurn('asked again')])).toBe('asked again');
  expect(asked.at(-1)).toBe('stormy');
});
