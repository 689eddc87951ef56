export type Random = (below: number) => number;

/** Integers from a seed (mulberry32), the same on every machine. */
export function createRandom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export interface RandomObject {
  [member: string]: unknown;
  readonly metadata: { readonly annotations?: Record<string, string>; readonly [member: string]: unknown };
}

const texts = [
  '',
  'a',
  'web-1',
  'é',
  '😀',
  '"',
  '\\',
  '{"a":1}',
  ' ',
  '\n',
  '\u0000',
  '\u2028',
  'x'.repeat(100),
  '//',
  '\ud800',
];
const numbers = [0, -1, 1.5, 1e21, 1e-7, 123456789];

export function randomObject(random: Random): RandomObject {
  const object: [string, unknown][] = [
    ['apiVersion', 'apps/v1'],
    ['kind', 'Deployment'],
    ['metadata', randomMetadata(random)],
    ['spec', randomValue(random, 4)],
    ['status', randomValue(random, 2)],
    [pick(random, texts), randomValue(random, 1)],
  ];
  return Object.fromEntries(shuffle(random, object)) as RandomObject;
}

function randomMetadata(random: Random): object {
  const metadata: [string, unknown][] = [
    ['name', 'a'],
    ['labels', { app: 'web', [`k${random(5)}`]: 'é' }],
    ['resourceVersion', String(random(1000))],
  ];
  if (random(2) === 0) metadata.push(['managedFields', [randomValue(random, 3)]]);
  if (random(2) === 0) {
    const annotations = { a: pick(random, texts), 'kubectl.kubernetes.io/last-applied-configuration': '{}', b: 'c' };
    metadata.push(['annotations', Object.fromEntries(shuffle(random, Object.entries(annotations)).slice(random(3)))]);
  }
  return Object.fromEntries(shuffle(random, metadata));
}

function randomValue(random: Random, depth: number): unknown {
  const kind = random(depth > 0 ? 7 : 5);
  if (kind < 2) return pick(random, texts);
  if (kind === 2) return pick(random, numbers);
  if (kind === 3) return pick(random, [true, false, null]);
  if (kind === 4) return random(2) === 0 ? [] : {};
  const values = Array.from({ length: random(5) }, () => randomValue(random, depth - 1));
  return kind === 5 ? values : Object.fromEntries(values.map((value, index) => [pick(random, texts) + index, value]));
}

/** The same JSON with white space between some of its tokens. */
export function respace(random: Random, json: string): string {
  if (random(3) === 0) return json;
  return json.replace(
    /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^"{}[\]:,]+/g,
    (token) => pick(random, ['', '', ' ', '\n  ', '\t\r\n']) + token,
  );
}

/** The text with one small fault, or what may be one. */
export function mutate(random: Random, json: string): string {
  const at = random(json.length);
  const insert = pick(random, [...'{}[]:,"\\0123456789eE+-.tfnu \n\u0001', 'null', 'true', '\\u00', '']);
  return json.slice(0, at) + insert + json.slice(at + random(3));
}

function shuffle<Item>(random: Random, items: readonly Item[]): Item[] {
  const shuffled = [...items];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [shuffled[i], shuffled[j]] = [shuffled[j] as Item, shuffled[i] as Item];
  }
  return shuffled;
}

function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[random(items.length)] as Item;
}
