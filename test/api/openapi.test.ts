import { join } from 'node:path';
import { prepareObject } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { type ApiServer, createApiServer } from '../../src/api/api-server.js';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { createContinueTokens } from '../../src/query/continue-tokens.js';
import { parseFeatureGates } from '../../src/query/feature-gates.js';
import { repositoryRoot } from '../support/clusterdex.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { readJson } from '../unit/kube/openapi/support.js';
import { loadDump } from './support/load-dump.js';
import { loadObjects, type PlainObject } from './support/load-objects.js';
import { ask as askServer } from './support/start-test-app.js';

const dump = join(repositoryRoot, 'test/fixtures/alpha/dump.json');
const base = '/apis/clusterpedia.io/v1beta1';
const all = `${base}/resources`;
const alpha = `${all}/clusters/alpha`;
const certificates = 'apis/certs.acme.example/v1';
const protobuf = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

const definition = readJson<{ readonly items: readonly PlainObject[] }>('custom-resource-definitions.json').items.find(
  ({ metadata }) => metadata.name === 'gadgets.rich.acme.example',
);
const gadgetType = {
  group: 'rich.acme.example',
  version: 'v1',
  resource: 'gadgets',
  kind: 'Gadget',
  namespaced: true,
  singularName: 'gadget',
};
const definitionType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};

