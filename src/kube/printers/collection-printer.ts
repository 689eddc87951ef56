import { age, nameOf } from './age.js';
import { ageColumn, column, nameColumn } from './column.js';
import type { Printer } from './printer.js';
import { textAt } from './read-fields.js';

/** For a list of objects of many kinds. */
export const collectionPrinter: Printer = {
  columns: [
    column('Group', 'API group of the object; empty for the core group.'),
    column('Version', 'API version of the object within its group.'),
    column('Kind', 'Kind of the object.'),
    column('Namespace', 'Namespace of the object; empty for one that is scoped to the cluster.'),
    nameColumn,
    ageColumn,
  ],
  fields: ['apiVersion', 'kind', 'metadata.namespace'],
  cells(object) {
    const apiVersion = textAt(object, 'apiVersion');
    const slash = apiVersion.indexOf('/');
    return [
      slash < 0 ? '' : apiVersion.slice(0, slash),
      apiVersion.slice(slash + 1),
      textAt(object, 'kind'),
      textAt(object, 'metadata', 'namespace'),
      nameOf(object),
      age(object),
    ];
  },
};
