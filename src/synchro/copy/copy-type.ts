import type { ResourceInventory } from '@clusterdex/storage-contract';
import { eventRecord, isEventType } from '../import/event-record.js';
import { type RetryOptions, retry } from '../import/retry.js';
import { type Comparison, compareType, type DifferenceVisitor } from './compare-type.js';
import { toObjectEvent } from './copied-events.js';
import type { CopiedStorage } from './copied-storage.js';
import type { TypeCopy } from './copy-result.js';
import { CopyWriter } from './copy-writer.js';

export interface CopyTypeOptions {
  readonly source: CopiedStorage;
  readonly target: CopiedStorage;
  readonly cluster: string;
  readonly type: ResourceInventory;
  /** Whether to delete what only the target has. */
  readonly prune: boolean;
  readonly retry: RetryOptions;
  /** With how many objects of the source were read so far, from 0 again when a reading is repeated. */
  readonly onProgress: (phase: 'copying' | 'verifying', objects: number) => void;
  readonly onWritten: (written: { readonly copied: number; readonly deleted: number }) => void;
  readonly onFailure: (object: string, reason: string) => void;
}

/**
 * Makes a type of a cluster in the target what it is in the source: reads both sides side by side, and writes what differs. When there
 * was something to write, both are read again, so that the result says what the target holds and not what it was sent.
 */
export async function copyType(options: CopyTypeOptions): Promise<TypeCopy> {
  const writer = new CopyWriter({ ...options, onRefused: options.onFailure });
  let changes = 0;
  const visitor = createVisitor(options, writer, () => {
    changes++;
  });
  let found: Comparison;
  try {
    found = await compare(options, 'copying', visitor);
    await writer.finish();
  } finally {
    await writer.settle();
  }
  if (changes > 0) found = await compare(options, 'verifying');
  const { group, version, resource } = options.type;
  return { type: { group, version, resource }, ...found, copied: writer.copied, deleted: writer.deleted };
}

/** A connection that breaks while it is read costs a reading from the start; what was written is equal by then. */
function compare(
  options: CopyTypeOptions,
  phase: 'copying' | 'verifying',
  visitor?: DifferenceVisitor,
): Promise<Comparison> {
  const { source, target, cluster, type, onProgress, onFailure } = options;
  return retry(() => {
    let objects = 0;
    return compareType({
      source,
      target,
      cluster,
      type,
      signal: options.retry.signal,
      onObject: () => onProgress(phase, ++objects),
      onInvalid: (object, reason) => {
        if (visitor !== undefined) onFailure(object, reason);
      },
      ...(visitor === undefined ? {} : { visitor }),
    });
  }, options.retry);
}

function createVisitor(
  { cluster, type, target, prune }: CopyTypeOptions,
  writer: CopyWriter,
  onChange: () => void,
): DifferenceVisitor {
  const recordsInvolved = target.capabilities.events && isEventType(type);
  return {
    async upsert(object) {
      onChange();
      // Also those of objects that are not stored, which no list shows.
      const record = recordsInvolved ? eventRecord(object) : undefined;
      if (record !== undefined) await writer.addEvent(record);
      await writer.add({ type: 'upsert', object });
    },
    async extra({ namespace, name }) {
      if (!prune) return;
      onChange();
      await writer.add({ type: 'delete', namespace, name });
    },
    async events(object, events) {
      onChange();
      const uid = uidOf(object.json);
      for (const event of events) {
        const record = toObjectEvent(event, uid, cluster);
        if (record !== undefined) await writer.addEvent(record);
      }
    },
  };
}

function uidOf(json: Uint8Array): string {
  const { metadata } = JSON.parse(Buffer.from(json).toString()) as { metadata?: { uid?: unknown } };
  return typeof metadata?.uid === 'string' ? metadata.uid : '';
}
