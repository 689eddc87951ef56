import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../support/temporary-folder.js';
import { fuzzServer } from './fuzz-server.js';
import { type FuzzTarget, startFuzzTarget } from './fuzz-target.js';
import { growthOf, mostGrowth } from './growth.js';

/** CLUSTERDEX_FUZZ_REQUESTS=100000 is the whole of it, as `npm run fuzz`; CLUSTERDEX_TEST_SEED=7 tries another sequence. */
const requests = Number(process.env.CLUSTERDEX_FUZZ_REQUESTS ?? 6000);
const seed = Number(process.env.CLUSTERDEX_TEST_SEED ?? 11);

describe.each([
  { title: 'a server that is attacked over HTTP', proxy: false, requests },
  {
    title: 'a server that passes requests on, and is attacked over HTTP',
    proxy: true,
    requests: Math.ceil(requests / 5),
  },
])('$title', ({ proxy, requests }) => {
  const dataDirectory = temporaryFolder();
  let target: FuzzTarget | undefined;
  beforeAll(async () => {
    target = await startFuzzTarget({ dataDirectory, storageName: 'sqlite', proxy });
  }, 60_000);
  afterAll(() => target?.stop());

  it('answers without a fault of its own, lives on, and needs no more memory or sockets', async () => {
    if (target === undefined) throw new Error('it is not started');
    const { server } = target;
    const { faults, codes, rounds } = await fuzzServer({ server, target, requests, seed });
    expect(faults).toEqual([]);
    // The sequence reaches all sorts of answers, or it tests little; a short one need not reach those that are rare.
    const usual = requests < 1000 ? [200, 400, 404] : [200, 400, 403, 404, 405, 406, 422];
    for (const code of usual) expect(codes.get(code) ?? 0).toBeGreaterThan(requests / 1000);
    expect((await fetch(`${server.origin}/readyz`)).status).toBe(200);
    const growth = growthOf(rounds);
    if (growth !== undefined) expect(growth).toBeLessThan(mostGrowth(requests));
    const [first, last] = [rounds.at(2)?.descriptors ?? 0, rounds.at(-1)?.descriptors ?? 0];
    expect(last - first).toBeLessThan(20);
    const { status, stderr } = await target.stop();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  }, 900_000);
});
