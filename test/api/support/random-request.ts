import { parameters } from '../../../src/query/parameters.js';
import type { Random } from '../../support/random.js';

/** A request as bytes, and what there is to know of it in advance. */
export interface RandomRequest {
  readonly bytes: Buffer;
  /** The answer has no body. */
  readonly head: boolean;
  /** The bytes were changed behind the generator's back: nothing is known of them. */
  readonly mutated: boolean;
}

/** What stored objects are about, so that well-formed requests find some. */
export interface Vocabulary {
  readonly clusters: readonly string[];
  readonly namespaces: readonly string[];
  readonly names: readonly string[];
  /** `api/v1`, `apis/apps/v1` … with their resources. */
  readonly resources: Readonly<Record<string, readonly string[]>>;
}

const oddTexts = [
  '',
  ' ',
  '0',
  '-1',
  '1.5',
  '9'.repeat(20),
  'true',
  'perhaps',
  '*',
  '%',
  '%00',
  '%zz',
  '%c3%28',
  '%F0%9F%A6%80',
  '%25',
  '..',
  '%2e%2e',
  '%2F',
  "'",
  '"',
  '\\',
  '(',
  ')',
  'a in (',
  'a,,b',
  '=',
  '__proto__',
  'constructor',
  'ü',
  'x'.repeat(300),
  '[',
  ']',
  '{"a":1}',
  'null',
  'undefined',
  'NaN',
  '2024-02-30',
  '1e999',
];
const types = [
  'application/json',
  'application/yaml',
  '*/*',
  'application/*',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=Table;v=v1beta1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf',
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  'application/json;q=0.5',
  'application/json;q=0',
  'text/html',
  'text/csv;q=2',
];
const otherHeaders: readonly (readonly [string, readonly string[]])[] = [
  ['Accept-Encoding', ['gzip', 'gzip;q=0', 'br, deflate', '*', 'identity', ';;', 'gzip, gzip, gzip']],
  ['If-None-Match', ['*', '"x"', 'W/"x"', '"', ',,,', 'x']],
  ['If-Modified-Since', ['yesterday', 'Sat, 21 Nov 2026 00:00:00 GMT']],
  ['Range', ['bytes=0-1', 'bytes=-', 'lines=1']],
  ['Authorization', ['Bearer x', 'Basic', 'Basic !!', '']],
  ['Content-Type', ['application/json', 'application/vnd.kubernetes.protobuf', 'no/such;;type', '']],
  ['User-Agent', ['kubectl/v1.32.4', 'Mozilla/5.0', 'curl/8', '']],
  ['Impersonate-User', ['mallory', '']],
  ['Cookie', ['a=b; c', ';']],
  ['X-Forwarded-Host', ['evil.example']],
  ['Upgrade', ['websocket', 'h2c', 'SPDY/3.1']],
  ['Sec-WebSocket-Protocol', ['v5.channel.k8s.io']],
  ['Expect', ['100-continue']],
  ['Kubectl-Command', ['kubectl get']],
];
const live = ['log', 'exec', 'status', 'scale', 'proxy/a/b', 'frob', 'status/x'];
const outer = [
  '/',
  '/api',
  '/apis',
  '/version',
  '/healthz',
  '/readyz?verbose',
  '/livez/ping',
  '/metrics',
  '/openapi/v2',
  '/openapi/v3',
  '/apis/cluster.clusterpedia.io/v1alpha2/pediaclusters',
  '/apis/clusterpedia.io',
  '/apis/clusterpedia.io/v1beta1',
  '/apis/clusterpedia.io/v1beta1/collectionresources',
];

