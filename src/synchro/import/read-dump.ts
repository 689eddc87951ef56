import { detectFormat } from './detect-format.js';
import type { DumpPart, Splitter } from './dump-part.js';
import { createJsonSplitter } from './json-splitter.js';
import { createYamlSplitter } from './yaml-splitter.js';

const beginningBytes = 4096;

/**
 * The objects of a dump, whatever its form and size, chunk by chunk in flat memory. When the chunks end with an error, what they
 * held before comes first. Throws NotADumpError for what holds no objects.
 */
export async function* readDump(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly DumpPart[]> {
  let splitter: Splitter | undefined;
  let beginning: Buffer = Buffer.alloc(0);
  let failure: { readonly error: unknown } | undefined;
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await iterator.next().catch((error: unknown) => {
        failure = { error };
        return { done: true as const, value: undefined };
      });
      if (next.done === true) break;
      if (splitter === undefined) {
        beginning = Buffer.concat([beginning, next.value]);
        if (beginning.length < beginningBytes && !isTelling(beginning)) continue;
        splitter = createSplitter(beginning);
        yield* collect(splitter.push(beginning));
      } else {
        yield* collect(splitter.push(next.value));
      }
    }
    if (splitter === undefined && (failure === undefined || beginning.length > 0)) {
      splitter = createSplitter(beginning);
      yield* collect(splitter.push(beginning));
    }
    if (splitter !== undefined) yield* collect(splitter.end());
    if (failure !== undefined) throw failure.error;
  } finally {
    await iterator.return?.();
  }
}

/** What was found before an error is not lost by it. */
function* collect(parts: Iterable<DumpPart>): Generator<readonly DumpPart[]> {
  const found: DumpPart[] = [];
  try {
    for (const part of parts) found.push(part);
  } catch (error) {
    yield found;
    throw error;
  }
  yield found;
}

/** A pipe may bring little at a time: JSON is known by its first two tokens. */
function isTelling(beginning: Buffer): boolean {
  return /^\s*[{[]\s*\S/.test(beginning.toString('latin1'));
}

function createSplitter(beginning: Buffer): Splitter {
  return detectFormat(beginning.subarray(0, beginningBytes)) === 'json' ? createJsonSplitter() : createYamlSplitter();
}
