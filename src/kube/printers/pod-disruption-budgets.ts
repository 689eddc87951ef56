import { age, nameOf } from './age.js';
import { ageColumn, column, nameColumn } from './column.js';
import type { Printer } from './printer.js';
import { fieldAt, numberAt } from './read-fields.js';

export const podDisruptionBudgetPrinter: Printer = {
  columns: [
    nameColumn,
    column('Min Available', 'The minimum number of pods that must be available.'),
    column('Max Unavailable', 'The maximum number of pods that may be unavailable.'),
    column('Allowed Disruptions', 'Calculated number of pods that may be disrupted at this time.', { type: 'integer' }),
    ageColumn,
  ],
  fields: ['spec.maxUnavailable', 'spec.minAvailable', 'status.disruptionsAllowed'],
  cells: (budget) => [
    nameOf(budget),
    numberOrPercentage(fieldAt(budget, 'spec', 'minAvailable')),
    numberOrPercentage(fieldAt(budget, 'spec', 'maxUnavailable')),
    numberAt(budget, 'status', 'disruptionsAllowed'),
    age(budget),
  ],
};

function numberOrPercentage(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? `${value}` : 'N/A';
}
