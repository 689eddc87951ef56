import { age, nameOf } from './age.js';
import { ageColumn, column, nameColumn } from './column.js';
import type { Fields, Printer } from './printer.js';
import { listAt, textAt } from './read-fields.js';

const fields = ['roleRef.kind', 'roleRef.name', 'subjects'];

export const roleBindingPrinter: Printer = {
  columns: [
    nameColumn,
    column(
      'Role',
      'RoleRef can reference a Role in the current namespace or a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error.',
    ),
    ageColumn,
    column('Users', 'Users in the roleBinding', { priority: 1 }),
    column('Groups', 'Groups in the roleBinding', { priority: 1 }),
    column('ServiceAccounts', 'ServiceAccounts in the roleBinding', { priority: 1 }),
  ],
  fields,
  cells: bindingCells,
};

export const clusterRoleBindingPrinter: Printer = {
  columns: [
    nameColumn,
    column(
      'Role',
      'RoleRef can only reference a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error.',
    ),
    ageColumn,
    column('Users', 'Users in the clusterRoleBinding', { priority: 1 }),
    column('Groups', 'Groups in the clusterRoleBinding', { priority: 1 }),
    column('ServiceAccounts', 'ServiceAccounts in the clusterRoleBinding', { priority: 1 }),
  ],
  fields,
  cells: bindingCells,
};

function bindingCells(binding: Fields) {
  const role = `${textAt(binding, 'roleRef', 'kind')}/${textAt(binding, 'roleRef', 'name')}`;
  return [
    nameOf(binding),
    role,
    age(binding),
    subjects(binding, 'User'),
    subjects(binding, 'Group'),
    subjects(binding, 'ServiceAccount'),
  ];
}

function subjects(binding: Fields, kind: string): string {
  return listAt(binding, 'subjects')
    .filter((subject) => textAt(subject, 'kind') === kind)
    .map((subject) =>
      kind === 'ServiceAccount'
        ? `${textAt(subject, 'namespace')}/${textAt(subject, 'name')}`
        : textAt(subject, 'name'),
    )
    .join(', ');
}
