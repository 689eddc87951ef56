import { adaptDraft, draftContract } from './draft-contract.js';

/** From the contract that a plugin was built for to the one of this host. */
const adapters: ReadonlyMap<string, (exported: object) => unknown> = new Map([[draftContract, adaptDraft]]);

/** Earlier contracts whose storages this host takes. */
export const adaptedContracts: readonly string[] = Object.freeze([...adapters.keys()]);

/** The export of a plugin that was built for an earlier contract, as one of today's; any other as it is. Runs none of its functions. */
export function adaptContract(exported: unknown, contract: string | undefined): unknown {
  const adapt = contract === undefined ? undefined : adapters.get(contract);
  return adapt === undefined || typeof exported !== 'object' || exported === null ? exported : adapt(exported);
}
