import { describe, expect, it } from '@jest/globals';
import { InvalidObjectError, maximumJsonDepth, type PreparedWithKind, prepareObject } from '../src/index.js';
import { createRandom, mutate, randomObject, respace } from './support/random-json.js';

const options = { cluster: 'prod-eu' };
const annotation = '"shadow.clusterpedia.io/cluster-name":"prod-eu"';

function prepare(json: string): PreparedWithKind {
  return prepareObject(Buffer.from(json), options);
}

function text(json: string): string {
  return Buffer.from(prepare(json).json).toString();
}

function pod(metadata: string, rest = ''): string {
  return `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"${metadata}}${rest}}`;
}

describe('prepareObject', () => {
  it('tells what a storage wants to know', () => {
    const {
      json: _,
      metadataEnd: __,
      ...facts
    } = prepare(`{
      "kind": "Pod", "apiVersion": "v1", "spec": {},
      "metadata": { "namespace": "shop", "name": "web-1", "uid": "u1", "resourceVersion": "9007199254740993",
        "creationTimestamp": "2024-02-29T10:00:00Z", "labels": { "app": "w\\u0065b", "__proto__": "x" },
        "ownerReferences": [ { "uid": "other" }, { "uid": "owner", "controller": true } ] }
    }`);
    expect(facts).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      namespace: 'shop',
      name: 'web-1',
      uid: 'u1',
      resourceVersion: '9007199254740993',
      createdAt: Date.UTC(2024, 1, 29, 10),
      ownerUid: 'owner',
      labels: JSON.parse('{"app":"web","__proto__":"x"}'),
    });
    expect(Object.keys(facts.labels)).toEqual(['app', '__proto__']);
  });

  it('reads absent and null members as none', () => {
    const nothing = { namespace: '', uid: '', resourceVersion: '', createdAt: undefined, ownerUid: '', labels: {} };
    expect(prepare(pod(''))).toMatchObject(nothing);
    const nulls = [
      'namespace',
      'uid',
      'resourceVersion',
      'creationTimestamp',
      'labels',
      'ownerReferences',
      'annotations',
    ];
    expect(prepare(pod(nulls.map((name) => `,"${name}":null`).join('')))).toMatchObject(nothing);
  });

  it('puts apiVersion, kind and metadata first and leaves the order of the rest', () => {
    expect(text('{"z":1,"metadata":{"uid":"u","name":"a"},"kind":"Pod","b":[2],"apiVersion":"v1","a":3}')).toBe(
      `{"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{${annotation}},"uid":"u","name":"a"},"z":1,"b":[2],"a":3}`,
    );
  });

  it('drops white space outside strings and nothing within', () => {
    const spaced =
      '\ufeff \t{\r\n "apiVersion" : "v1", "kind":"Pod" , "metadata": {\n"name":\t"a"} , "x": [ 1 , " \\" { " , { } , [ ] ] }\n';
    expect(text(spaced)).toBe(
      `{"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{${annotation}},"name":"a"},"x":[1," \\" { ",{},[]]}`,
    );
  });

  it('keeps the text of numbers and strings', () => {
    const values = '[9007199254740993,1.0,-0,1E+400,1e-7,"\\u00e9\\/é","\\ud800","\\u0000","😀"]';
    expect(text(pod('', `,"spec":${values}`))).toContain(`"spec":${values}}`);
  });

  it('takes out managedFields and the last applied configuration and sets the cluster', () => {
    const before = `"annotations":{"a":"1","kubectl.kubernetes.io/last-applied-configuration":"{}","shadow.clusterpedia.io/cluster-name":"x","b":"2"}`;
    const prepared = prepare(pod(`,"managedFields":[{"fieldsV1":{"f:a":{}}}],${before},"uid":"u"`));
    expect(Buffer.from(prepared.json).toString()).toBe(
      `{"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{${annotation},"a":"1","b":"2"},"name":"a","uid":"u"}}`,
    );
    expect(prepareObject(prepared.json, options).json).toEqual(prepared.json);
  });

  it('cuts the object down to its metadata at metadataEnd', () => {
    const { json, metadataEnd } = prepare(pod(',"labels":{"é":"ü"}', ',"spec":{}'));
    expect(JSON.parse(`${Buffer.from(json).toString('utf8', 0, metadataEnd)}}`)).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { annotations: { 'shadow.clusterpedia.io/cluster-name': 'prod-eu' }, name: 'a', labels: { é: 'ü' } },
    });
  });

  it('owns its bytes', () => {
    const shared = Buffer.from(`xx${pod('')}yy`);
    const { json } = prepareObject(shared.subarray(2, -2), options);
    const before = Buffer.from(json).toString();
    shared.fill(0);
    expect(Buffer.from(json).toString()).toBe(before);
    expect(json.buffer.byteLength).toBe(json.byteLength);
    prepare(pod('', ',"other":"object"'));
    expect(Buffer.from(json).toString()).toBe(before);
  });

  it('gives an item of a typed list its type, and lets an object speak for itself', () => {
    const typed = { ...options, apiVersion: 'v1', kind: 'Pod' };
    expect(prepareObject(Buffer.from('{"metadata":{"name":"a"}}'), typed)).toMatchObject({
      apiVersion: 'v1',
      kind: 'Pod',
    });
    const event = Buffer.from('{"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"a"}}');
    expect(prepareObject(event, typed)).toMatchObject({ apiVersion: 'events.k8s.io/v1', kind: 'Event' });
  });

  it('knows members by their name, however it is written', () => {
    expect(
      text(
        '{"\\u0061piVersion":"v1","kind":"P\\u006fd","\\u006detadata":{"n\\u0061me":"a","manag\\u0065dFields":[]},"\\u0078":1}',
      ),
    ).toBe(`{"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{${annotation}},"name":"a"},"x":1}`);
  });

  it('lets the last of equal members count and drops the others', () => {
    expect(
      text(
        '{"apiVersion":"v0","kind":"Pod","spec":1,"metadata":{},"apiVersion":"v1","spec":2,"metadata":{"name":"a","name":"b"}}',
      ),
    ).toBe(`{"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{${annotation}},"name":"b"},"spec":2}`);
  });

  it('takes the names that a kube-apiserver takes', () => {
    for (const name of ['system:Node', 'a b', 'é', '...', 'x'.repeat(300)]) {
      expect(prepare(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":${JSON.stringify(name)}}}`).name).toBe(name);
    }
  });

  it('reads times of any zone and precision', () => {
    expect(prepare(pod(',"creationTimestamp":"2024-01-01T01:30:00.123456789+01:30"')).createdAt).toBe(
      Date.UTC(2024, 0, 1, 0, 0, 0, 123),
    );
  });

  it('takes huge strings and lists', () => {
    const data = JSON.stringify('x\n"é'.repeat(1_000_000));
    expect(text(pod('', `,"data":${data},"list":[${'1,'.repeat(100_000)}1]`)).length).toBeGreaterThan(data.length);
  });

  it('takes the deepest nesting that it promises and refuses more, without overflowing the stack', () => {
    const nested = (levels: number) => pod('', `,"x":${'['.repeat(levels)}${']'.repeat(levels)}`);
    expect(text(nested(maximumJsonDepth - 1))).toContain('[[]]');
    for (const levels of [maximumJsonDepth, 100_000]) {
      expect(() => prepare(nested(levels))).toThrow(/expected at most 1000 levels .* found more/);
    }
    expect(() => prepare(pod('', `,"x":${'{"a":'.repeat(100_000)}`))).toThrow(/at most 1000 levels/);
  });

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['nothing', '', /^at byte 0: expected an object \("{"\), found the end$/],
    ['a list', '[]', /^at byte 0: expected an object \("{"\), found '\['$/],
    ['two objects', `${pod('')}{}`, /^at byte 56: expected nothing behind the object, found '{'$/],
    ['a cut object', '{"apiVersion":"v1","ki', /expected the end of the string that begins at byte 19, found the end/],
    ['a raw control character', pod('', ',"a":"\n"'), /expected an escaped control character, found byte 0x0a/],
    ['a raw NUL', pod('', ',\0"a":1'), /expected a member name, found byte 0x00/],
    ['words apart', pod('', ',"a":tr ue'), /expected the word true, found byte 0x20/],
    ['numbers apart', pod('', ',"a":[1 2]'), /expected "," or "]", found '2'/],
    ['a leading zero', pod('', ',"a":01'), /expected "," or "}", found '1'/],
    ['NaN', pod('', ',"a":NaN'), /expected a JSON value, found 'N'/],
    [
      'no apiVersion',
      '{"kind":"Pod","metadata":{"name":"a"}}',
      /^apiVersion: expected a non-empty string, found nothing$/,
    ],
    [
      'an empty kind',
      '{"apiVersion":"v1","kind":"","metadata":{"name":"a"}}',
      /^kind: expected a non-empty string, found ""$/,
    ],
    [
      'a numeric kind',
      '{"apiVersion":"v1","kind":7,"metadata":{"name":"a"}}',
      /^kind: expected a non-empty string, found 7$/,
    ],
    ['no metadata', '{"apiVersion":"v1","kind":"Pod"}', /^metadata: expected an object, found nothing$/],
    [
      'metadata that is none',
      '{"apiVersion":"v1","kind":"Pod","metadata":[]}',
      /^metadata: expected an object, found a list$/,
    ],
    [
      'no name',
      '{"apiVersion":"v1","kind":"Pod","metadata":{}}',
      /^metadata.name: expected a non-empty string, found nothing$/,
    ],
    ['a name of two segments', pod(',"name":"a/b"'), /^metadata.name: expected a name without .* found "a\/b"$/],
    ['a name that is a way', pod(',"name":".."'), /^metadata.name: expected a name without/],
    ['half a character', pod(',"name":"\\ud800"'), /^metadata.name: expected text without NUL and unpaired surrogates/],
    ['NUL in a name', pod(',"name":"a\\u0000"'), /^metadata.name: expected text without NUL/],
    ['a numeric namespace', pod(',"namespace":1'), /^metadata.namespace: expected a string, found 1$/],
    [
      'a numeric resourceVersion',
      pod(',"resourceVersion":1'),
      /^metadata.resourceVersion: expected a string, found 1$/,
    ],
    ['labels that are none', pod(',"labels":["a"]'), /^metadata.labels: expected an object, found a list$/],
    ['a label that is none', pod(',"labels":{"a":true}'), /^metadata.labels\["a"\]: expected a string, found true$/],
    ['annotations that are none', pod(',"annotations":""'), /^metadata.annotations: expected an object, found ""$/],
    [
      'an annotation that is none',
      pod(',"annotations":{"a":{}}'),
      /^metadata.annotations\["a"\]: expected a string, found an object$/,
    ],
    [
      'a day that is none',
      pod(',"creationTimestamp":"2023-02-29T00:00:00Z"'),
      /^metadata.creationTimestamp: expected an RFC 3339 time or null, found "2023-02-29T00:00:00Z"$/,
    ],
    [
      'a numeric time',
      pod(',"creationTimestamp":5'),
      /^metadata.creationTimestamp: expected an RFC 3339 time or null, found 5$/,
    ],
    [
      'owners that are none',
      pod(',"ownerReferences":{}'),
      /^metadata.ownerReferences: expected a list, found an object$/,
    ],
    [
      'an owner that is none',
      pod(',"ownerReferences":[1]'),
      /^metadata.ownerReferences\[0\]: expected an object, found 1$/,
    ],
  ];
  it.each(refused)('refuses %s', (_, json, message) => {
    expect(() => prepare(json)).toThrow(InvalidObjectError);
    expect(() => prepare(json)).toThrow(message);
  });

  it('refuses bytes that are no UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('{"apiVersion":"v1","kind":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(() => prepareObject(bytes, options)).toThrow('expected UTF-8, found bytes that are none');
  });
});

