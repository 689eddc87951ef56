import type { Notice } from './notice.js';
import type { PluginCommand } from './plugin-command.js';
import type { PluginRoute } from './plugin-route.js';
import type { StandbyPart } from './standby-part.js';
import type { TransactionStep } from './transaction-step.js';

/** Members of a StorageFactory beside storing, each behind the capability of its name; without it the host does not look at it. */
export interface StorageExtensions {
  readonly routes?: readonly PluginRoute[];
  readonly commands?: readonly PluginCommand[];
  readonly steps?: readonly TransactionStep[];
  /** In the order of what happened, one at a time; nobody waits for it, and what it throws is logged. */
  notify?(notice: Notice): Promise<void> | void;
  /**
   * Begins when the server serves, and with `standby` each time that the process takes the lease; resolves soon after the signal aborts, before
   * the storage is shut down, or before another process takes the lease. To end or fail before that
   * is a failure: it begins again after a second, later each time, up to a minute. A signal is for one run, and aborts when that has ended in any way.
   */
  serve?(signal: AbortSignal): Promise<void>;
  /** In place of `routes` and `serve` while another process holds the lease of the writer. */
  readonly standby?: StandbyPart;
  /** The interface of this name, such as `example.io/snapshotter.v1`, of which the host calls functions; undefined when it is not supported. No I/O. Those of the contract: StoreRemover. */
  interfaces?(name: string): object | undefined;
}
