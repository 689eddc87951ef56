import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadObjects, sampleObjects } from './support/load-objects.js';
import { startTestApp, type TestApp } from './support/start-test-app.js';

const cluster = '/apis/clusterpedia.io/v1beta1/resources/clusters/staging';
const path = `${cluster}/apis/authorization.k8s.io/v1/selfsubjectaccessreviews`;
const rulesPath = `${cluster}/apis/authorization.k8s.io/v1/selfsubjectrulesreviews`;
const protobufType = 'application/vnd.kubernetes.protobuf';
const apiVersion = 'authorization.k8s.io/v1';
const kind = 'SelfSubjectAccessReview';

interface ReviewBody {
  readonly kind: string;
  readonly spec: unknown;
  readonly status: { readonly resourceRules?: unknown };
}

/** A protobuf message of members that are texts or messages, by number. */
function message(fields: Readonly<Record<number, string | Buffer>>): Buffer {
  const parts = Object.entries(fields).map(([number, value]) => {
    const bytes = Buffer.from(value);
    return Buffer.concat([Buffer.of(Number(number) * 8 + 2, bytes.length), bytes]);
  });
  return Buffer.concat(parts);
}

function envelope(type: Buffer, object: Buffer): Buffer {
  return Buffer.concat([Buffer.from('k8s\0'), message({ 1: type, 2: object })]);
}

describe('a client that asks what it may do', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp('memory', (factory) =>
      loadObjects(factory, 'staging', { objects: sampleObjects('staging') }),
    );
  });
  afterAll(() => app?.stop());

  async function post(body: string | Buffer, headers: Readonly<Record<string, string>> = {}, where = path) {
    const response = await fetch(`${app.url}${where}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    });
    return { code: response.status, body: (await response.json()) as ReviewBody };
  }

  it.each([
    [{ verb: 'get', resource: 'pods', namespace: 'shop' }, { allowed: true }],
    [{ verb: 'list', resource: '*', group: '*' }, { allowed: true }],
    [{ verb: 'watch', resource: 'deployments', group: 'apps' }, { allowed: true }],
    [{ verb: 'get', resource: 'pods', subresource: 'status', namespace: 'shop' }, { allowed: true }],
    [
      { verb: 'get', resource: 'pods', subresource: 'log', namespace: 'shop' },
      { allowed: false, reason: 'this server has nothing at this path' },
    ],
    [
      { verb: 'create', resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'web' },
      { allowed: false, reason: expect.stringContaining('this server is read-only') },
    ],
    [{ verb: 'list', resource: 'pods', subresource: 'log', namespace: 'shop' }, { allowed: false }],
    [
      { verb: 'create', resource: 'pods' },
      { allowed: false, reason: 'this server is read-only' },
    ],
    [
      { verb: '*', resource: 'pods' },
      { allowed: false, reason: 'this server is read-only' },
    ],
    [{ resource: 'pods' }, { allowed: false, reason: 'this server is read-only' }],
  ])('may %j: %j', async (resourceAttributes, status) => {
    const spec = { resourceAttributes };
    expect(await post(JSON.stringify({ kind, apiVersion, metadata: {}, spec }))).toEqual({
      code: 201,
      body: { kind, apiVersion, metadata: {}, spec, status },
    });
  });

  it('is told all rules', async () => {
    const review = { kind: 'SelfSubjectRulesReview', apiVersion, spec: { namespace: 'shop' } };
    const { code, body } = await post(JSON.stringify(review), {}, rulesPath);
    expect(code).toBe(201);
    expect(body).toMatchObject({ ...review, status: { incomplete: false } });
    expect(body.status.resourceRules).toEqual([
      { verbs: ['get', 'list', 'watch'], apiGroups: ['*'], resources: ['*'] },
    ]);
  });

  it('may ask in protobuf, as clients of Go do', async () => {
    const type = message({ 1: apiVersion, 2: kind });
    const ask = (spec: Buffer) =>
      post(envelope(type, message({ 1: '', 2: spec, 3: '' })), { 'content-type': protobufType });
    const resource = message({ 1: 'shop', 2: 'delete', 3: 'apps', 5: 'deployments', 7: 'web' });
    expect((await ask(message({ 1: resource }))).body).toMatchObject({
      spec: {
        resourceAttributes: { namespace: 'shop', verb: 'delete', group: 'apps', resource: 'deployments', name: 'web' },
      },
      status: { allowed: false },
    });
    expect((await ask(message({ 2: message({ 1: '/healthz', 2: 'get' }) }))).body.status).toEqual({ allowed: true });
  });

  const whole = envelope(message({ 1: apiVersion, 2: kind }), message({ 2: message({ 1: message({ 2: 'get' }) }) }));
  it.each<[string, string | Buffer, string, number, string]>([
    ['nothing', '', 'application/json', 400, 'BadRequest'],
    ['no JSON', '{"kind":', 'application/json', 400, 'BadRequest'],
    ['no object', '[]', 'application/json', 400, 'BadRequest'],
    ['another kind', '{"kind":"Pod","apiVersion":"v1"}', 'application/json', 400, 'BadRequest'],
    ['no question', JSON.stringify({ kind, apiVersion, spec: {} }), 'application/json', 422, 'Invalid'],
    ['a body without end', ' '.repeat(100_000), 'application/json', 413, 'RequestEntityTooLarge'],
    ['an unknown type', '{}', 'text/plain', 415, 'UnsupportedMediaType'],
    ['no protobuf', '{}', protobufType, 400, 'BadRequest'],
    ['protobuf that ends too soon', whole.subarray(0, -1), protobufType, 400, 'BadRequest'],
    [
      'protobuf with an endless number',
      Buffer.from(`k8s\0${'\xff'.repeat(30)}`, 'latin1'),
      protobufType,
      400,
      'BadRequest',
    ],
  ])('is refused with %s', async (_name, body, type, code, reason) => {
    const answer = await post(body, { 'content-type': type });
    expect(answer).toMatchObject({ code, body: { kind: 'Status', reason, code } });
  });

  it('has to POST, and cannot write that way', async () => {
    expect((await app.ask(path)).code).toBe(404);
    expect((await app.ask(path, { method: 'PUT', body: '{}' })).code).toBe(405);
    const other = `${cluster}/apis/authorization.k8s.io/v1/subjectaccessreviews`;
    expect((await app.ask(other, { method: 'POST', body: '{}' })).code).toBe(405);
  });
});
