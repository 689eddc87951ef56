import type { ResourceType } from '../resource-type.js';
import type { PluginLogger } from '../storage-host.js';

/** The object as it will be stored unless a reconciler changes it. Valid until the call returns or its promise settles. */
export interface ObjectContext {
  readonly cluster: string;
  readonly resourceType: ResourceType;
  /** '' for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  /** UTF-8 JSON, pruned, with the annotation of the cluster. Not to be changed. */
  readonly json: Uint8Array;
  /** The object, parsed when it is first asked for, for all steps together: frozen at its first level, not to be changed. */
  parse(): Readonly<Record<string, unknown>>;
}

export interface ReconcileContext extends ObjectContext {
  /** Another object in place of this one, for the steps that follow and for the storage. Of the same name and namespace. */
  replace(object: Readonly<Record<string, unknown>> | Uint8Array): void;
  readonly state: SynchroState;
  readonly logger: PluginLogger;
  /** Aborts when the step takes too long, and when the synchro ends. */
  readonly signal: AbortSignal;
}

export interface DeletionContext {
  readonly cluster: string;
  readonly resourceType: ResourceType;
  readonly namespace: string;
  readonly name: string;
  readonly state: SynchroState;
  readonly logger: PluginLogger;
  readonly signal: AbortSignal;
}

/** Of a whole cluster, or of a type of it. */
export interface RemovalContext {
  readonly cluster: string;
  /** Absent when the cluster goes with all that is stored of it. */
  readonly resourceType?: ResourceType;
  readonly logger: PluginLogger;
  readonly signal: AbortSignal;
}

/** What is stored. */
export interface SynchroState {
  /** The bytes of an object of the same cluster; undefined when it is not stored. */
  get(type: ResourceType, namespace: string, name: string): Promise<Uint8Array | undefined>;
}
