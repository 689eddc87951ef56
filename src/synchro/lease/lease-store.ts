/** Who may write, as all contenders see it. */
export interface LeaseRecord {
  readonly holder: string;
  /** Where the holder serves, as it says; absent when it does not. */
  readonly url?: string;
  readonly durationSeconds: number;
  /** Milliseconds since the epoch, by the clock of the holder: for people. */
  readonly acquiredAt: number;
  readonly renewedAt: number;
  readonly transitions: number;
  /** Changes with each write; opaque. */
  readonly version: string;
}

/** Of a lease that somebody is about to take, and has not said who that is. */
export const unknownHolder = 'unknown';

/** A record that several processes share, and that is changed by one at a time. */
export interface LeaseStore {
  /** For people: `Lease clusterpedia-system/clusterpedia-clustersynchro-manager`. */
  readonly name: string;
  read(signal: AbortSignal): Promise<LeaseRecord | undefined>;
  /** Takes the lease from what was read; undefined when somebody else was faster. */
  acquire(previous: LeaseRecord | undefined, wish: LeaseWish, signal: AbortSignal): Promise<LeaseRecord | undefined>;
  /** Says that the holder is alive; undefined when it is not the holder any more. */
  renew(held: LeaseRecord, signal: AbortSignal): Promise<LeaseRecord | undefined>;
  /** Lets the next one take it at once. */
  release(held: LeaseRecord, signal: AbortSignal): Promise<void>;
}

export interface LeaseWish {
  readonly holder: string;
  readonly url?: string;
  readonly durationSeconds: number;
}
