/** The name by which `clusterdex plugins check` asks `interfaces` for a StoreRemover. */
export const storeRemoverInterface = 'clusterdex.io/store-remover.v1';

/**
 * Optional, for a storage whose data lies outside its data directory: removes a store that a check made, so that a run of the conformance kit leaves
 * nothing behind. No server, command or route asks for it, and it is no way to remove a store that somebody uses: see requireCheckStore.
 */
export interface StoreRemover {
  /**
   * Removes everything of the store that is open: its database, schema or indexes, with all that they hold. `checkName` is what stood for
   * `{store}` in the config. Rejects with INVALID, and removes nothing, for a store that `requireCheckStore` refuses. May be called again for what it
   * did not finish. Afterwards only `shutdown` is called; the store may be opened again, and is empty then.
   */
  removeStore(checkName: string): Promise<void>;
}
