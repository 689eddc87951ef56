import assert from 'node:assert/strict';
import type { ListOptions } from '../../list-options.js';
import { prepareObject } from '../../prepare-object.js';
import type { ResourceType } from '../../resource-type.js';
import { parseFullText } from '../../selection/index.js';
import type { ObjectChange } from '../../stored-object.js';
import type { ConformanceCase } from '../conformance-case.js';
import { list, listCollection, listPages, textOf } from '../listing.js';
import { deployments, pods, store, type TestObject, testObject } from '../test-objects.js';
import { revisionOf, summaries, watchPods } from '../watching.js';

const needs = ['fullText'] as const;
const secrets: ResourceType = { group: '', version: 'v1', resource: 'secrets', kind: 'Secret', namespaced: true };
const configMaps: ResourceType = { ...secrets, resource: 'configmaps', kind: 'ConfigMap' };

/** The option of a query in the words of a client. */
function words(query: string): Pick<ListOptions, 'fullText'> {
  const fullText = parseFullText(query);
  assert.ok(fullText);
  return { fullText };
}

/** An object whose members stand beside its metadata. */
function withMembers(name: string, type: ResourceType, members: object): TestObject {
  const metadata = {
    name,
    namespace: 'n1',
    uid: `${type.resource}.${name}`,
    resourceVersion: '77123',
    ...('metadata' in members && (members.metadata as object)),
  };
  const json = JSON.stringify({ apiVersion: 'v1', kind: type.kind, ...members, metadata });
  return { cluster: 'c1', type, prepared: prepareObject(Buffer.from(json), { cluster: 'c1' }) };
}

const container = (image: string, more: object = {}) => ({ containers: [{ name: 'main', image, ...more }] });
const fleet: readonly TestObject[] = [
  testObject('web-1', {
    labels: { 'app.kubernetes.io/part-of': 'shop', tier: 'front-end' },
    annotations: { 'acme.example/contact': 'Team Blue <blue@acme.example>', note: 'tab\there "quoted" C:\\temp' },
    spec: container('docker.io/library/nginx:1.27.3', { ports: [8080, 9090] }),
  }),
  testObject('web-2', {
    namespace: 'n2',
    spec: { ...container('ghcr.io/acme/nginx-ingress/controller:v1.2'), replicas: 3, ratio: 0.25, temperature: -40 },
  }),
  testObject('db-1', {
    cluster: 'west-2',
    created: '2024-05-17T11:22:33Z',
    spec: { message: 'Back-off restarting failed container', reason: 'CrashLoopBackOff', enabled: true, nothing: null },
  }),
  testObject('umlaut', {
    spec: { text: 'Größe ÉCLAIR ΟΔΥΣΣΕΥΣ İstanbul', wide: 'ｆｕｌｌ－ｗｉｄｔｈ', ligature: 'ﬁnal' },
  }),
  testObject('cjk', { spec: { text: '上海浦东新区', kana: 'サーバーが停止', hangul: '서버 중지' } }),
  testObject('odd', {
    spec: { 'a member': 'x', list: [['deep', ['deeper']], { inner: 'innermost' }], empty: '', blank: ' - ' },
  }),
  testObject('escaped', { spec: '{"text":"\\u0061lpha\\nbeta\\u0000gamma \\ud83d\\ude00 \\ud800 smile"}' }),
  testObject('long', { spec: { text: `${'lorem ipsum '.repeat(20_000)}needle`, blob: 'b'.repeat(100_000) } }),
  testObject('split', { spec: { one: 'next', two: 'neighbour', three: ['first', 'second'] } }),
];

function finds(name: string, query: string, expected: readonly string[], more: ListOptions = {}): ConformanceCase {
  return {
    name,
    needs,
    fleet,
    async run({ storage }) {
      const { names } = await list(storage, { ...more, ...words(query) });
      assert.deepEqual([...names].sort(), [...expected].sort(), `query=${query}`);
    },
  };
}

function eachFinds(name: string, queries: Readonly<Record<string, readonly string[]>>): ConformanceCase {
  return {
    name,
    needs,
    fleet,
    async run({ storage }) {
      for (const [query, expected] of Object.entries(queries)) {
        const { names } = await list(storage, words(query));
        assert.deepEqual([...names].sort(), [...expected].sort(), `query=${query}`);
      }
    },
  };
}

const put = (name: string, resourceVersion: string, text: string): ObjectChange => ({
  type: 'upsert',
  object: testObject(name, { resourceVersion, spec: { text } }).prepared,
});

