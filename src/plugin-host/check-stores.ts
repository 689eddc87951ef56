import { randomBytes } from 'node:crypto';
import { type StoreRemover, storeRemoverInterface } from '@clusterdex/storage-contract';
import { withDeadline } from './deadline.js';
import { nameStores, type StoreNames } from './name-stores.js';
import { type OpenSelectedOptions, openUnguarded } from './open-storage.js';
import type { PluginRow } from './plugin-row.js';

/** The stores outside of data directories that one check makes, and removes again where the plugin knows how. */
export interface CheckStores extends Pick<StoreNames, 'optionsOf'> {
  /** Removes the store of a data directory, which is closed. Never rejects; what is not removed is in the outcome. */
  remove(dataDirectory: string): Promise<void>;
  outcome(): CheckStoresOutcome;
}

export interface CheckStoresOutcome {
  /** How many were made and are gone. */
  readonly removed: number;
  /** The names that stood for `{store}` of those that are still there. */
  readonly left: readonly string[];
  /** Why the first of them could not be removed, where the plugin tried. */
  readonly reason?: string;
}

/** Milliseconds for one. */
const deadline = 60_000;

export function createCheckStores(row: PluginRow, options: OpenSelectedOptions): CheckStores {
  // What a storage removes is told by this form of a name: see requireCheckStore of the contract.
  const naming = nameStores(options, `clusterdex_check_${randomBytes(4).toString('hex')}`);
  const removed = new Set<string>();
  let hasRemover = true;
  let reason: string | undefined;

  async function open(dataDirectory: string) {
    const { capabilities, storage } = await openUnguarded(row, naming.optionsOf(dataDirectory));
    const found = capabilities.interfaces === true ? storage.interfaces?.(storeRemoverInterface) : undefined;
    return { storage, remover: isRemover(found) ? found : undefined };
  }

  return {
    optionsOf: (dataDirectory) => naming.optionsOf(dataDirectory),
    async remove(dataDirectory) {
      const name = naming.nameOf(dataDirectory);
      if (name === undefined || removed.has(name) || !hasRemover) return;
      try {
        const { storage, remover } = await open(dataDirectory);
        try {
          hasRemover = remover !== undefined;
          if (remover === undefined) return;
          const done = await withDeadline(remover.removeStore(name), deadline);
          if ('late' in done) throw new Error(`it was not removed within ${deadline / 1000} seconds`);
          removed.add(name);
        } finally {
          await withDeadline(storage.shutdown(), deadline).catch(() => {});
        }
      } catch (error) {
        reason ??= `${name}: ${error instanceof Error ? error.message : String(error)}`;
      }
    },
    outcome() {
      const left = naming.names().filter((name) => !removed.has(name));
      return { removed: removed.size, left, ...(reason !== undefined && left.length > 0 && { reason }) };
    },
  };
}

function isRemover(found: object | undefined): found is StoreRemover {
  return found !== undefined && 'removeStore' in found && typeof found.removeStore === 'function';
}
