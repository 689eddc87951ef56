import {
  type ObjectChange,
  type ObjectEvent,
  prepareObject,
  type ResourceType,
  type StorageFactory,
} from '@clusterdex/storage-contract';
import type { FleetObject } from './fleet.js';
import { fleetRow } from './fleet-row.js';

/** Writes a fleet as an import does: prepared, in batches by cluster and type, most with a row text; events also go to the objects that they involve. */
export async function fillStorage(factory: StorageFactory, fleet: readonly FleetObject[]): Promise<void> {
  const batches = new Map<string, { cluster: string; type: ResourceType; changes: ObjectChange[] }>();
  const events = new Map<string, ObjectEvent[]>();
  for (const generated of fleet) {
    const { cluster, type, object } = generated;
    const row = fleetRow(generated);
    const key = `${cluster} ${type.group} ${type.resource}`;
    const batch = batches.get(key) ?? { cluster, type, changes: [] };
    batches.set(key, batch);
    const prepared = prepareObject(Buffer.from(JSON.stringify(object)), { cluster });
    batch.changes.push({ type: 'upsert', object: row === undefined ? prepared : { ...prepared, row } });
    const involved = object.involvedObject;
    if (type.resource === 'events' && involved !== null && typeof involved === 'object' && 'uid' in involved) {
      const event: ObjectEvent = {
        involvedUid: String(involved.uid),
        eventUid: prepared.uid,
        key: `${prepared.namespace}/${prepared.name}`,
        resourceVersion: prepared.resourceVersion,
        json: prepared.json,
      };
      events.set(cluster, [...(events.get(cluster) ?? []), event]);
    }
  }
  for (const { cluster, type, changes } of batches.values()) {
    await factory.prepareCluster(cluster);
    await factory.resourceStorage(type).write(cluster, changes);
    if (type.resource === 'events') {
      await factory.resourceStorage(type).recordEvents(cluster, events.get(cluster) ?? []);
    }
  }
}
