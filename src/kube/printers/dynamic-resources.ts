import { age, elapsed, nameOf } from './age.js';
import { ageColumn, column, nameColumn } from './column.js';
import type { Fields, Printer } from './printer.js';
import { countAt, fieldAt, mapAt, optionalTextAt, textAt } from './read-fields.js';

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

export const deviceTaintRulePrinter: Printer = {
  columns: [
    nameColumn,
    column('Key', 'The taint key to be applied to a device. Must be a label name.'),
    column('Value', 'The taint value corresponding to the taint key. Must be a label value.'),
    column(
      'Effect',
      'The effect of the taint on claims that do not tolerate the taint and through such claims on the pods using them.\n\nValid effects are None, NoSchedule and NoExecute. PreferNoSchedule as used for nodes is not valid here. More effects may get added in the future. Consumers must treat unknown effects like None.',
    ),
    column(
      'TimeAdded',
      'TimeAdded represents the time at which the taint was added or (only in a DeviceTaintRule) the effect was modified. Added automatically during create or update if not set.\n\nIn addition, in a DeviceTaintRule a value provided during an update gets replaced with the current time if the provided value is the same as the old one and the new effect is different. Changing the key and/or value while keeping the effect unchanged is possible and does not update the time stamp because the eviction which uses it is either already started (NoExecute) or not started yet (NoEffect, NoSchedule).',
    ),
    ageColumn,
  ],
  fields: ['spec.taint'],
  cells(rule) {
    const taint = mapAt(rule, 'spec', 'taint');
    return [
      nameOf(rule),
      textAt(taint, 'key'),
      textAt(taint, 'value'),
      textAt(taint, 'effect'),
      Object.hasOwn(taint, 'timeAdded') ? elapsed(fieldAt(taint, 'timeAdded')) : '',
      age(rule),
    ];
  },
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