export const fullTextCases: readonly ConformanceCase[] = [
  finds('a word is found in an image', 'nginx', ['web-1', 'web-2']),
  finds('a word is found as a whole', 'ngin', []),
  finds('all words have to be found', 'nginx shop', ['web-1']),
  finds('words are found in upper and lower case', 'CRASHLOOPBACKOFF container', ['db-1']),
  finds('one of the alternatives is enough, and binds closer than a blank', 'nginx 8080 OR v1', ['web-1', 'web-2']),
  finds('alternatives may be several', 'shop OR crashloopbackoff OR needle', ['db-1', 'long', 'web-1']),
  finds('what is excluded is not found', 'nginx -ingress', ['web-1']),
  finds('a query may do nothing but exclude', '-nginx -x -next -crashloopbackoff -lorem -alpha', ['cjk', 'umlaut']),
  finds('a phrase is found as it stands', '"back off restarting"', ['db-1']),
  finds('the words of a phrase stand next to each other', '"back restarting"', []),
  finds('the words of a phrase stand in their order', '"restarting off"', []),
  finds('a phrase does not go from one text to the next', '"next neighbour"', []),
  finds('a phrase does not go from one element of a list to the next', '"first second"', []),
  finds('a phrase may be excluded', 'nginx -"nginx ingress"', ['web-1']),
  finds('a word with other characters in it is a phrase', 'nginx-ingress/controller:v1.2', ['web-2']),
  finds('a phrase of an image does not match another tag', 'nginx:1.28', []),
  finds('the beginning of a word finds it', 'crashl*', ['db-1']),
  finds('the beginning of a word is no part of it', 'loopback*', []),
  finds('a phrase may end with the beginning of a word', '"restarting fail"*', ['db-1']),
  finds('the beginning of a word may be excluded', 'nginx -ingr*', ['web-1']),
  finds('a word is found by itself as its own beginning', 'controller*', ['web-2']),
  eachFinds('names, namespaces, clusters and kinds are found', {
    'web-1': ['web-1'],
    n2: ['web-2'],
    'west-2': ['db-1'],
    'pod shop': ['web-1'],
    'c1.pods.n2.web-2': ['web-2'],
  }),
  eachFinds('keys and values of labels and annotations are found, and one behind the other', {
    'part-of': ['web-1'],
    'app.kubernetes.io/part-of=shop': ['web-1'],
    'tier:front': ['web-1'],
    'front-end': ['web-1'],
    'blue@acme.example': ['web-1'],
    'contact team blue': ['web-1'],
    'temp quoted': ['web-1'],
  }),
  eachFinds('names of other members are not found', { containers: [], image: [], '"a member"': [], inner: [] }),
  eachFinds('numbers are found as they stand', {
    8080: ['web-1'],
    '0.25': ['web-2'],
    40: ['web-2'],
    3: ['web-1', 'web-2'],
    '"-40"': ['web-2'],
  }),
  eachFinds('booleans, null and times are not found', { true: [], null: [], 2024: [], '11:22': [] }),
  eachFinds('letters of other scripts are found in upper and lower case', {
    GRÖSSE: [],
    GRÖßE: ['umlaut'],
    éclair: ['umlaut'],
    'e\u0301clair': ['umlaut'],
    οδυσσευσ: ['umlaut'],
    ΟΔΥΣΣ: [],
    'ΟΔΥΣΣ*': ['umlaut'],
    'full-width': ['umlaut'],
    FINAL: ['umlaut'],
    grosse: [],
  }),
  eachFinds('of scripts without blanks every part of a text is found', {
    上海: ['cjk'],
    浦东: ['cjk'],
    东浦: [],
    停止: ['cjk'],
    '"サーバー"': ['cjk'],
    서버: ['cjk'],
    '서버*': ['cjk'],
  } as Readonly<Record<string, readonly string[]>>),
  eachFinds('texts at any depth are found', { deeper: ['odd'], innermost: ['odd'] }),
  eachFinds('texts with escapes are found', {
    'alpha beta': ['escaped'],
    '"alpha beta gamma"': ['escaped'],
    smile: ['escaped'],
  }),
  eachFinds('long texts are found to their end, long words by their first 128 characters', {
    needle: ['long'],
    [`${'b'.repeat(128)}`]: ['long'],
    [`${'b'.repeat(500)}`]: ['long'],
    [`${'b'.repeat(127)}`]: [],
    [`${'b'.repeat(100)}*`]: ['long'],
  }),
  finds('words combine with other conditions', 'nginx', ['web-2'], { namespaces: { in: ['n2'] } }),
  eachFinds('characters that mean something elsewhere mean nothing in a search for words', {
    "\"' OR '1'='1\"": [],
    'x_y%': [],
    '"nginx\\* NEAR(web, 5)"': [],
    '"nginx) & !(shop"': [],
    '"lorem | needle"': [],
    'rowid:1': [],
    'NEAR/5': [],
    '^lorem': ['long'],
    '!lorem': ['long'],
    '+lorem': ['long'],
    'lorem~': ['long'],
    '/lorem/': ['long'],
    '[lorem]': ['long'],
    '{lorem}': ['long'],
    '<lorem>': ['long'],
    "'lorem'": ['long'],
    '\u0000lorem\ud800': ['long'],
    'lorem|ipsum&': ['long'],
    $lorem: ['long'],
    'or ipsum': [],
  }),
  {
    name: 'values of Secrets are never found, by no query',
    needs,
    async run({ storage }) {
      const token = Buffer.from('hunter2').toString('base64');
      await store(storage, [
        withMembers('credentials', secrets, {
          type: 'Opaque',
          data: { 'tls.key': token, plainword: 'topsecret' },
          stringData: { other: 'topsecret' },
          metadata: { labels: { team: 'blue' }, annotations: { 'acme.example/token': 'topsecret' } },
        }),
        withMembers('settings', configMaps, {
          data: { 'nginx.conf': 'worker_processes 4' },
          binaryData: { 'logo.png': 'topsecret' },
        }),
      ]);
      for (const query of [
        'topsecret',
        'topsec*',
        token,
        `${token.slice(0, 4)}*`,
        'other=topsecret',
        '"tls.key" topsecret',
      ]) {
        assert.deepEqual((await list(storage, words(query), secrets)).names, [], `query=${query}`);
        assert.deepEqual((await list(storage, words(query), configMaps)).names, [], `query=${query}`);
      }
      for (const query of [
        'tls.key',
        'plainword',
        'opaque',
        'team=blue',
        'credentials',
        'acme.example/token',
        '-topsecret',
      ]) {
        assert.deepEqual((await list(storage, words(query), secrets)).names, ['credentials'], `query=${query}`);
      }
      for (const query of ['nginx.conf', 'nginx.conf=worker_processes', 'logo.png']) {
        assert.deepEqual((await list(storage, words(query), configMaps)).names, ['settings'], `query=${query}`);
      }
      for (const query of ['77123', 'shadow', '"cluster name"']) {
        assert.deepEqual((await list(storage, words(query), configMaps)).names, [], `query=${query}`);
      }
    },
  },
  {
    name: 'a search for words says what is stored now',
    needs,
    async run({ storage }) {
      const { write } = storage.resourceStorage(pods);
      await storage.prepareCluster('c1');
      await write('c1', [put('a', '1', 'old words'), put('b', '1', 'old words'), put('b', '2', 'new words')]);
      assert.deepEqual((await list(storage, words('old'))).names, ['a']);
      await write('c1', [put('a', '2', 'new words')]);
      assert.deepEqual((await list(storage, words('old'))).names, []);
      assert.deepEqual((await list(storage, words('new'))).names, ['a', 'b']);
      await write('c1', [put('a', '1', 'old words'), { type: 'delete', namespace: 'n1', name: 'b' }]);
      assert.deepEqual((await list(storage, words('words'))).names, ['a']);
      await write('c1', [put('b', '3', 'back again')]);
      assert.deepEqual((await list(storage, words('words OR again'))).names, ['a', 'b']);
      await storage.cleanCluster('c1');
      assert.deepEqual((await list(storage, words('words OR again'))).names, []);
    },
  },
  {
    name: 'pages of a search for words, whole or metadata alone, are those of the list',
    needs: ['fullText', 'continueToken', 'remainingItemCount', 'orderBy', 'onlyMetadata'],
    async run({ storage }) {
      const objects = Array.from({ length: 30 }, (_, index) =>
        testObject(`p${String(index).padStart(2, '0')}`, { spec: { text: index % 3 === 0 ? 'third word' : 'other' } }),
      );
      await store(storage, objects);
      const expected = objects.map(({ prepared }) => prepared.name).filter((_, index) => index % 3 === 0);
      for (const query of ['third', '"third word"', 'thi*', '-other']) {
        for (const descending of [false, true]) {
          const orderBy = [{ by: { column: 'name' }, descending }] as const;
          const pages = await listPages(storage, {
            ...words(query),
            orderBy,
            limit: 4,
            withRemainingCount: true,
            onlyMetadata: true,
          });
          const names = pages.flatMap((page) => page.names);
          assert.deepEqual(names, descending ? expected.toReversed() : expected);
          assert.deepEqual(
            pages.map(({ remaining }) => remaining),
            [6, 2, 0],
          );
          for (const { json } of pages.flatMap((page) => page.objects)) assert.ok(!textOf(json).includes('"spec"'));
        }
      }
    },
  },
  {
    name: 'a collection is searched for words',
    needs: ['fullText', 'collectionResources'],
    async run({ storage }) {
      await store(storage, [
        testObject('a', { spec: { text: 'needle' } }),
        testObject('b', { type: deployments, spec: { text: 'needle' } }),
        testObject('c', { type: deployments, spec: { text: 'hay' } }),
      ]);
      assert.deepEqual((await listCollection(storage, 'any', { types: 'all', ...words('needle') })).names, ['a', 'b']);
      assert.deepEqual((await listCollection(storage, 'workloads', words('needle'))).names, ['b']);
    },
  },
  {
    name: 'a watch for words sees objects begin and stop to match',
    needs: ['fullText', 'watch'],
    async run({ storage }) {
      await store(storage, [testObject('a', { spec: { text: 'hay' } }), testObject('b', { spec: { text: 'needle' } })]);
      const watcher = watchPods(storage, await revisionOf(storage), words('"a needle" OR needles -rust*'));
      const { write } = storage.resourceStorage(pods);
      await write('c1', [put('a', '2', 'a needle'), put('b', '2', 'no needle'), put('a', '3', 'two needles')]);
      await write('c1', [put('a', '4', 'rusty needles'), put('b', '3', 'needles')]);
      const events = await watcher.events(4);
      assert.deepEqual(summaries(events), ['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED b']);
      await watcher.stop();
    },
  },
];
