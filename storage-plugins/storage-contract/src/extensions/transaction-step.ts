export interface TransactionContext {
  /** Of the transaction: `{ cluster }` when a cluster is attached or detached. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** What `do` resolved to, when it did, as JSON brought it back; for `undo` only. */
  readonly result?: unknown;
  readonly signal: AbortSignal;
}

/**
 * A step of a transaction. The journal on disk says that a step begins before it does, and what came of it behind; so `undo` is also called for
 * a step that began and did not end, and for one that is undone already: it has to cope with both.
 */
export interface TransactionStep {
  /** A word with dashes, of its own in the plugin. */
  readonly name: string;
  /** The host runs it when it attaches a cluster (behind prepareCluster) or detaches one (before cleanCluster); else only the plugin does. */
  readonly partOf?: 'attachCluster' | 'detachCluster';
  /** Resolves to JSON, or nothing. */
  do(context: TransactionContext): Promise<unknown> | unknown;
  undo(context: TransactionContext): Promise<void> | void;
}