/** Draws requests: well-formed, nearly so, and mutilated; each closes its connection. */
export function drawRequest(random: Random, vocabulary: Vocabulary): RandomRequest {
  const method = random.chance(0.85)
    ? 'GET'
    : random.pick(['HEAD', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'GETS']);
  const path = drawPath(random, vocabulary);
  const query = drawQuery(random);
  const target = query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`;
  const lines = [`${method} ${escapeTarget(target)} HTTP/1.1`, 'Host: localhost', 'Connection: close'];
  lines.push(...drawHeaders(random));
  const body = method === 'GET' || method === 'HEAD' ? '' : random.pick(['', '{}', '{"kind":', '\u0000']);
  if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
  const mutated = random.chance(0.25);
  return { bytes: mutated ? mutate(random, bytes) : bytes, head: method === 'HEAD', mutated };
}

function drawPath(random: Random, { clusters, namespaces, names, resources }: Vocabulary): string {
  const odd = (choices: readonly string[]): string =>
    random.chance(0.04) ? encodeURIComponent(random.pick(oddTexts)) : random.pick(choices);
  const kind = random.integer(20);
  if (kind === 0) return random.pick(outer);
  const base = '/apis/clusterpedia.io/v1beta1';
  if (kind === 1) return `${base}/collectionresources/${odd(['any', 'workloads', 'kuberesources', 'nope'])}`;
  const root = `${base}/resources${random.chance(0.7) ? `/clusters/${odd([...clusters, 'ghost'])}` : ''}`;
  if (kind === 2)
    return `${root}${random.pick(['/version', '/api', '/apis', '/openapi/v2', '/openapi/v3', '/healthz', '', '/'])}`;
  const version = random.pick(Object.keys(resources));
  if (kind === 3) return `${root}/${version}`;
  if (kind === 4) return `${root}/openapi/v3/${version}`;
  const watch = random.chance(0.03) ? '/watch' : '';
  const scope = random.chance(0.5) ? `/namespaces/${odd(namespaces)}` : '';
  const list = `${root}/${odd([version])}${watch}${scope}/${odd([...(resources[version] ?? []), 'frobnicators'])}`;
  if (random.chance(0.6)) return list;
  const object = `${list}/${odd(names)}`;
  return random.chance(0.8) ? object : `${object}/${random.pick(live)}`;
}

/** Parameters as the table of them has them as examples, with these values or with others. */
function drawQuery(random: Random): string {
  const pairs: string[] = [];
  for (let left = random.pick([0, 0, 1, 1, 2, 3, 6]); left > 0; left--) {
    const { examples, url = [] } = random.pick(parameters);
    if (url.length === 0) continue;
    const example = examples.length === 0 ? '' : random.pick(examples);
    if (example !== '' && random.chance(0.6)) pairs.push(...example.split('&').map(encodePair));
    else pairs.push(`${random.pick(url)}=${encodeValue(random, random.pick(oddTexts))}`);
  }
  if (random.chance(0.03)) pairs.push(`${random.pick(['frob', '', 'limit[]', 'LIMIT'])}=1`);
  // A watch that is asked for in earnest has no end of its own.
  if (pairs.some((pair) => pair.startsWith('watch'))) pairs.unshift('timeoutSeconds=1');
  return pairs.join('&');
}

function encodePair(pair: string): string {
  const equals = pair.indexOf('=');
  if (equals === -1) return encodeURIComponent(pair);
  return `${encodeURIComponent(pair.slice(0, equals))}=${encodeURIComponent(pair.slice(equals + 1))}`;
}

/** Encoded, as it stands, or encoded once too often. */
function encodeValue(random: Random, value: string): string {
  const encoded = encodeURIComponent(value);
  return random.pick([encoded, encoded, value, encodeURIComponent(encoded)]);
}

function drawHeaders(random: Random): string[] {
  const lines: string[] = [];
  if (random.chance(0.6)) lines.push(`Accept: ${random.some(types, 1, 3).join(', ')}`);
  for (const [name, values] of random.some(otherHeaders, 0, 2)) lines.push(`${name}: ${random.pick(values)}`);
  if (random.chance(0.02)) lines.push(`X-Long: ${'x'.repeat(random.pick([100, 70_000, 300_000]))}`);
  if (random.chance(0.02)) lines.push(`Accept: ${'a/b;c=d,'.repeat(random.pick([10, 10_000]))}`);
  if (random.chance(0.02)) lines.push(`X-Odd: ${random.pick(['ü', '\u0001', '\u007f', '🦀'])}`);
  return lines;
}

/** A request line has no blanks and no line ends in it; everything else is left to what reads it. */
function escapeTarget(target: string): string {
  return target.replace(/[\s]/g, encodeURIComponent);
}

function mutate(random: Random, bytes: Buffer): Buffer {
  let result = bytes;
  for (let left = random.pick([1, 1, 2, 4]); left > 0; left--) {
    const at = random.integer(result.length);
    const length = random.pick([1, 1, 2, 8]);
    const before = result.subarray(0, at);
    const after = result.subarray(at);
    switch (random.integer(5)) {
      case 0:
        result = Buffer.concat([before, after.subarray(length)]);
        break;
      case 1:
        result = Buffer.concat([before, Buffer.from(Array.from({ length }, () => random.integer(256))), after]);
        break;
      case 2:
        result = Buffer.concat([before, after.subarray(0, length), after]);
        break;
      case 3:
        result = Buffer.concat([before, Buffer.from([random.integer(256)]), after.subarray(1)]);
        break;
      default:
        result = Buffer.concat([before, Buffer.from(random.pick(oddTexts)), after]);
    }
  }
  return result;
}
