import { age, nameOf } from './age.js';
import { ageColumn, column, nameColumn } from './column.js';
import type { Printer } from './printer.js';
import { textAt } from './read-fields.js';

export const runtimeClassPrinter: Printer = {
  columns: [nameColumn, column('Handler', ''), ageColumn],
  fields: ['handler'],
  cells: (runtimeClass) => [nameOf(runtimeClass), textAt(runtimeClass, 'handler'), age(runtimeClass)],
};