describe.each(['memory', 'sqlite'])('OpenAPI on %s', (storageName) => {
  let storage: OpenedStorage;
  let server: ApiServer;
  let url: string;
  const dataDirectory = temporaryFolder();

  beforeAll(async () => {
    if (definition === undefined) throw new Error('the fixture has no definition');
    storage = await openTestStorage(storageName, { dataDirectory });
    const { factory, capabilities } = storage;
    await loadDump(factory, { cluster: 'alpha', file: dump });
    const gadget = { apiVersion: 'rich.acme.example/v1', kind: 'Gadget', metadata: { name: 'g', namespace: 'shop' } };
    await loadObjects(factory, 'with', { objects: [definition, gadget], extraTypes: [gadgetType] });
    await loadObjects(factory, 'without', { objects: [gadget], extraTypes: [gadgetType] });
    await loadObjects(factory, 'ö', { objects: [gadget], extraTypes: [gadgetType] });
    server = createApiServer({
      factory,
      storageName,
      canWatch: capabilities.watch,
      gates: parseFeatureGates(''),
      continueTokens: createContinueTokens(Buffer.alloc(32, 1)),
      logger: pino({ level: 'silent' }),
      registry: new Registry(),
    });
    url = await server.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(async () => {
    await server?.stop(AbortSignal.timeout(500));
    await storage?.close();
  });

  function ask(path: string, headers: Record<string, string> = {}) {
    return askServer(url, path, { headers: { accept: 'application/json', ...headers } });
  }

  async function json(path: string) {
    const { code, text } = await ask(path);
    expect({ path, code }).toEqual({ path, code: 200 });
    return JSON.parse(text);
  }

  async function linkTo(root: string, document: string): Promise<string> {
    return (await json(`${root}/openapi/v3`)).paths[document].serverRelativeURL;
  }

  it('has an index with a link for every group version, whose hash makes it cacheable for ever', async () => {
    for (const root of [alpha, all, `${all}/clusters/%C3%B6`]) {
      const { paths } = await json(`${root}/openapi/v3`);
      const { groups } = await json(`${root}/apis`);
      const versions = groups.flatMap(({ versions }: { versions: { groupVersion: string }[] }) =>
        versions.map(({ groupVersion }) => `apis/${groupVersion}`),
      );
      const { resources } = await json(`${root}/api/v1`);
      expect(Object.keys(paths)).toEqual([...(resources.length > 0 ? ['api/v1'] : []), ...versions.sort()]);
      for (const [document, { serverRelativeURL }] of Object.entries<{ serverRelativeURL: string }>(paths)) {
        expect(serverRelativeURL).toMatch(/\?hash=[0-9A-F]{128}$/);
        expect(serverRelativeURL.startsWith(`${root}/openapi/v3/${document}?`)).toBe(true);
      }
    }
    const link = await linkTo(alpha, certificates);
    const linked = await ask(link);
    const [path = '', hash] = link.split('?hash=');
    expect(linked.code).toBe(200);
    expect(linked.headers).toMatchObject({
      'cache-control': 'public, immutable',
      'content-type': 'application/json',
      etag: `"${hash}"`,
    });
    expect(Date.parse(String(linked.headers.expires))).toBeGreaterThan(Date.now() + 300 * 24 * 3600 * 1000);
    const plain = await ask(path);
    expect([plain.text, plain.headers['cache-control']]).toEqual([linked.text, 'no-cache, private']);
    const stale = await ask(`${path}?hash=ABC`);
    expect([stale.code, stale.headers.location]).toEqual([301, link]);
    for (const known of [link, path, `${alpha}/openapi/v3`]) {
      const { headers } = await ask(known);
      const again = await ask(known, { 'if-none-match': String(headers.etag) });
      expect([again.code, again.text]).toEqual([304, '']);
    }
  });

  it('describes built-in types and custom resources by the definitions that are stored', async () => {
    const core = await json(`${alpha}/openapi/v3/api/v1`);
    expect(core).toMatchObject({ openapi: '3.0.0', info: { title: 'clusterdex' } });
    const pod = core.components.schemas['io.k8s.api.core.v1.Pod'];
    expect(pod.properties.spec.allOf).toEqual([{ $ref: '#/components/schemas/io.k8s.api.core.v1.PodSpec' }]);
    expect(core.paths['/api/v1/namespaces/{namespace}/pods/{name}'].get['x-kubernetes-action']).toBe('get');
    const list = core.paths['/api/v1/pods'].get;
    expect(list.responses['200'].content['application/json;stream=watch']).toBeDefined();
    for (const { $ref } of list.parameters) {
      const name = $ref.slice('#/components/parameters/'.length);
      expect(core.components.parameters[name]).toMatchObject({ name, in: 'query', description: expect.any(String) });
    }
    for (const root of [alpha, all]) {
      const custom = await json(`${root}/openapi/v3/${certificates}`);
      const schema = custom.components.schemas['example.acme.certs.v1.Certificate'];
      expect(schema.properties.spec.required).toEqual(['secretName']);
      const single = custom.paths['/apis/certs.acme.example/v1/namespaces/{namespace}/certificates/{name}'];
      expect(single !== undefined).toBe(root === alpha);
    }
  });

  it('lets a custom resource whose definition is not stored hold anything', async () => {
    const described = async (root: string) =>
      (await json(`${root}/openapi/v3/apis/rich.acme.example/v1`)).components.schemas['example.acme.rich.v1.Gadget'];
    expect((await described(`${all}/clusters/without`))['x-kubernetes-preserve-unknown-fields']).toBe(true);
    expect((await described(`${all}/clusters/with`)).properties.spec.properties.size).toEqual({ type: 'integer' });
    expect((await described(all)).properties.spec.properties.size).toEqual({ type: 'integer' });
  });

  it('has a new hash when a definition changes, and no other', async () => {
    const root = `${all}/clusters/with`;
    const document = 'apis/rich.acme.example/v1';
    const [before, other] = [await linkTo(root, document), await linkTo(root, 'apis/apiextensions.k8s.io/v1')];
    const changed = JSON.parse(JSON.stringify(definition).replace('"size"', '"weight"'));
    changed.metadata.resourceVersion = String(Number(changed.metadata.resourceVersion) + 1);
    const object = prepareObject(Buffer.from(JSON.stringify(changed)), { cluster: 'with' });
    await storage.factory.resourceStorage(definitionType).write('with', [{ type: 'upsert', object }]);
    const after = await linkTo(root, document);
    expect(after).not.toBe(before);
    expect(await linkTo(root, 'apis/apiextensions.k8s.io/v1')).toBe(other);
    expect((await ask(before)).headers.location).toBe(after);
    const { schemas } = (await json(after)).components;
    expect(schemas['example.acme.rich.v1.Gadget'].properties.spec.properties).toEqual({ weight: { type: 'integer' } });
  });

  it('has version 2 for older clients, as JSON and in protobuf', async () => {
    const v2 = await json(`${alpha}/openapi/v2`);
    expect(v2).toMatchObject({ swagger: '2.0', paths: {} });
    expect(v2.definitions['example.acme.certs.v1.Certificate'].properties.spec.required).toEqual(['secretName']);
    expect(v2.definitions['io.k8s.api.core.v1.Pod'].properties.spec.$ref).toBe(
      '#/definitions/io.k8s.api.core.v1.PodSpec',
    );
    for (const accept of [protobuf, protobuf.replace('@', '.'), `${protobuf},application/json;q=0.5`]) {
      const { code, headers, text } = await ask(`${alpha}/openapi/v2`, { accept });
      expect([code, headers['content-type']]).toEqual([
        200,
        'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
      ]);
      expect(text).toContain('io.k8s.api.core.v1.PodSpec');
      expect((await ask(`${alpha}/openapi/v2`, { accept, 'if-none-match': String(headers.etag) })).code).toBe(304);
      expect((await ask(`${alpha}/openapi/v2`, { 'if-none-match': String(headers.etag) })).code).toBe(200);
    }
  });

  it('compresses what is large for who takes it', async () => {
    const plain = await ask(`${alpha}/openapi/v3/api/v1`);
    const response = await fetch(`${url}${alpha}/openapi/v3/api/v1`, { headers: { 'accept-encoding': 'gzip' } });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(Number(response.headers.get('content-length'))).toBeLessThan(plain.text.length / 3);
    expect(await response.text()).toBe(plain.text);
  });

  it('describes the server itself at its root', async () => {
    expect(Object.keys((await json('/openapi/v3')).paths)).toEqual(['apis/clusterpedia.io/v1beta1']);
    const document = await json(await linkTo('', 'apis/clusterpedia.io/v1beta1'));
    expect(document.paths[`${base}/collectionresources`].get['x-kubernetes-group-version-kind']).toEqual({
      group: 'clusterpedia.io',
      version: 'v1beta1',
      kind: 'CollectionResource',
    });
    const { properties } = document.components.schemas['io.clusterpedia.v1beta1.CollectionResource'];
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(['metadata', 'resourceTypes', 'items']));
    expect((await json('/openapi/v2')).definitions['io.clusterpedia.v1beta1.CollectionResource']).toBeDefined();
  });

  it.each([
    [`${alpha}/openapi/v3/apis/nope.example/v1`, {}, 404],
    [`${alpha}/openapi/v3/apis/apps/v9`, {}, 404],
    [`${alpha}/openapi/v3/apis/__proto__/constructor`, {}, 404],
    [`${alpha}/openapi/v3/api/v2`, {}, 404],
    [`${alpha}/openapi/v3/v2`, {}, 404],
    [`${alpha}/openapi`, {}, 404],
    ['/openapi/v3/api/v1', {}, 404],
    [`${all}/clusters/ghost/openapi/v3`, {}, 400],
    [`${all}/clusters/ghost/openapi/v2`, {}, 400],
    [`${alpha}/openapi/v3`, { accept: 'text/csv' }, 406],
    [`${alpha}/openapi/v3/api/v1`, { accept: protobuf }, 406],
    [`${alpha}/openapi/v2`, { accept: 'application/xml' }, 406],
  ])('answers %s with %j by a Status', async (path, headers, code) => {
    const answer = await ask(path, headers);
    expect({ code: answer.code, body: JSON.parse(answer.text).code }).toEqual({ code, body: code });
  });
});
