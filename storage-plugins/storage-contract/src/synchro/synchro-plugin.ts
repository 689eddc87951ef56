import type { ResourceType } from '../resource-type.js';
import type { StorageHost } from '../storage-host.js';
import type { DeletionContext, ObjectContext, ReconcileContext, RemovalContext } from './reconcile-context.js';

/**
 * The default export of a `*-synchro` package or file: a step on the way of objects from a cluster into the storage. Recognised by its shape
 * and its `contract`, as a storage is.
 */
export interface SynchroPlugin<Config = Record<string, unknown>> {
  /** The contract that it was built for, `MAJOR.MINOR`; the same as in the manifest. */
  readonly contract: string;
  /** The registration name: the package name without its scope and without `-synchro`. */
  readonly name: string;
  /** JSON Schema (draft 2020-12 or 07) of the config, an object; defaults in it are filled in before createStep. */
  readonly configSchema: Readonly<Record<string, unknown>>;
  /** Opens the step. `config` is validated and frozen. */
  createStep(config: Config, host: StorageHost): Promise<SynchroStep>;
}

/**
 * What a step does; each member is optional, and what is absent costs nothing. Steps of one pipeline are asked in the order of the config: all
 * filters first, then all reconcilers. Objects of one type of one cluster come one after the other; those of others meanwhile.
 */
export interface SynchroStep {
  /** What is left out of every object before any step sees it. */
  readonly prunes?: Prunes;
  /**
   * What a cluster is asked for, so that it need not send the rest. A hint: where two steps cannot be asked for together, or the
   * cluster cannot select so, everything comes, and `filter` decides.
   */
  selectors?(type: ResourceType): SourceSelectors | undefined;
  /** Whether the object is stored; one that was stored and is not let through any more is deleted. Depends on the object and the config alone. */
  filter?(context: ObjectContext): boolean;
  readonly reconciler?: Reconciler;
  /** Once, when nothing comes any more. */
  close?(): Promise<void>;
}

export interface Reconciler {
  readonly name: string;
  /**
   * The object is about to be stored. May put another in its place (`context.replace`), or write elsewhere what belongs to it. Comes again with the
   * same object after a restart or a failure. When it throws, the policy of the config decides.
   */
  reconcile(context: ReconcileContext): void | Promise<void>;
  /** The object is about to be deleted from the storage. */
  handleDeletion(context: DeletionContext): void | Promise<void>;
  /**
   * All that is stored of a cluster, or of one of its types, is about to be deleted, since it is declared no more, or not served: told
   * once in place of each object. Comes again when it, or the deletion, failed.
   */
  handleRemoval?(context: RemovalContext): void | Promise<void>;
}

export interface Prunes {
  readonly managedFields?: boolean;
  /** Keys of annotations. */
  readonly annotations?: readonly string[];
}

/** In the text of Kubernetes: `app=web,tier!=cache`, `metadata.namespace!=kube-system`. */
export interface SourceSelectors {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}
