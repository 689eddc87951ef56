import { type ObjectChange, prepareObject, type ResourceType, type StorageFactory } from '@clusterdex/storage-contract';
import { type LeaseRecord, type LeaseStore, unknownHolder } from './lease-store.js';

/** No cluster can be called so, and no inventory names it: only who looks for it finds it. */
const cluster = '_clusterdex';
const type: ResourceType = Object.freeze({
  group: 'internal.clusterdex.io',
  version: 'v1',
  resource: 'leases',
  kind: 'Lease',
  namespaced: true,
});
const namespace = 'leases';
const keptClaims = 16;
/** Renewals that an epoch has room for: one a second for a century. */
const renewalsPerEpoch = 2 ** 32;

/**
 * A lease in the storage itself, by two guarantees that every storage gives: that it says whether an upsert of given bytes was the first of them,
 * and that a change with a smaller resourceVersion than the stored one is a no-op. To take the lease is to be the first to store the claim
 * of its next epoch, of which the bytes say nothing of who it is; to renew it is to write the record with the next resourceVersion of
 * one's epoch, which comes to nothing once there is a later epoch.
 */
export function createStorageLeaseStore(storage: StorageFactory, name: string): LeaseStore {
  const leases = storage.resourceStorage(type);

  async function write(objects: readonly object[], signal: AbortSignal): Promise<number> {
    const changes = objects.map(
      (object): ObjectChange => ({
        type: 'upsert',
        object: prepareObject(Buffer.from(JSON.stringify(object)), { cluster }),
      }),
    );
    return (await leases.write(cluster, changes, signal)).written;
  }

  function record(spec: Omit<LeaseRecord, 'version'>, version: number): { object: object; record: LeaseRecord } {
    const object = {
      apiVersion: 'internal.clusterdex.io/v1',
      kind: 'Lease',
      metadata: { name, namespace, resourceVersion: String(version) },
      spec,
    };
    return { object, record: { ...spec, version: `${Math.floor(version / renewalsPerEpoch)} ${version}` } };
  }

  async function put(
    spec: Omit<LeaseRecord, 'version'>,
    version: number,
    signal: AbortSignal,
  ): Promise<LeaseRecord | undefined> {
    const { object, record: written } = record(spec, version);
    return (await write([object], signal)) === 1 ? written : undefined;
  }

  return {
    name: `lease ${name} in the storage`,
    async read(signal) {
      let found: LeaseRecord | undefined;
      let epoch = 0;
      const options = { clusters: { in: [cluster] }, namespaces: { in: [namespace] } };
      for await (const { objects } of leases.list(options, signal)) {
        for (const { name: object, json } of objects) {
          const claimed = claimPattern.exec(object);
          if (claimed?.[1] === name) epoch = Math.max(epoch, Number(claimed[2]));
          if (object !== name) continue;
          const { metadata, spec } = JSON.parse(Buffer.from(json).toString()) as StoredLease;
          found = { ...spec, version: metadata.resourceVersion };
        }
      }
      if (found === undefined) return epoch === 0 ? undefined : { ...unclaimed, version: `${epoch} 0` };
      const own = Math.floor(Number(found.version) / renewalsPerEpoch);
      const { url, ...rest } = found;
      // Who claimed an epoch and never wrote its record is waited for as long as a holder would be.
      return {
        ...rest,
        ...(epoch > own ? { holder: unknownHolder } : url === undefined ? {} : { url }),
        version: `${Math.max(own, epoch)} ${found.version}`,
      };
    },
    async acquire(previous, { holder, durationSeconds, url }, signal) {
      const epoch = epochOf(previous) + 1;
      await storage.prepareCluster(cluster);
      const claim = {
        apiVersion: 'internal.clusterdex.io/v1',
        kind: 'Lease',
        metadata: { name: `${name}.claim-${epoch}`, namespace, resourceVersion: '1' },
      };
      if ((await write([claim], signal)) !== 1) return undefined;
      const now = Date.now();
      const transitions = (previous?.transitions ?? -1) + 1;
      const taken = await put(
        {
          holder,
          ...(url === undefined ? {} : { url }),
          durationSeconds,
          acquiredAt: now,
          renewedAt: now,
          transitions,
        },
        epoch * renewalsPerEpoch,
        signal,
      );
      if (taken !== undefined && epoch > keptClaims) await forget(epoch - keptClaims, signal);
      return taken;
    },
    renew: ({ version, ...spec }, signal) => put({ ...spec, renewedAt: Date.now() }, numberOf(version) + 1, signal),
    async release({ version, url: _url, ...spec }, signal) {
      await put({ ...spec, holder: '', renewedAt: Date.now() }, numberOf(version) + 1, signal);
    },
  };

  async function forget(epoch: number, signal: AbortSignal): Promise<void> {
    await leases.write(cluster, [{ type: 'delete', namespace, name: `${name}.claim-${epoch}` }], signal);
  }
}

const claimPattern = /^(.*)\.claim-(\d+)$/;
const unclaimed = { holder: unknownHolder, durationSeconds: 8, acquiredAt: 0, renewedAt: 0, transitions: 0 };

interface StoredLease {
  readonly metadata: { readonly resourceVersion: string };
  readonly spec: Omit<LeaseRecord, 'version'>;
}

/** A version is the epoch and, behind it, the resourceVersion of the record. */
function epochOf(record: LeaseRecord | undefined): number {
  return record === undefined ? 0 : Number(record.version.split(' ')[0]);
}

function numberOf(version: string): number {
  return Number(version.split(' ')[1]);
}
