import { describe, expect, it } from '@jest/globals';
import { pluginPaths } from '../../../../src/api/plugins/plugin-openapi.js';
import { builtinResources } from '../../../../src/kube/builtin-resources.js';
import type { JsonObject, JsonValue } from '../../../../src/kube/openapi/json-value.js';
import { decodeDefinitions } from './decode-definitions.js';
import { decodePaths } from './decode-paths.js';
import {
  addDefinitions,
  definitions,
  library,
  newBuilder,
  readFixture,
  readJson,
  schemaText,
  withoutOwnWords,
} from './support.js';

const info = { title: 'test', version: 'v0' };

function everything() {
  const builder = newBuilder();
  for (const type of builtinResources) builder.add(type);
  addDefinitions(builder);
  return builder;
}

/** Fails when a reference leads nowhere. */
function expectComplete(schemas: Readonly<Record<string, unknown>>, text: string, prefix: string): void {
  const references = new Set([...text.matchAll(new RegExp(`"#${prefix}/([^"]+)"`, 'g'))].map(([, name]) => name));
  expect([...references].filter((name) => name === undefined || !Object.hasOwn(schemas, name))).toEqual([]);
  expect(references.size).toBeGreaterThan(0);
}

describe('the schemas that are shipped', () => {
  it('are those of every type that a kube-apiserver of that version lists', () => {
    expect(library.version).toMatch(/^v1\.\d+\.\d+$/);
    const unknown = builtinResources.filter(
      ({ group, version, kind }) => library.nameOf(group, version, kind) === undefined,
    );
    const stable = unknown.filter(({ version }) => /^v\d+$/.test(version));
    expect(stable).toEqual([]);
  });

  it('refer to nothing that is not shipped', () => {
    const names = Object.fromEntries(
      schemaText
        .split('\n')
        .slice(1)
        .map((line) => [line.slice(0, line.indexOf(' ')), true]),
    );
    expectComplete(names, schemaText, '/components/schemas');
  });
});

describe('an OpenAPI v3 document', () => {
  it('has the schemas of custom resources as a kube-apiserver publishes them', () => {
    const builder = newBuilder();
    addDefinitions(builder);
    const { openapi, components } = JSON.parse(builder.openapi(info, {}));
    expect(openapi).toBe('3.0.0');
    const recorded = readJson('schemas-v3.json');
    expect(Object.keys(recorded)).toHaveLength(8);
    for (const [name, schema] of Object.entries(recorded)) {
      const mine: JsonValue = components.schemas[String(withoutOwnWords(name))];
      expect({ name, schema: withoutOwnWords(mine) }).toEqual({ name, schema: withoutOwnWords(schema) });
    }
  });

  it('has the reading operations that a kube-apiserver describes', () => {
    const builder = newBuilder();
    for (const type of builtinResources) builder.add(type);
    builder.add({
      group: 'certs.acme.example',
      version: 'v1',
      kind: 'Certificate',
      resource: 'certificates',
      namespaced: true,
    });
    const { paths } = JSON.parse(builder.openapi(info, {}));
    const recorded = readJson<Readonly<Record<string, JsonObject>>>('paths-v3.json');
    expect(Object.keys(recorded).length).toBeGreaterThan(70);
    for (const [path, expected] of Object.entries(recorded)) {
      const { get } = paths[path] ?? {};
      expect({
        path,
        operationId: get?.operationId,
        tags: get?.tags,
        action: get?.['x-kubernetes-action'],
        kind: get?.['x-kubernetes-group-version-kind'],
        schema: get?.responses['200'].content['application/json'].schema.$ref,
      }).toEqual({ path, ...expected });
    }
  });

  it('holds every schema to which it refers, and none besides', () => {
    const builder = newBuilder();
    builder.add({ group: '', version: 'v1', kind: 'ConfigMap', resource: 'configmaps', namespaced: true });
    const text = builder.openapi(info, {});
    const { schemas } = JSON.parse(text).components;
    expectComplete(schemas, text, '/components/schemas');
    expect(Object.keys(schemas)).toEqual([
      'io.k8s.api.core.v1.ConfigMap',
      'io.k8s.api.core.v1.ConfigMapList',
      ...['FieldsV1', 'ListMeta', 'ManagedFieldsEntry', 'ObjectMeta', 'OwnerReference', 'ShardInfo', 'Time'].map(
        (name) => `io.k8s.apimachinery.pkg.apis.meta.v1.${name}`,
      ),
    ]);
    const all = everything().openapi(info, {});
    expectComplete(JSON.parse(all).components.schemas, all, '/components/schemas');
  });

  it('lets a type that nobody has described hold anything', () => {
    const builder = newBuilder();
    builder.add({ group: 'batch', version: 'v1beta1', kind: 'CronJob', resource: 'cronjobs', namespaced: true });
    const { schemas } = JSON.parse(builder.openapi(info, {})).components;
    expect(schemas['batch.v1beta1.CronJob']).toMatchObject({
      type: 'object',
      properties: {
        metadata: { allOf: [{ $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }] },
      },
      'x-kubernetes-preserve-unknown-fields': true,
      'x-kubernetes-group-version-kind': [{ group: 'batch', kind: 'CronJob', version: 'v1beta1' }],
    });
  });

  it('does not offer single objects where there are several clusters', () => {
    const type = { group: '', version: 'v1', kind: 'Pod', resource: 'pods', namespaced: true };
    const builder = newBuilder({ canGet: false });
    builder.add(type);
    expect(Object.keys(JSON.parse(builder.openapi(info, {})).paths)).toEqual([
      '/api/v1/pods',
      '/api/v1/namespaces/{namespace}/pods',
    ]);
  });
});

