import { InvalidObjectError, skipJsonObject, skipJsonSpace } from '@clusterdex/storage-contract';

export interface Breakage {
  /** Where the broken object begins, and where it turned out to be broken. */
  readonly start: number;
  readonly fault: number;
  /** Whether it is an item of a list, and if so of one that names the type of its items. */
  readonly isItem: boolean;
  readonly isTyped: boolean;
  /** Nothing follows behind the bytes. */
  readonly isLast: boolean;
}

export interface Resumption {
  readonly at: number;
  /** `at` is behind an object, else at the beginning of one. */
  readonly isBehindObject: boolean;
}

const patientBytes = 4 << 20;

/**
 * Where reading can go on behind a broken object: behind its last bracket when its brackets still match, else at the next object that is whole
 * and looks like one of Kubernetes. Undefined when that takes more bytes.
 */
export function findResumption(bytes: Buffer, breakage: Breakage): Resumption | undefined {
  const end = findEnd(bytes, breakage.start);
  if (end === 'more' && !breakage.isLast && bytes.length - breakage.start < patientBytes) return undefined;
  if (typeof end === 'number' && end > breakage.fault) {
    const isFollowed = isFollowedByObject(bytes, end, breakage);
    if (isFollowed === 'more') return undefined;
    if (isFollowed) return { at: end, isBehindObject: true };
  }
  return findNext(bytes, breakage);
}

/** The offset behind the bracket that closes the one at `start`; undefined when brackets do not match. */
function findEnd(bytes: Buffer, start: number): number | 'more' | undefined {
  if (bytes[start] !== 0x7b) return undefined;
  const open: number[] = [];
  for (let i = start; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === 0x22) {
      for (i++; i < bytes.length && bytes[i] !== 0x22; i++) if (bytes[i] === 0x5c) i++;
    } else if (byte === 0x7b || byte === 0x5b) {
      open.push(byte);
    } else if (byte === 0x7d || byte === 0x5d) {
      // A closing bracket stands two behind its opening one in ASCII.
      if (open.pop() !== byte - 2) return undefined;
      if (open.length === 0) return i + 1;
    }
  }
  return 'more';
}

function isFollowedByObject(bytes: Buffer, at: number, { isItem, isLast }: Breakage): boolean | 'more' {
  let next = nextByte(bytes, at);
  if (isItem && bytes[next] === 0x5d) return true;
  if (isItem && bytes[next] === 0x2c) next = nextByte(bytes, next + 1);
  else if (isItem && next < bytes.length) return false;
  if (next < bytes.length) return bytes[next] === 0x7b;
  return isLast ? !isItem : 'more';
}

function findNext(bytes: Buffer, breakage: Breakage): Resumption | undefined {
  for (let at = bytes.indexOf(0x7b, breakage.fault); at !== -1; at = bytes.indexOf(0x7b, at + 1)) {
    if (!mayBegin(bytes, at, breakage.isItem)) continue;
    const verdict = judgeCandidate(bytes, at, breakage);
    if (verdict === 'more' && !breakage.isLast) return undefined;
    if (verdict === 'object') return { at, isBehindObject: false };
  }
  return undefined;
}

/** Items stand behind a comma, documents at the beginning of a line. */
function mayBegin(bytes: Buffer, at: number, isItem: boolean): boolean {
  if (!isItem) return bytes[at - 1] === 0x0a;
  let before = at - 1;
  while (before >= 0 && isSpace(bytes[before])) before--;
  return bytes[before] === 0x2c;
}

function judgeCandidate(bytes: Buffer, at: number, { isItem, isTyped }: Breakage): 'object' | 'more' | 'none' {
  const input = { bytes, spaces: 0 };
  const names = new Set<string>();
  try {
    const end = skipJsonObject(input, at, 1, {
      key: (start, keyEnd) => void names.add(bytes.toString('utf8', start + 1, keyEnd - 1)),
      value: () => {},
    });
    if (!names.has('metadata') && !names.has('items')) return 'none';
    if (!isTyped && !(names.has('apiVersion') && names.has('kind'))) return 'none';
    if (!isItem) return 'object';
    const next = skipJsonSpace(input, end);
    if (next >= bytes.length) return 'more';
    return bytes[next] === 0x2c || bytes[next] === 0x5d ? 'object' : 'none';
  } catch (error) {
    if (!(error instanceof InvalidObjectError)) throw error;
    return (error.offset ?? 0) >= bytes.length ? 'more' : 'none';
  }
}

function nextByte(bytes: Buffer, at: number): number {
  let next = at;
  while (next < bytes.length && isSpace(bytes[next])) next++;
  return next;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
