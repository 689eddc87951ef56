import { drawRequest, type RandomRequest, type Vocabulary } from '../api/support/random-request.js';
import type { Random } from '../support/random.js';
import type { Attack, Http2Attack } from './attack.js';
import { drawBrokenHttp } from './broken-http.js';
import { alterToken, drawSelector } from './hostile-texts.js';

export interface Target {
  readonly vocabulary: Vocabulary;
  /** Continue tokens that the server gave out, with the lists that they are of. */
  readonly tokens: readonly { readonly path: string; readonly token: string }[];
}

const resources = '/apis/clusterpedia.io/v1beta1/resources';
const reviews = ['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'subjectaccessreviews'];
const forged: readonly (readonly [string, string])[] = [
  ['X-Remote-User', 'system:admin'],
  ['X-Remote-Group', 'system:masters'],
  ['X-Clusterpedia-Forward', 'true'],
  ['X-Clusterpedia-Proxy-Token', 'x'],
  ['X-Clusterpedia-Proxy-Ca', '!!'],
  ['Impersonate-User', 'system:admin'],
  ['Authorization', `Bearer ${'x'.repeat(5000)}`],
  ['X-Forwarded-For', '127.0.0.1, , ::1, x'],
  ['Audit-ID', '\u0001'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['Connection', 'keep-alive, Host, close'],
  ['Proxy-Connection', 'close'],
  ['TE', 'trailers'],
];

/** Well-formed requests with hostile values, mutilated ones, and clients that do not behave. */
export function drawAttack(random: Random, target: Target): Attack {
  const { vocabulary } = target;
  const turn = random.integer(100);
  if (turn < 50) return { kind: 'http1', name: 'at random', request: drawRequest(random, vocabulary) };
  if (turn < 60) return continueAttack(random, target);
  if (turn < 69)
    return get(
      'selector',
      `${listPath(random, vocabulary)}?${random.pick(['labelSelector', 'fieldSelector'])}=${encodeURIComponent(drawSelector(random))}`,
    );
  if (turn < 76) return watchAttack(random, vocabulary);
  if (turn < 80) return hugeAttack(random, vocabulary);
  if (turn < 85) return bodyAttack(random);
  if (turn < 90)
    return {
      kind: 'http1',
      name: 'broken HTTP',
      request: unknown(drawBrokenHttp(random)),
      pieces: random.pick([1, 1, 2, 5]),
    };
  if (turn < 94) return forgedAttack(random, vocabulary);
  return http2Attack(random, vocabulary);
}

function continueAttack(random: Random, { tokens }: Target): Attack {
  const { path } = random.pick(tokens);
  const token = alterToken(random, random.pick(tokens).token);
  const extra = random.pick([
    '',
    '&limit=1',
    '&limit=500',
    '&resourceVersion=0',
    '&continue=',
    '&orderby=name',
    '&labelSelector=a',
  ]);
  return get('continue token', `${path}?continue=${encodeURIComponent(token)}${extra}`);
}

function watchAttack(random: Random, vocabulary: Vocabulary): Attack {
  const revision = random.pick([
    '',
    '&resourceVersion=0',
    '&resourceVersion=1',
    '&resourceVersion=99999999999',
    '&resourceVersion=x',
  ]);
  const initial = random.pick([
    '',
    '',
    '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
    '&sendInitialEvents=1',
  ]);
  const selector = random.chance(0.3) ? `&fieldSelector=${encodeURIComponent(drawSelector(random))}` : '';
  const attack = get(
    'broken-off watch',
    `${listPath(random, vocabulary)}?watch=${random.pick(['1', 'true', 'True', '2', ''])}${revision}${initial}${selector}`,
  );
  return { ...attack, leaveAfter: random.pick([0, 1, 200, 5000, 100_000]) };
}

function hugeAttack(random: Random, vocabulary: Vocabulary): Attack {
  const list = listPath(random, vocabulary);
  const count = random.pick([100, 2000, 12_000]);
  const attacks: readonly (() => string)[] = [
    () =>
      `${list}?labelSelector=${encodeURIComponent(`app in (${Array.from({ length: count }, (_, index) => `v${index}`).join(',')})`)}`,
    () =>
      `${list}?fieldSelector=${Array.from({ length: count / 10 }, (_, index) => `metadata.name!=n${index}`).join('%2C')}`,
    () => `${list}?${'names=a&'.repeat(count)}`,
    () => `${list}?${'&'.repeat(count)}`,
    () => `${list}?limit=${'9'.repeat(count)}`,
    () => `${list}?query=${'a+OR+'.repeat(count / 10)}b`,
    () => `${list}?orderby=${'name,'.repeat(count)}`,
    () => `${list}/${'%2e%2e%2f'.repeat(count)}`,
    () => `${resources}/clusters/${'c'.repeat(count)}/api/v1/pods`,
    () => `/apis/clusterpedia.io/v1beta1/collectionresources/any?groups=${'apps/v1,'.repeat(count)}&limit=1`,
    () => `${list}?fieldSelector=${encodeURIComponent(`spec${'.a'.repeat(count)}=1`)}`,
    () => `${list}?namespaces=${Array.from({ length: count }, (_, index) => `ns${index}`).join(',')}&limit=1`,
  ];
  return get('huge', random.pick(attacks)());
}

function bodyAttack(random: Random): Attack {
  const path = `/apis/authorization.k8s.io/v1/${random.pick(reviews)}`;
  const root = random.pick(['', resources, `${resources}/clusters/alpha`]);
  const type = random.pick([
    'application/json',
    'application/vnd.kubernetes.protobuf',
    'application/yaml',
    'text/plain',
    '',
  ]);
  const body = random.pick([
    '',
    'null',
    '[]',
    '"x"',
    '{"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","spec":null}',
    '{"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","spec":{"resourceAttributes":{"verb":{"__proto__":1}}}}',
    '{"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","spec":{"resourceAttributes":[],"nonResourceAttributes":0}}',
    '{"kind":{"toString":1},"apiVersion":[]}',
    '['.repeat(30_000),
    `{"a":"${'x'.repeat(70_000)}"}`,
    'k8s\0\n\x12authorization.k8s.io',
    `k8s\0${'\xff'.repeat(200)}`,
    `k8s\0${'\x0a\x7f'.repeat(50)}`,
    '\0'.repeat(1000),
  ]);
  const method = random.pick(['POST', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
  return send('body', { method, target: root + path, headers: [`Content-Type: ${type}`], body });
}

function forgedAttack(random: Random, vocabulary: Vocabulary): Attack {
  const headers = random.some(forged, 1, 4).map(([name, value]) => `${name}: ${value}`);
  const cluster = `${resources}/clusters/${random.pick([...vocabulary.clusters, 'ghost', ''])}`;
  const target = random.pick([
    `${cluster}/proxy/api/v1/secrets`,
    `${cluster}/proxy/../../..//metrics`,
    `${cluster}/proxy`,
    `${cluster}/api/v1/namespaces/shop/pods/web/log?follow=true`,
    `${cluster}/api/v1/namespaces/shop/pods/web/proxy/etc/passwd`,
    `${cluster}/api/v1/nodes/worker-1/proxy/run`,
    `${cluster}/api/v1/pods?labelSelector=search.clusterpedia.io%2Fforward`,
    `${resources}/api/v1/pods?labelSelector=search.clusterpedia.io%2Fforward%2Ca%3D1`,
  ]);
  const method = random.pick(['GET', 'GET', 'POST', 'DELETE', 'PATCH']);
  return { ...send('forged headers', { method, target, headers, body: '' }), pieces: random.pick([1, 1, 3]) };
}

function http2Attack(random: Random, vocabulary: Vocabulary): Http2Attack {
  const cancel = random.pick([
    'never',
    'never',
    'never',
    'at once',
    'with the headers',
    'with the first data',
  ] as const);
  const path = random.chance(0.3)
    ? random.pick([
        '*',
        '',
        '//',
        'x',
        '/%',
        '/%ff',
        '/\u00ff',
        `/${'a/'.repeat(20_000)}`,
        `${resources}/api/v1/pods?watch=1&timeoutSeconds=1`,
      ])
    : `${listPath(random, vocabulary)}?${random.pick(['limit', 'labelSelector', 'fieldSelector', 'continue', 'query'])}=${encodeURIComponent(drawSelector(random))}`;
  const method = random.pick(['GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'BREW']);
  const headers = {
    ':method': method,
    ':path': path,
    accept: random.pick([
      '*/*',
      'application/json;as=Table;v=v1;g=meta.k8s.io',
      ';;',
      'application/vnd.kubernetes.protobuf',
    ]),
    ...(random.chance(0.2) ? { ':authority': random.pick(['evil.example', '', 'a'.repeat(5000), '[']) } : {}),
    ...(random.chance(0.2) ? { 'x-odd': 'y'.repeat(random.pick([1, 60_000])) } : {}),
  };
  return {
    kind: 'http2',
    name: 'HTTP/2',
    headers,
    cancel,
    ...(method === 'POST' || method === 'PUT' ? { body: 'x'.repeat(random.pick([1, 100_000])) } : {}),
  };
}

function listPath(random: Random, { clusters, namespaces, resources: types }: Vocabulary): string {
  const version = random.pick(Object.keys(types));
  const cluster = random.chance(0.6) ? `/clusters/${random.pick(clusters)}` : '';
  const namespace = random.chance(0.3) ? `/namespaces/${random.pick(namespaces)}` : '';
  return `${resources}${cluster}/${version}${namespace}/${random.pick(types[version] ?? [])}`;
}

interface Plain {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: string;
}

function get(name: string, target: string): Attack & { readonly kind: 'http1' } {
  return send(name, { method: 'GET', target, headers: [], body: '' });
}

function send(name: string, { method, target, headers, body }: Plain): Attack & { readonly kind: 'http1' } {
  const content = Buffer.from(body, 'latin1');
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers];
  if (method !== 'GET') lines.push(`Content-Length: ${content.length}`);
  const bytes = Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), content]);
  return { kind: 'http1', name, request: { bytes, head: method === 'HEAD', mutated: false } };
}

function unknown(bytes: Buffer): RandomRequest {
  return { bytes, head: false, mutated: true };
}