describe('an OpenAPI v2 document', () => {
  const recorded = readJson('definitions-v2.json');

  it('has definitions as a kube-apiserver publishes them', () => {
    const text = everything().swagger(info);
    const { swagger, definitions: mine } = JSON.parse(text);
    expect(swagger).toBe('2.0');
    expectComplete(mine, text, '/definitions');
    for (const [name, schema] of Object.entries(recorded)) {
      const found: JsonValue = mine[String(withoutOwnWords(name))];
      expect({ name, schema: withoutOwnWords(found) }).toEqual({ name, schema: withoutOwnWords(schema) });
    }
  });

  it('says the same in protobuf', () => {
    const document = everything().swaggerProtobuf(info);
    const mine = decodeDefinitions(document) as Readonly<Record<string, JsonObject>>;
    const theirs = decodeDefinitions(readFixture('definitions-v2.pb')) as Readonly<Record<string, JsonObject>>;
    expect(Object.keys(theirs)).toEqual(Object.keys(recorded));
    for (const [name, schema] of Object.entries(theirs)) {
      const found: JsonValue = mine[String(withoutOwnWords(name))] ?? null;
      expect({ name, schema: withoutOwnWords(found) }).toEqual({ name, schema: withoutOwnWords(schema) });
    }
    const { definitions: asJson } = JSON.parse(everything().swagger(info));
    expect(Object.keys(mine)).toEqual(Object.keys(asJson));
  });
});

describe('paths of OpenAPI v2', () => {
  const plugin = pluginPaths({
    name: 'a',
    canStandBy: true,
    routes: [
      { name: 'b', method: 'GET', pattern: '/b/{c}', version: 'v1', description: 'B.', handler: () => ({}) },
      {
        name: 'd',
        method: 'POST',
        pattern: '/b/{c}',
        version: 'v2',
        requestSchema: { type: 'object', properties: { e: { type: 'integer', nullable: true, default: 1 } } },
        handler: () => ({}),
      },
    ],
    standbyRoutes: [{ name: 'f', method: 'GET', pattern: '/f', version: 'v1', handler: () => ({}) }],
  });
  const builder = newBuilder();
  builder.addSwaggerPaths(plugin);

  it('are those that are added for it, in its own words', () => {
    const { paths } = JSON.parse(builder.swagger(info));
    expect(paths['/apis/plugins.clusterdex.io/v1/a/b/{c}'].post).toMatchObject({
      consumes: ['application/json'],
      parameters: [{ name: 'body', in: 'body', schema: { type: 'object', properties: { e: {} } } }],
    });
    expect(JSON.stringify(paths)).not.toMatch(/"(content|requestBody|nullable|default":1)/);
    expect(JSON.parse(builder.openapi(info, {})).paths).toEqual({});
  });

  it('are the same in protobuf', () => {
    expect(decodePaths(builder.swaggerProtobuf(info))).toEqual(JSON.parse(builder.swagger(info)).paths);
  });
});

describe('a definition that nobody would write', () => {
  const type = { group: 'x.example', version: 'v1', kind: 'X', resource: 'xs', namespaced: true };
  const names = { kind: 'X', plural: 'xs' };
  const spec = (version: JsonObject): JsonObject => ({ spec: { group: 'x.example', names, versions: [version] } });
  const schemaOf = (definition: JsonValue) => {
    const builder = newBuilder();
    builder.add(type, definition);
    const text = builder.openapi(info, {});
    builder.swagger(info);
    builder.swaggerProtobuf(info);
    return JSON.parse(text).components.schemas['example.x.v1.X'];
  };

  it.each([
    null,
    7,
    'text',
    [],
    {},
    { spec: null },
    { spec: { group: 'x.example' } },
    spec({ name: 'v2', schema: { openAPIV3Schema: { type: 'object' } } }),
    spec({ name: 'v1' }),
    spec({ name: 'v1', schema: { openAPIV3Schema: 'object' } }),
    { spec: { group: 'x.example', names, versions: 'v1' } },
  ])('leaves the type undescribed: %j', (definition) => {
    expect(schemaOf(definition)['x-kubernetes-preserve-unknown-fields']).toBe(true);
  });

  it('may have any schema', () => {
    const root: JsonObject = JSON.parse(`{
      "type": ["object"], "required": 7, "enum": [null, {"a": 1}], "maxLength": -1, "minimum": "x", "items": [1],
      "properties": {"__proto__": {"type": "string"}, "a": 7, "b": null, "spec": {"properties": [], "additionalProperties": "x"}},
      "allOf": [], "x-kubernetes-selectable-fields": 7, "x-more": {"deep": [true]}
    }`);
    const schema = schemaOf(spec({ name: 'v1', schema: { openAPIV3Schema: root }, selectableFields: [7, {}] }));
    expect(Object.hasOwn(schema.properties, '__proto__')).toBe(true);
    expect(schema.properties.kind.type).toBe('string');
  });

  it('may be as deep as it likes', () => {
    let deep: JsonObject = { type: 'object' };
    for (let depth = 0; depth < 5000; depth++) deep = { type: 'object', properties: { p: deep } };
    expect(schemaOf(spec({ name: 'v1', schema: { openAPIV3Schema: deep } })).properties.p.type).toBe('object');
  });

  it('may be of the first kind that there was', () => {
    const [widget] = definitions;
    const [served] = widget?.spec.versions ?? [];
    const old = { group: 'x.example', names, version: 'v1', validation: served?.schema ?? null };
    expect(schemaOf({ spec: old }).properties.spec).toMatchObject({ type: 'object' });
    const listed = { group: 'x.example', names, versions: [{ name: 'v1' }], validation: served?.schema ?? null };
    expect(schemaOf({ spec: listed }).properties.spec).toMatchObject({ type: 'object' });
  });
});
