import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '../support/clusterdex.js';
import { createRandom } from '../support/random.js';
import { faultOf } from './support/answer-fault.js';
import { loadDump } from './support/load-dump.js';
import { loadObjects, sampleObjects } from './support/load-objects.js';
import { drawRequest, type Vocabulary } from './support/random-request.js';
import { sendRaw } from './support/raw-request.js';
import { startTestApp, type TestApp } from './support/start-test-app.js';

/** CLUSTERDEX_TEST_SEED=7 tries another sequence; CLUSTERDEX_TEST_REQUESTS says how many requests for each storage. */
const seed = Number(process.env.CLUSTERDEX_TEST_SEED ?? 11);
const requests = Number(process.env.CLUSTERDEX_TEST_REQUESTS ?? 2000);
const atOnce = 32;
/** Longer than any answer takes, watches aside. */
const patience = 10_000;

const vocabulary: Vocabulary = {
  clusters: ['alpha', 'staging'],
  namespaces: ['shop', 'kube-system', 'default', 'nowhere'],
  names: ['web', 'brand-new', 'worker-1', 'shop', 'web-config', 'nope', 'certificates.certs.acme.example'],
  resources: {
    'api/v1': ['pods', 'nodes', 'events', 'namespaces', 'configmaps', 'secrets', 'componentstatuses'],
    'apis/apps/v1': ['deployments', 'replicasets'],
    'apis/authorization.k8s.io/v1': ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
    'apis/batch/v1': ['jobs'],
    'apis/certs.acme.example/v1': ['certificates'],
    'apis/apiextensions.k8s.io/v1': ['customresourcedefinitions'],
  },
};

describe.each(['sqlite', 'memory'])('requests at random to the server on %s', (storageName) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp(storageName, async (factory) => {
      const file = join(repositoryRoot, 'test/fixtures/alpha/dump.json');
      await loadDump(factory, { cluster: 'alpha', file });
      await loadObjects(factory, 'staging', { objects: sampleObjects('staging') });
    });
  }, 60_000);
  afterAll(() => app?.stop());

  it('get an answer, and of what is wrong a Status', async () => {
    const random = createRandom(seed);
    const faults: string[] = [];
    const codes = new Map<number, number>();
    let left = requests;
    const ask = async () => {
      while (left-- > 0 && faults.length < 10) {
        const request = drawRequest(random, vocabulary);
        const answer = await sendRaw(app.url, { bytes: request.bytes, hangUp: request.mutated }, patience);
        codes.set(answer.code, (codes.get(answer.code) ?? 0) + 1);
        const fault = faultOf(request, answer);
        if (fault === undefined) continue;
        const shown = JSON.stringify(request.bytes.subarray(0, 1500).toString('latin1'));
        faults.push(`${fault}: ${shown} was answered with ${answer.code} ${answer.body.subarray(0, 300)}`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, ask));
    expect(faults).toEqual([]);
    // The sequence reaches all sorts of answers, or it tests little.
    for (const code of [200, 400, 404, 405, 406, 422]) expect(codes.get(code) ?? 0).toBeGreaterThan(requests / 500);
    expect(await app.ask('/readyz')).toMatchObject({ code: 200, text: 'ok' });
  }, 120_000);
});
