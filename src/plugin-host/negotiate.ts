import { contractVersion } from '@clusterdex/storage-contract';
import { adaptedContracts } from './contracts/adapt-contract.js';
import type { PluginKind } from './manifest.js';

/** The contracts that this host speaks: of each major, every minor up to the one named here; of a draft, which has major 0, that one. */
export const spokenContracts: Readonly<Record<PluginKind, readonly string[]>> = Object.freeze({
  storage: Object.freeze([contractVersion, ...adaptedContracts]),
  synchro: Object.freeze([contractVersion]),
});

/** Undefined when the host speaks the contract; otherwise why not, with what the plugin wants and what the host speaks. */
export function negotiate(contract: string, spoken: readonly string[] = spokenContracts.storage): string | undefined {
  const [major, minor] = parseContract(contract);
  const wants = `it was built for contract ${contract}, this host speaks ${spoken.map(range).join(' and ')}`;
  const own = spoken.map(parseContract).find(([spokenMajor]) => spokenMajor === major);
  if (own !== undefined) {
    if (minor === own[1] || (minor < own[1] && major > 0)) return undefined;
    return minor < own[1]
      ? `${wants}: a newer version of the plugin is needed`
      : `${wants}: it needs a host that speaks contract ${contract} or a later ${major}.x`;
  }
  const newest = Math.max(...spoken.map((version) => parseContract(version)[0]));
  return major > newest
    ? `${wants}: it needs a newer host, one that speaks contract ${contract}`
    : `${wants}: a newer version of the plugin is needed`;
}

function parseContract(contract: string): readonly [major: number, minor: number] {
  const [major = 0, minor = 0] = contract.split('.').map(Number);
  return [major, minor];
}

function range(version: string): string {
  const [major, minor] = parseContract(version);
  return minor === 0 || major === 0 ? version : `${major}.0 to ${version}`;
}
