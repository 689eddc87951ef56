import type { ClusterConnection } from '../connection/cluster-connection.js';

/** Takes what a cluster says of a type, in its order. Every call is awaited before the next one. */
export interface ReflectorHandler {
  /** All that is there follows; what was there and does not follow is gone. `again` when it was begun before and broke off. */
  onReplaceBegin(): Promise<void>;
  /** The bytes are valid until the call returns, or its promise settles. */
  onItem(json: Buffer): Promise<void> | undefined;
  /** All that is there was handed over, as of `resourceVersion`. */
  onReplaceEnd(resourceVersion: string): Promise<void>;
  onChange(type: 'ADDED' | 'MODIFIED' | 'DELETED', json: Buffer): Promise<void> | undefined;
  /** The piece that came is handed over: nothing more is known to wait. */
  onPause(): void;
  /** The cluster has another history now: a version that is known may stand for other bytes. All that is there follows. */
  onHistoryLost(): void;
  /** Something that is no event. */
  onFault(reason: string, excerpt: string): void;
}

export interface ReflectorSource {
  readonly connection: ClusterConnection;
  readonly path: string;
  readonly labelSelector: string | undefined;
  readonly fieldSelector: string | undefined;
  readonly pageSize: number;
}

/** Milliseconds between two pieces of what should come at once. */
export const stallTimeout = 60_000;

export function selectorQuery({ labelSelector, fieldSelector }: ReflectorSource): Record<string, string | undefined> {
  return { labelSelector, fieldSelector };
}
