import { InvalidObjectError, skipJsonSpace, skipJsonValue } from '@clusterdex/storage-contract';

/** What tells whether an object is stored already. */
export interface ObjectIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly resourceVersion: string;
}

const quote = 0x22;
const wanted = 3;

/**
 * Reads no more of an object than it takes to find them; undefined for what is no object with a name, which whoever reads all of it will
 * say better.
 */
export function readIdentity(json: Buffer): ObjectIdentity | undefined {
  try {
    const input = { bytes: json, spaces: 0 };
    const metadata = findMember(input, skipJsonSpace(input, 0), 'metadata');
    if (metadata === undefined || json[metadata] !== 0x7b) return undefined;
    let namespace = '';
    let name = '';
    let resourceVersion = '';
    let found = 0;
    for (const [key, start, end] of members(input, metadata)) {
      if (key === 'name') name = text(json, start, end);
      else if (key === 'namespace') namespace = text(json, start, end);
      else if (key === 'resourceVersion') resourceVersion = text(json, start, end);
      else continue;
      if (++found === wanted) break;
    }
    return name === '' ? undefined : { namespace, name, resourceVersion };
  } catch (error) {
    if (error instanceof InvalidObjectError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

interface Input {
  readonly bytes: Buffer;
  spaces: number;
}

function findMember(input: Input, object: number, name: string): number | undefined {
  for (const [key, start] of members(input, object, name)) if (key === name) return start;
  return undefined;
}

/** The members of the object at `at`, each as key and span of its value; the value of `unread` is not read, and the last. */
function* members(input: Input, at: number, unread?: string): Generator<readonly [string, number, number]> {
  const { bytes } = input;
  if (bytes[at] !== 0x7b) return;
  let i = skipJsonSpace(input, at + 1);
  while (bytes[i] === quote) {
    const keyEnd = skipJsonValue(input, i, 1);
    const key = bytes.toString('latin1', i + 1, keyEnd - 1);
    const start = skipJsonSpace(input, skipJsonSpace(input, keyEnd) + 1);
    if (key === unread) {
      yield [key, start, start];
      return;
    }
    const end = skipJsonValue(input, start, 1);
    yield [key, start, end];
    i = skipJsonSpace(input, end);
    if (bytes[i] !== 0x2c) return;
    i = skipJsonSpace(input, i + 1);
  }
}

/** '' for a value that is no text. */
function text(json: Buffer, start: number, end: number): string {
  const raw = json.toString('utf8', start, end);
  if (raw[0] !== '"') return '';
  return raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
}
