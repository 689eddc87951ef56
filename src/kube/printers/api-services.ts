import { age, nameOf } from './age.js';
import { ageColumn, column, nameColumn } from './column.js';
import type { Fields, Printer } from './printer.js';
import { conditionAt, fieldAt, textAt } from './read-fields.js';

export const apiServicePrinter: Printer = {
  columns: [
    nameColumn,
    column('Service', 'The reference to the service that hosts this API endpoint.'),
    column('Available', 'Whether this service is available.'),
    ageColumn,
  ],
  fields: ['spec.service', 'status.conditions.reason', 'status.conditions.status', 'status.conditions.type'],
  cells: (apiService) => [nameOf(apiService), backend(apiService), availability(apiService), age(apiService)],
};

function backend(apiService: Fields): string {
  const service = fieldAt(apiService, 'spec', 'service');
  return service === undefined ? 'Local' : `${textAt(service, 'namespace')}/${textAt(service, 'name')}`;
}

function availability(apiService: Fields): string {
  const available = conditionAt(apiService, 'Available');
  if (available === undefined) return 'Unknown';
  const status = textAt(available, 'status');
  const reason = textAt(available, 'reason');
  return status === 'True' || reason === '' ? status : `${status} (${reason})`;
}
