import { elapsed, nameOf } from './age.js';
import { column, nameColumn } from './column.js';
import type { Cell, Printer } from './printer.js';
import { fieldAt, listAt, numberAt, optionalTextAt, textAt } from './read-fields.js';

const counts = ['totalDevices', 'availableDevices', 'allocatedDevices', 'unavailableDevices'];

export const resourcePoolStatusRequestPrinter: Printer = {
  columns: [
    nameColumn,
    column('Driver', 'The driver to query pools for.'),
    column('Total', 'Total number of devices across all pools.'),
    column('Available', 'Number of available devices across all pools.'),
    column('Allocated', 'Number of allocated devices across all pools.'),
    column('Unavailable', 'Number of unavailable devices across all pools.'),
    column('Errors', 'Number of pools with validation errors.'),
    column('Pools', 'Total number of matching pools.', { type: 'integer' }),
    column('Status', 'Processing status.'),
    column('Completed', 'Time since the observation completed.'),
  ],
  fields: ['spec.driver', 'status'],
  cells(request) {
    const status = fieldAt(request, 'status');
    const end = listAt(request, 'status', 'conditions').find(isEnd);
    const isComplete = textAt(end, 'type') === 'Complete';
    const isFailed = textAt(end, 'type') === 'Failed';
    const poolCount = numberAt(status, 'poolCount');
    const shownPools = listAt(status, 'pools').length;
    const cut = poolCount > shownPools ? `Complete (${shownPools}/${poolCount} pools)` : 'Complete';
    return [
      nameOf(request),
      textAt(request, 'spec', 'driver'),
      ...(status === undefined || isFailed ? Array<Cell>(5).fill('-') : sums(status)),
      poolCount,
      isComplete ? cut : isFailed ? 'Failed' : 'Pending',
      isComplete ? elapsed(fieldAt(end, 'lastTransitionTime')) : '<none>',
    ];
  },
};

function isEnd(condition: unknown): boolean {
  const type = textAt(condition, 'type');
  return (type === 'Complete' || type === 'Failed') && textAt(condition, 'status') === 'True';
}

function sums(status: unknown): string[] {
  const pools = listAt(status, 'pools');
  const errors = pools.filter((pool) => optionalTextAt(pool, 'validationError') !== undefined).length;
  return [
    // In 32 bits, as a kube-apiserver adds.
    ...counts.map((count) => `${pools.reduce<number>((sum, pool) => (sum + numberAt(pool, count)) | 0, 0)}`),
    `${errors}`,
  ];
}
