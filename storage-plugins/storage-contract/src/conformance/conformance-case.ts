import type { Capabilities, CapabilityName } from '../capabilities.js';
import type { StorageFactory } from '../storage-factory.js';
import type { TestObject } from './test-objects.js';

/** What a case has at hand: a storage of its own, open and empty but for the fleet of the case. */
export interface CaseContext {
  readonly storage: StorageFactory;
  readonly capabilities: Capabilities;
  /** For how long a case that writes at random does so. */
  readonly soakSeconds: number;
  /** Of what the case draws at random; it stands in the message of its failure. */
  readonly seed: number;
  /** The storage that is taken to be right, for cases that need one. */
  readonly reference?: CaseReference;
  /** Opens another, empty store; it is closed after the case. */
  openAnother(): Promise<StorageFactory>;
  /** Opens another, empty store twice at the same time, as two processes that start at once do. */
  openTogether(): Promise<readonly [StorageFactory, StorageFactory]>;
  /** Opens the store of this case once more while it is open. */
  openSame(): Promise<StorageFactory>;
  /** Shuts the storage down and opens what it left behind. */
  reopen(): Promise<StorageFactory>;
}

export interface CaseReference {
  readonly capabilities: Capabilities;
  /** Opens an empty store of the reference storage; it is closed after the case. */
  open(): Promise<StorageFactory>;
}

/** One guarantee. The name says it, and is what a skip names; it is unique in the kit. */
export interface ConformanceCase {
  readonly name: string;
  /** The case is skipped when the storage does not declare them. */
  readonly needs?: readonly CapabilityName[];
  /** The case is skipped when no reference storage is given. */
  readonly needsReference?: true;
  /** The case shows that what the storage does not declare is refused; it says nothing about one that declares it. */
  readonly unless?: CapabilityName;
  /** Stored before the case, which then only reads: cases one behind the other with the same fleet share one store. */
  readonly fleet?: readonly TestObject[];
  /** Rejects when the storage breaks the guarantee. */
  run(context: CaseContext): Promise<void>;
}

export interface ConformanceTopic {
  readonly topic: string;
  readonly cases: readonly ConformanceCase[];
}
