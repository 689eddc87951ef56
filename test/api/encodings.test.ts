import { gunzipSync } from 'node:zlib';
import type { StorageFactory } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { createRandom } from '../support/random.js';
import { loadObjects, type PlainObject, sampleObjects } from './support/load-objects.js';
import { type Answer, startTestApp, type TestApp } from './support/start-test-app.js';

const base = '/apis/clusterpedia.io/v1beta1';
const all = `${base}/resources`;
const prod = `${all}/clusters/prod-eu`;
const yaml = { accept: 'application/yaml' };
const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
const partial = { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' };
const partialObject = { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' };
const gzip = { 'accept-encoding': 'deflate, gzip' };

function configMap(name: string, size: number): PlainObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'sizes' },
    ...{ data: { text: 'x'.repeat(size) } },
  };
}

const endpoints = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'old', namespace: 'sizes' } };
const numbers = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'numbers', namespace: 'odd' }, spec: [] };

async function fill(factory: StorageFactory): Promise<void> {
  const many = Array.from({ length: 1200 }, (_, number) => configMap(`many-${number}`, 800));
  const objects = [
    ...sampleObjects('prod-eu'),
    numbers,
    endpoints,
    configMap('small', 100_000),
    configMap('large', 200_000),
    ...many,
  ];
  await loadObjects(factory, 'prod-eu', { objects });
  await loadObjects(factory, 'staging', { objects: sampleObjects('staging') });
  const [staging] = (await factory.clusterInventories()).filter(({ cluster }) => cluster === 'staging');
  if (staging === undefined) throw new Error('no staging');
  await factory.putClusterInventory({ ...staging, health: { status: 'unhealthy', reason: 'Gone' } });
}

