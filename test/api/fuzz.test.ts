import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { repositoryRoot } from '../support/clusterdex.js';
import { createRandom } from '../support/random.js';
import { loadDump } from './support/load-dump.js';
import { loadObjects, sampleObjects } from './support/load-objects.js';
import { drawRequest, type RandomRequest, type Vocabulary } from './support/random-request.js';
import { type RawAnswer, sendRaw } from './support/raw-request.js';
import { startTestApp, type TestApp } from './support/start-test-app.js';

/** CLUSTERDEX_TEST_SEED=7 tries another sequence; CLUSTERDEX_TEST_REQUESTS says how many requests for each storage. */
const seed = Number(process.env.CLUSTERDEX_TEST_SEED ?? 11);
const requests = Number(process.env.CLUSTERDEX_TEST_REQUESTS ?? 2000);
const atOnce = 32;
/** Our parser of YAML takes its time. */
const longestYaml = 20_000;
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

const reasons = new Set([
  'BadRequest',
  'NotFound',
  'MethodNotAllowed',
  'NotAcceptable',
  'Invalid',
  'Forbidden',
  'Expired',
  'Timeout',
  'UnsupportedMediaType',
]);

function bodyOf({ headers, body }: RawAnswer): string {
  return (headers.get('content-encoding') === 'gzip' ? gunzipSync(body) : body).toString();
}

/** What is wrong with an answer; undefined when nothing is. */
function faultOf(request: RandomRequest, answer: RawAnswer): string | undefined {
  const { code, headers, complete } = answer;
  const type = headers.get('content-type') ?? '';
  if (answer.late) return mayWatch(request) && code === 200 ? undefined : 'no end within the time';
  if (code === 0) return request.mutated ? undefined : 'no answer';
  const withoutBody = request.head || code === 304 || code < 200;
  if (!withoutBody && !complete && !request.mutated) return 'the answer breaks off';
  if (code >= 400) return withoutBody ? undefined : faultOfError(code, type, answer);
  if (withoutBody || request.mutated) return undefined;
  try {
    const text = bodyOf(answer);
    if (text === '') return mayWatch(request) ? undefined : 'an empty answer';
    if (type.startsWith('application/json')) for (const line of documents(text)) JSON.parse(line);
    if (type.startsWith('application/yaml') && text.length < longestYaml) parse(text);
  } catch (error) {
    return `the answer is no JSON: ${error}`;
  }
  return undefined;
}

function faultOfError(code: number, type: string, answer: RawAnswer): string | undefined {
  const isYaml = type.startsWith('application/yaml');
  if (!isYaml && !type.startsWith('application/json')) return `an error as ${type}`;
  const status = isYaml ? parse(bodyOf(answer)) : JSON.parse(bodyOf(answer));
  const { kind, apiVersion, metadata, message, reason } = status;
  const isStatus = kind === 'Status' && apiVersion === 'v1' && status.status === 'Failure' && status.code === code;
  if (!isStatus || JSON.stringify(metadata) !== '{}') return 'an error that is no Status';
  if (typeof message !== 'string' || message === '' || !reasons.has(reason)) return 'a Status without its words';
  if (code < 500) return undefined;
  const tooLarge = code === 504 && status.details?.causes?.[0]?.reason === 'ResourceVersionTooLarge';
  return tooLarge ? undefined : 'a fault of the server';
}

/** Watches are one document a line; others may be indented. */
function documents(text: string): readonly string[] {
  return text.startsWith('{"type":') ? text.trimEnd().split('\n') : [text];
}

function mayWatch({ bytes }: RandomRequest): boolean {
  return /w(a|%61)(t|%74)ch/i.test(bytes.toString('latin1'));
}

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
