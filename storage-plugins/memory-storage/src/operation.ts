import type { ClusterInventory, ObjectEvent, ResourceType } from '@clusterdex/storage-contract';
import type { RecordMetadata } from './stored-record.js';

export type ChangeOperation =
  | { readonly put: RecordMetadata }
  | { readonly delete: { readonly namespace: string; readonly name: string } };

/** A change of the state as it stands in the journal: plain JSON. The bytes of objects and events follow it, in order. */
export type Operation =
  | {
      readonly do: 'write';
      readonly cluster: string;
      readonly type: ResourceType;
      readonly changes: readonly ChangeOperation[];
    }
  | { readonly do: 'recordEvents'; readonly cluster: string; readonly events: readonly Omit<ObjectEvent, 'json'>[] }
  | { readonly do: 'putInventory'; readonly inventory: ClusterInventory }
  | { readonly do: 'cleanCluster'; readonly cluster: string }
  | { readonly do: 'cleanType'; readonly cluster: string; readonly type: ResourceType }
  | { readonly do: 'setRevision'; readonly revision: number };