describe.each(['sqlite', 'memory'])('answers of %s', (storageName) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp(storageName, fill);
  });
  afterAll(() => app.stop());

  const pods = `${prod}/api/v1/pods`;
  const ask = async (path: string, headers: Record<string, string> = {}): Promise<Answer> => {
    const answer = await app.ask(path, { headers });
    expect({ path, code: answer.code }).toEqual({ path, code: 200 });
    return answer;
  };
  const json = async (path: string, headers?: Record<string, string>) => JSON.parse((await ask(path, headers)).text);

  describe('in YAML', () => {
    it.each([
      `${pods}?limit=3`,
      `${pods}?limit=3&withRemainingCount=true`,
      `${all}/api/v1/nodes`,
      `${all}/api/v1/namespaces/nowhere/pods`,
      `${prod}/api/v1/namespaces/many/configmaps`,
      `${prod}/api/v1/configmaps?limit=1250`,
      `${prod}/api/v1/namespaces/odd/configmaps/numbers`,
      `${base}/collectionresources/workloads?limit=5&withContinue=true`,
      `${base}/collectionresources/any?resources=/v1/secrets&namespaces=nowhere`,
      `${base}/collectionresources`,
      '/apis/cluster.clusterpedia.io/v1alpha2/pediaclusters',
    ])('say what they say in JSON: %s', async (path) => {
      const answer = await ask(path, yaml);
      expect(answer.headers['content-type']).toBe('application/yaml');
      const document = parse(answer.text);
      expect(document).toEqual(withoutContinue(await json(path), document));
      expect(Object.keys(document)).toEqual(Object.keys(document).sort());
    });

    it.each([
      ['Table', `${pods}?limit=2`],
      ['Table', `${prod}/api/v1/configmaps`],
      ['PartialObjectMetadataList', `${pods}?limit=2`],
    ])('are there as %s: %s', async (as, path) => {
      const parameters = `;as=${as};v=v1;g=meta.k8s.io`;
      const answer = await ask(path, { accept: `application/yaml${parameters}` });
      const document = parse(answer.text);
      expect(document.kind).toBe(as);
      expect(document).toEqual(
        withoutContinue(await json(path, { accept: `application/json${parameters}` }), document),
      );
    });

    it('are refusals, too', async () => {
      const answer = await app.ask(`${prod}/api/v1/namespaces/shop/pods/nobody`, { headers: yaml });
      expect([answer.code, answer.headers['content-type']]).toEqual([404, 'application/yaml']);
      expect(parse(answer.text)).toMatchObject({ kind: 'Status', message: 'pods "nobody" not found', code: 404 });
    });
  });

  describe('indented', () => {
    const agents = ['curl/8.5.0', 'Wget/1.21', 'Mozilla/5.0 (X11; Linux x86_64)'];

    it.each([
      ['by pretty=true', '?pretty=true', {}],
      ['by pretty=1', '?limit=3&pretty=1', {}],
      ['by the media type', '', { accept: 'application/json;pretty=1' }],
      ...agents.map((agent) => [`for ${agent}`, '', { 'user-agent': agent }] as const),
    ])('%s', async (_name, query, headers) => {
      const one = JSON.parse((await ask(pods)).text).items[0].metadata;
      const paths = [
        pods,
        `${prod}/api/v1/namespaces/${one.namespace}/pods/${one.name}`,
        `${base}/collectionresources`,
      ];
      for (const path of paths) {
        if (path !== pods && query.includes('limit')) continue;
        const { text } = await ask(
          path + (path.endsWith('collectionresources') ? query.replace(/.*/, '?pretty=1') : query),
          headers,
        );
        expect(text).toBe(JSON.stringify(JSON.parse(text), undefined, 2));
      }
      for (const accept of [table.accept, partial.accept]) {
        if ('accept' in headers) continue;
        const { text } = await ask(pods + query, { ...headers, accept });
        expect(text).toBe(JSON.stringify(JSON.parse(text), undefined, 2));
      }
      const { text } = await app.ask(`${pods}/nobody${query === '' ? '' : '?pretty=true'}`, { headers });
      expect(text).toBe(JSON.stringify(JSON.parse(text), undefined, 2));
    });

    it('in a list that goes out in pieces', async () => {
      const { text } = await ask(`${prod}/api/v1/configmaps?pretty=true`);
      expect(text).toBe(JSON.stringify(JSON.parse(text), undefined, 2));
    });

    it.each([
      ['?pretty=false', { 'user-agent': 'curl/8.5.0' }],
      ['?pretty=maybe', { 'user-agent': 'curl/8.5.0' }],
      ['?pretty=', {}],
      ['', { 'user-agent': 'kubectl/v1.36.0' }],
      ['?labelSelector=pretty', {}],
    ])('only when somebody wants it so: %s, %j', async (query, headers) => {
      expect((await ask(pods + query, headers)).text).toMatch(/^\{"kind":"PodList",[^\n]*\n$/);
    });
  });

  describe('compressed', () => {
    it.each([
      ['a list in one piece', `${pods}`, {}],
      ['a list in pieces', `${prod}/api/v1/configmaps`, {}],
      ['an object', `${prod}/api/v1/namespaces/sizes/configmaps/large`, {}],
      ['a Table', `${prod}/api/v1/configmaps`, table],
      ['PartialObjectMetadata', `${prod}/api/v1/configmaps`, partial],
      ['YAML', `${pods}`, yaml],
      ['a collection resource', `${base}/collectionresources/any?resources=/v1/configmaps`, {}],
    ])('when they are large: %s', async (_name, path, headers) => {
      const plain = await ask(path, headers);
      expect(plain.bytes.length).toBeGreaterThan(128 * 1024);
      expect(plain.headers).not.toHaveProperty('content-encoding');
      expect(plain.headers).not.toHaveProperty('vary');
      const compressed = await ask(path, { ...headers, ...gzip });
      expect(compressed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
      expect(compressed.headers['content-type']).toBe(plain.headers['content-type']);
      expect(compressed.headers).not.toHaveProperty('content-length');
      expect(compressed.bytes.length).toBeLessThan(plain.bytes.length / 2);
      const text = gunzipSync(compressed.bytes).toString();
      expect(text.length).toBe(plain.text.length);
      if (headers !== table) expect(text).toBe(plain.text);
    });

    it.each([
      ['small', `${prod}/api/v1/namespaces/sizes/configmaps/small`, gzip],
      ['a small list', `${pods}?limit=2`, gzip],
      ['for others', pods, { 'accept-encoding': 'br, deflate' }],
      ['for who would rather not', pods, { 'accept-encoding': 'gzip;q=0' }],
      ['for anything', pods, { 'accept-encoding': '*' }],
    ])('not when they are %s', async (_name, path, headers) => {
      const answer = await ask(path, headers);
      expect(answer.headers).not.toHaveProperty('content-encoding');
      expect(answer.headers['content-length']).toBe(String(answer.bytes.length));
    });
  });

  it.each([
    ['JSON', {}],
    ['YAML', yaml],
    ['a Table', table],
    ['PartialObjectMetadata', partial],
    ['gzip', gzip],
    ['indented', { 'user-agent': 'curl/8' }],
  ])('of a cluster that is not healthy warn of it, in %s', async (_name, headers) => {
    const [pod] = sampleObjects('staging').filter(({ kind }) => kind === 'Pod');
    const one = `${all}/clusters/staging/api/v1/namespaces/${pod?.metadata.namespace}/pods/${pod?.metadata.name}`;
    const warning = '299 - "cluster staging is not healthy, its data may be out of date: Gone"';
    expect((await ask(`${all}/clusters/staging/api/v1/pods`, headers)).headers.warning).toBe(warning);
    expect((await ask(one, headers === partial ? partialObject : headers)).headers.warning).toBe(warning);
  });

  it('of many clusters warn of those that are not healthy, if they are asked for', async () => {
    const warning = async (path: string) => (await ask(path)).headers.warning;
    const text = 'cluster staging is not healthy, its data may be out of date: Gone';
    expect(await warning(`${all}/api/v1/pods`)).toBe(`299 - "${text}"`);
    expect(await warning(`${all}/api/v1/pods?clusters=prod-eu,staging`)).toBe(`299 - "${text}"`);
    expect(await warning(`${all}/api/v1/pods?clusters=prod-eu`)).toBeUndefined();
    expect(await warning(`${pods}?limit=1`)).toBeUndefined();
    expect(await warning(`${base}/collectionresources/workloads?limit=1`)).toBe(`299 - "${text}"`);
    expect(await warning(`${base}/collectionresources/workloads?clusters=prod-eu`)).toBeUndefined();
    const deprecation = 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice';
    expect(await warning(`${prod}/api/v1/endpoints`)).toBe(`299 - "${deprecation}"`);
    expect(await warning(`${prod}/api/v1/namespaces/sizes/endpoints/old`)).toBe(`299 - "${deprecation}"`);
    expect(await warning(`${all}/api/v1/endpoints`)).toBe(`299 - "${text}", 299 - "${deprecation}"`);
  });

  it.each([
    '/apis',
    '/version',
    `${all}/api`,
    `${prod}/apis`,
    `${prod}/api/v1`,
    `${prod}/version`,
    `${prod}/openapi/v3`,
    '/apis/cluster.clusterpedia.io/v1alpha2/pediaclusters',
    '/healthz',
    '/readyz?verbose',
  ])('to HEAD of %s have the head of GET', async (path) => {
    const get = await ask(path);
    const head = await app.ask(path, { method: 'HEAD' });
    expect(head).toMatchObject({ code: 200, text: '' });
    for (const name of ['content-type', 'content-length', 'etag', 'cache-control']) {
      expect([name, head.headers[name]]).toEqual([name, get.headers[name]]);
    }
  });

  it('to any Accept header are the object or a refusal', async () => {
    const random = createRandom(11);
    const words = [
      'application',
      'json',
      'yaml',
      '*',
      '/',
      ';',
      ',',
      '=',
      'as',
      'Table',
      'v',
      'v1',
      'g',
      'meta.k8s.io',
      'q',
      '0.5',
      '"',
      ' ',
      'stream',
      'watch',
      'PartialObjectMetadata',
    ];
    const clauses = [table.accept, partial.accept, partialObject.accept, 'application/json', 'application/yaml', '*/*'];
    const one = `${prod}/api/v1/namespaces/odd/configmaps/numbers`;
    for (let round = 0; round < 400; round++) {
      const text = Array.from({ length: random.integer(12) }, () => random.pick(words)).join('');
      const accept = random.chance(0.5) ? text : `${text},${random.pick(clauses)};q=0.${random.integer(10)}`;
      const path = random.pick([one, `${prod}/api/v1/namespaces/odd/configmaps`, `${base}/collectionresources`]);
      const { code, text: body } = await app.ask(path, { headers: { accept } });
      expect({ accept, code: code === 406 ? 200 : code, empty: body === '' }).toEqual({
        accept,
        code: 200,
        empty: false,
      });
    }
  });

  it('to HEAD end, also those of a watch', async () => {
    for (const path of [`${pods}?watch=true`, `${base}/collectionresources/workloads?watch=true`]) {
      const answer = await app.ask(path, { method: 'HEAD' });
      expect([answer.code, answer.headers['content-type'], answer.text]).toEqual([200, 'application/json', '']);
    }
  });

  it.each([
    ['JSON', {}],
    ['YAML', yaml],
    ['a Table', table],
    ['gzip', gzip],
    ['indented', { 'user-agent': 'curl/8' }],
  ])('to HEAD have the head of GET, in %s', async (_name, headers) => {
    const paths = [
      pods,
      `${prod}/api/v1/configmaps`,
      `${prod}/api/v1/namespaces/sizes/configmaps/large`,
      `${base}/collectionresources/workloads`,
      `${base}/collectionresources`,
    ];
    for (const path of paths) {
      if (headers === table && path.endsWith('collectionresources')) continue;
      const get = await ask(path, headers);
      const head = await app.ask(path, { method: 'HEAD', headers });
      expect({ path, code: head.code, body: head.text }).toEqual({ path, code: 200, body: '' });
      expect(head.headers['content-type']).toBe(get.headers['content-type']);
      const length = get.headers['content-length'];
      if (length !== undefined) expect(head.headers['content-length']).toBe(length);
    }
  });

  describe('as PartialObjectMetadata', () => {
    it('have the metadata of each object', async () => {
      const list = await json(`${pods}?limit=5&withRemainingCount=true`);
      const answer = await json(`${pods}?limit=5&withRemainingCount=true`, partial);
      expect(answer).toMatchObject({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' });
      expect(answer.metadata).toEqual(withoutContinue(list, answer).metadata);
      const kind = 'PartialObjectMetadata';
      const items = list.items.map(({ metadata }: PlainObject) => ({ kind, apiVersion: 'meta.k8s.io/v1', metadata }));
      expect(answer.items).toEqual(items);
      const [{ metadata }] = list.items;
      const path = `${prod}/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
      expect(await json(path, partialObject)).toEqual(items[0]);
      const old = { accept: partialObject.accept.replace('v1', 'v1beta1') };
      expect(await json(path, old)).toEqual({ ...items[0], apiVersion: 'meta.k8s.io/v1beta1' });
    });

    it('list whatever there are', async () => {
      const whole = await json(`${prod}/api/v1/configmaps`, partial);
      expect(whole.items).toHaveLength(1200 + 42 + 3);
      expect(await json(`${prod}/api/v1/namespaces/nowhere/pods`, partial)).toMatchObject({ items: [] });
      const collection = await json(`${base}/collectionresources/workloads?limit=2&withContinue=true`, partial);
      expect(collection.items.map(({ kind }: PlainObject) => kind)).toEqual(Array(2).fill('PartialObjectMetadata'));
      expect(collection.metadata.continue).toEqual(expect.any(String));
    });
  });
});

/** Each continue is new; where there has to be one, there is one. */
function withoutContinue<Document>(expected: Document, found: Document): Document {
  const token = /"continue":"([^"]*)"/;
  const [, other] = token.exec(JSON.stringify(found)) ?? [];
  const text = JSON.stringify(expected);
  return JSON.parse(other === undefined ? text : text.replace(token, `"continue":"${other}"`)) as Document;
}