describe('prepareObject against JSON.parse, on random objects', () => {
  it.each([1, 2, 3])('keeps everything that it does not prune, seed %i', (seed) => {
    const random = createRandom(seed);
    for (let round = 0; round < 400; round++) {
      const object = randomObject(random);
      const prepared = prepareObject(Buffer.from(respace(random, JSON.stringify(object))), options);
      const { managedFields: _, annotations, ...metadata } = object.metadata;
      const { 'kubectl.kubernetes.io/last-applied-configuration': __, ...kept } = annotations ?? {};
      expect(JSON.parse(Buffer.from(prepared.json).toString())).toEqual({
        ...object,
        metadata: { ...metadata, annotations: { ...kept, 'shadow.clusterpedia.io/cluster-name': 'prod-eu' } },
      });
      expect(Object.keys(JSON.parse(Buffer.from(prepared.json).toString())).slice(0, 3)).toEqual([
        'apiVersion',
        'kind',
        'metadata',
      ]);
    }
  });

  it.each([4, 5, 6])('takes as JSON what JSON.parse takes, seed %i', (seed) => {
    const random = createRandom(seed);
    for (let round = 0; round < 3000; round++) {
      const json = mutate(random, respace(random, JSON.stringify(randomObject(random))));
      expect([isRefusedAsJson(json), json]).toEqual([!isJson(json), json]);
    }
  });
});

function isRefusedAsJson(json: string): boolean {
  try {
    prepare(json);
    return false;
  } catch (error) {
    if (!(error instanceof InvalidObjectError)) throw error;
    return /^at byte/.test(error.message);
  }
}

function isJson(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}
