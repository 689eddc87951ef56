import { age, nameOf } from './age.js';
import { ageColumn, column, nameColumn } from './column.js';
import { listWithMore } from './list-with-more.js';
import type { Fields, Printer } from './printer.js';
import { listAt, optionalTextAt, textAt } from './read-fields.js';

const migrationStates = ['Running', 'Failed', 'Succeeded'];

export const storageVersionPrinter: Printer = {
  columns: [
    nameColumn,
    column(
      'CommonEncodingVersion',
      "commonEncodingVersion is set to an encoding storage version if all API server instances share that same version. If they don't share one storage version, this field is left empty. API servers should finish updating its storageVersionStatus entry before serving write operations, so that this field will be in sync with the reality.",
    ),
    column('StorageVersions', 'storageVersions lists the reported versions per API server instance.'),
    ageColumn,
  ],
  fields: ['status.commonEncodingVersion', 'status.storageVersions'],
  cells: (version) => [
    nameOf(version),
    optionalTextAt(version, 'status', 'commonEncodingVersion') ?? '<unset>',
    listWithMore(
      listAt(version, 'status', 'storageVersions').map(
        (server) => `${textAt(server, 'apiServerID')}=${textAt(server, 'encodingVersion')}`,
      ),
      '<unset>',
    ),
    age(version),
  ],
};

export const storageVersionMigrationPrinter: Printer = {
  columns: [
    { ...nameColumn, format: '' },
    column('Resource', 'GroupResource to migrate'),
    column('Status', 'Status of the migration'),
  ],
  fields: ['spec.resource', 'status.conditions.status', 'status.conditions.type'],
  cells: (migration) => [nameOf(migration), resource(migration), migrationState(migration)],
};

function resource(migration: Fields): string {
  const group = textAt(migration, 'spec', 'resource', 'group');
  const name = textAt(migration, 'spec', 'resource', 'resource');
  return group === '' ? name : `${name}.${group}`;
}

function migrationState(migration: Fields): string {
  const state = listAt(migration, 'status', 'conditions').findLast(
    (condition) => textAt(condition, 'status') === 'True' && migrationStates.includes(textAt(condition, 'type')),
  );
  return state === undefined ? 'Unknown' : textAt(state, 'type');
}
