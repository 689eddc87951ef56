import { age, nameOf } from './age.js';
import { ageColumn, column, nameColumn } from './column.js';
import type { Fields, Printer } from './printer.js';
import { countAt, fieldAt, optionalTextAt, textAt } from './read-fields.js';

export const deviceClassPrinter: Printer = {
  columns: [nameColumn, ageColumn],
  fields: [],
  cells: (deviceClass) => [nameOf(deviceClass), age(deviceClass)],
};

export const resourceClaimPrinter: Printer = {
  columns: [
    nameColumn,
    column('State', 'A summary of the current state (allocated, pending, reserved, etc.).'),
    ageColumn,
  ],
  fields: ['metadata.deletionTimestamp', 'status.allocation#', 'status.reservedFor#'],
  cells: (claim) => [nameOf(claim), claimState(claim), age(claim)],
};

export const resourceClaimTemplatePrinter: Printer = {
  columns: [nameColumn, ageColumn],
  fields: [],
  cells: (template) => [nameOf(template), age(template)],
};

export const resourceSlicePrinter: Printer = {
  columns: [
    nameColumn,
    column(
      'Node',
      'NodeName identifies the node which provides the resources in this pool. A field selector can be used to list only ResourceSlice objects belonging to a certain node.\n\nThis field can be used to limit access from nodes to ResourceSlices with the same node name. It also indicates to autoscalers that adding new nodes of the same type as some old node might also make new resources available.\n\nExactly one of NodeName, NodeSelector, AllNodes, and PerDeviceNodeSelection must be set. This field is immutable.',
    ),
    column(
      'Driver',
      'Driver identifies the DRA driver providing the capacity information. A field selector can be used to list only ResourceSlice objects with a certain driver name.\n\nMust be a DNS subdomain and should end with a DNS domain owned by the vendor of the driver. It should use only lower case characters. This field is immutable.',
    ),
    column(
      'Pool',
      'Name is used to identify the pool. For node-local devices, this is often the node name, but this is not required.\n\nIt must not be longer than 253 characters and must consist of one or more DNS sub-domains separated by slashes. This field is immutable.',
    ),
    ageColumn,
  ],
  fields: ['spec.driver', 'spec.nodeName', 'spec.pool.name'],
  cells: (slice) => [
    nameOf(slice),
    textAt(slice, 'spec', 'nodeName'),
    textAt(slice, 'spec', 'driver'),
    textAt(slice, 'spec', 'pool', 'name'),
    age(slice),
  ],
};

function claimState(claim: Fields): string {
  const isGoing = optionalTextAt(claim, 'metadata', 'deletionTimestamp') !== undefined;
  const states = isGoing ? ['deleted'] : [];
  if (fieldAt(claim, 'status', 'allocation') !== undefined) {
    states.push('allocated');
    if (countAt(claim, 'status', 'reservedFor') > 0) states.push('reserved');
  } else if (!isGoing) {
    states.push('pending');
  }
  return states.join(',');
}
