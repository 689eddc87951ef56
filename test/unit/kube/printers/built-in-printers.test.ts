import { describe, expect, it } from '@jest/globals';
import { builtinTypes } from '../../../../src/kube/builtin-types.js';
import { builtInPrinter } from '../../../../src/kube/printers/built-in-printers.js';
import { createTable } from '../../../../src/kube/table/create-table.js';
import { printerFor } from '../../../../src/kube/table/printer-for.js';

/** Gone since 1.25, and never served together with Tables of today. */
const withoutPrinter = ['podsecuritypolicies'];

describe('the table of printers', () => {
  it('has every built-in type', () => {
    const missing = Object.entries(builtinTypes).flatMap(([group, types]) =>
      types.map(({ resource }) => resource).filter((resource) => builtInPrinter(group, resource) === undefined),
    );
    expect([...new Set(missing)]).toEqual(withoutPrinter);
  });

  it('takes no name that every object has for a type', () => {
    expect(builtInPrinter('', 'constructor')).toBeUndefined();
    expect(builtInPrinter('__proto__', 'toString')).toBeUndefined();
  });

  it('shows each cluster in the first column, whatever it is called', () => {
    const table = createTable({
      printer: printerFor({ group: '', resource: 'namespaces' }),
      includeObject: 'None',
      version: 'v1',
    });
    const json = Buffer.from(
      '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n"},"status":{"phase":"Active"}}',
    );
    const rows = table
      .rows(
        [
          { cluster: 'a"b', json },
          { cluster: '', json },
          { cluster: 'a"b', json },
        ],
        0,
      )
      .toString();
    expect(JSON.parse(`[${rows}]`)).toEqual([
      { cells: ['a"b', 'n', 'Active', '<unknown>'], object: null },
      { cells: ['', 'n', 'Active', '<unknown>'], object: null },
      { cells: ['a"b', 'n', 'Active', '<unknown>'], object: null },
    ]);
  });
});
