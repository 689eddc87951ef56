import type {
  PreparedWithKind,
  RemovalContext,
  ResourceInventory,
  ResourceType,
  SourceSelectors,
} from '@clusterdex/storage-contract';

/** What happens to objects between a cluster and the storage: filters, then reconcilers, in the order of the config. */
export interface Pipeline {
  /**
   * Changes with the steps and their config. What was stored by another pipeline has to be looked at again, whatever its version:
   * keep it in the inventory, and give `ignoreVersions` to the stored versions when it differs.
   */
  readonly fingerprint: string;
  /** What to ask a cluster for. */
  selectors(type: ResourceType): SourceSelectors;
  /**
   * The object as it is to be stored; undefined when a filter does not let it through. Throws InvalidObjectError for what is no object, and
   * PipelineError for what a step refuses. A promise only where a step needs one.
   */
  process(json: Uint8Array, from: ProcessedFrom): PreparedWithKind | undefined | Promise<PreparedWithKind | undefined>;
  /** Tells the reconcilers; rejects with PipelineError. Undefined where no step wants to know. */
  handleDeletion(namespace: string, name: string, from: ProcessedFrom): Promise<void> | undefined;
  /** Tells those that want to know that a cluster, or a type of it, goes as a whole; rejects with PipelineError. */
  handleRemoval(removed: Removed): Promise<void>;
  close(): Promise<void>;
}

export type Removed = Omit<RemovalContext, 'logger'>;

export interface ProcessedFrom {
  readonly cluster: string;
  /** The type as it is stored. */
  readonly resourceType: ResourceInventory;
  /** For items of a list, which say neither. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly signal: AbortSignal;
}
