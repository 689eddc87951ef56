import type { Random } from '../support/random.js';

const requirementParts = [
  'app',
  'tier',
  'search.clusterpedia.io/limit',
  'search.clusterpedia.io/query',
  'a/b/c',
  '-',
  '',
  'ü',
  '"',
  '\\',
  '__proto__',
  'x'.repeat(300),
];
const operators = ['=', '==', '!=', ' in ', ' notin ', '>', '<', '=~', '!', ' ', ''];
const values = [
  'web',
  '(a,b)',
  '(',
  ')',
  '(,,)',
  '1',
  '-1',
  '9'.repeat(30),
  '*',
  '\\,',
  '\\',
  "'",
  '%',
  '',
  '[0]',
  '[*]',
  '..',
  '🦀',
  '\u0000',
];

/** Something like a selector of labels or fields: well-formed now and then. */
export function drawSelector(random: Random): string {
  const count = random.pick([1, 1, 2, 3, 8]);
  const requirements = Array.from({ length: count }, () => {
    const key = random.chance(0.4) ? drawFieldPath(random) : random.pick(requirementParts);
    return `${random.chance(0.1) ? '!' : ''}${key}${random.pick(operators)}${random.pick(values)}`;
  });
  return requirements.join(random.pick([',', ',', ',', ',,', ' , ', ';']));
}

function drawFieldPath(random: Random): string {
  const parts = [
    'metadata',
    'spec',
    'status',
    'name',
    'containers',
    '[*]',
    '[0]',
    '[-1]',
    "['a.b']",
    '[',
    ']',
    '*',
    'x'.repeat(200),
  ];
  return Array.from({ length: random.pick([1, 2, 3, 60]) }, () => random.pick(parts)).join('.');
}

/** A token that somebody tampered with: a bit, its length, its alphabet, its place, or a token of another list. */
export function alterToken(random: Random, token: string): string {
  const at = random.integer(token.length + 1);
  switch (random.integer(9)) {
    case 0:
      return token.slice(0, at);
    case 1:
      return token.slice(0, at) + random.pick([...'aZ0-_=+/.~%']) + token.slice(at + 1);
    case 2:
      return token + token;
    case 3:
      return token.replaceAll('-', '+').replaceAll('_', '/');
    case 4:
      return Buffer.from(token, 'base64url').reverse().toString('base64url');
    case 5:
      return Buffer.from(`{"v":"meta.k8s.io/v1","rv":${random.integer(9)},"start":"\\u0000"}`).toString('base64');
    case 6:
      return flipBit(random, token);
    case 7:
      return random.hex(random.pick([1, 7, 64, 4000]));
    default:
      return token;
  }
}

function flipBit(random: Random, token: string): string {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length === 0) return '=';
  const at = random.integer(bytes.length);
  bytes.writeUInt8((bytes[at] ?? 0) ^ (1 << random.integer(8)), at);
  return bytes.toString('base64url');
}
