import { closeSync, createWriteStream, openSync, readSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { generateFleet } from '../support/fleet.js';
import type { ObjectKey } from './subject.js';

/** Where the pods of a fleet lie: one line of JSON each, cluster by cluster. */
export interface PodFile {
  readonly file: string;
  /** Keys spread over the whole fleet. */
  readonly keys: readonly ObjectKey[];
  readonly segments: readonly PodSegment[];
}

/** Neighbours in the file, of one cluster. */
export interface PodSegment {
  readonly cluster: string;
  readonly start: number;
  readonly bytes: number;
  readonly pods: number;
}

const keptKeys = 1000;
const segmentPods = 2500;

/** Generates the pods once, so that a process which measures its memory does not have to. */
export async function writePodFile(
  file: string,
  options: { readonly seed: number; readonly pods: number },
): Promise<PodFile> {
  const keys: ObjectKey[] = [];
  const segments: PodSegment[] = [];
  let index = 0;
  let offset = 0;
  let segment: PodSegment | undefined;
  const lines = function* (): Generator<Buffer> {
    for (const { cluster, type, object } of generateFleet({ ...options, bucketSize: 10 })) {
      if (type.resource !== 'pods') continue;
      const line = Buffer.from(`${JSON.stringify(object)}\n`);
      if (segment === undefined || segment.cluster !== cluster || segment.pods === segmentPods) {
        if (segment !== undefined) segments.push(segment);
        segment = { cluster, start: offset, bytes: 0, pods: 0 };
      }
      segment = { ...segment, bytes: segment.bytes + line.length, pods: segment.pods + 1 };
      if (index % Math.max(1, Math.floor(options.pods / keptKeys)) === 0) {
        keys.push([cluster, object.metadata.namespace ?? '', object.metadata.name]);
      }
      offset += line.length;
      index += 1;
      yield line;
    }
  };
  await pipeline(lines, createWriteStream(file));
  if (segment !== undefined) segments.push(segment);
  return { file, keys, segments };
}

/** The pods of a segment, as parts of `memory`, which is used again for the next one. */
export function readSegment(file: string, segment: PodSegment, memory: Buffer): Buffer[] {
  const descriptor = openSync(file, 'r');
  let filled = 0;
  while (filled < segment.bytes) {
    filled += readSync(descriptor, memory, filled, segment.bytes - filled, segment.start + filled);
  }
  closeSync(descriptor);
  const pods: Buffer[] = [];
  for (let start = 0; start < segment.bytes; ) {
    const end = memory.indexOf(0x0a, start);
    pods.push(memory.subarray(start, end));
    start = end + 1;
  }
  return pods;
}
