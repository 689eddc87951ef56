import { clusterNameAnnotation, type PrinterColumn } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import { customResourcePrinter } from '../../../../src/kube/printers/custom-resource-printer.js';
import { rowPreparerFor } from '../../../../src/kube/table/prepared-rows.js';
import { printerFor } from '../../../../src/kube/table/printer-for.js';
import { cellsOf } from './cells.js';

function cell(type: string, value: unknown): unknown {
  const column: PrinterColumn = { name: 'Value', type, jsonPath: '.spec.value' };
  return cellsOf(customResourcePrinter([column]), { metadata: { name: 'n' }, spec: { value } }).Value;
}

describe('the columns of a custom resource', () => {
  it('are its name and what its CRD says', () => {
    const { columns } = customResourcePrinter([
      { name: 'Size', type: 'integer', format: 'int32', description: 'how big', priority: 1, jsonPath: '.spec.size' },
      { name: 'Kind', type: 'string', jsonPath: '.spec.kind' },
    ]);
    expect(columns.map(({ name }) => name)).toEqual(['Name', 'Size', 'Kind']);
    expect(columns[0]).toMatchObject({ type: 'string', format: 'name', priority: 0 });
    expect(columns[1]).toEqual({ name: 'Size', type: 'integer', format: 'int32', description: 'how big', priority: 1 });
    expect(columns[2]).toEqual({
      name: 'Kind',
      type: 'string',
      format: '',
      description: 'Custom resource definition column (in JSONPath format): .spec.kind',
      priority: 0,
    });
  });

  it('are its name and age when its CRD says nothing', () => {
    const printer = customResourcePrinter([]);
    expect(printer.columns.map(({ name, type }) => [name, type])).toEqual([
      ['Name', 'string'],
      ['Age', 'date'],
    ]);
    expect(cellsOf(printer, { metadata: { name: 'n', creationTimestamp: '2026-11-20T11:00:00Z' } })).toEqual({
      Name: 'n',
      Age: '60m',
    });
    expect(cellsOf(printer, { metadata: { name: 'n' } }).Age).toBeNull();
  });

  it('are its name and creation when no CRD is known', () => {
    const printer = printerFor({ group: 'acme.example', resource: 'things' });
    expect(cellsOf(printer, { metadata: { name: 'n', creationTimestamp: '2026-11-20T11:00:00+02:00' } })).toEqual({
      Name: 'n',
      'Created At': '2026-11-20T09:00:00Z',
    });
    expect(cellsOf(printer, { metadata: { name: 'n' } })['Created At']).toBe('0001-01-01T00:00:00Z');
  });

  it('do not turn a built-in kind into a custom one', () => {
    const printerColumns = [{ name: 'Value', type: 'string', jsonPath: '.spec.value' }];
    const printer = printerFor({ group: 'apps', resource: 'deployments', printerColumns });
    expect(printer.columns.map(({ name }) => name)).toContain('Up-to-date');
  });
});

describe('a cell of a custom resource', () => {
  it.each<[string, unknown, unknown]>([
    ['string', 'text', 'text'],
    ['string', '', ''],
    ['string', 5, '5'],
    ['string', 2.5, '2.5'],
    ['string', 12345678901, '12345678901'],
    ['string', -1000000, '-1000000'],
    ['string', 1e20, '1e+20'],
    ['string', 123456.5, '123456.5'],
    ['string', -1234567.5, '-1.2345675e+06'],
    ['string', 0.0001, '0.0001'],
    ['string', 0.000015, '1.5e-05'],
    ['string', 1e-100, '1e-100'],
    ['string', true, 'true'],
    ['string', null, '<no value>'],
    ['string', ['a', 1], '["a",1]'],
    ['string', { b: '<&>', a: [null] }, '{"a":[null],"b":"\\u003c\\u0026\\u003e"}'],
    ['string', { 10: 'x', 9: 'y' }, '{"10":"x","9":"y"}'],
    ['string', undefined, null],
    ['integer', 5, 5],
    ['integer', 5.9, 5],
    ['integer', -5.9, -5],
    ['integer', '5', null],
    ['integer', true, null],
    ['integer', null, null],
    ['number', 2.5, 2.5],
    ['number', 'NaN', null],
    ['boolean', false, false],
    ['boolean', 'false', null],
    ['date', '2026-11-20T11:58:00Z', '2m'],
    ['date', '2026-11-20T11:58:00.5+00:00', '119s'],
    ['date', '2026-11-21T11:58:00Z', '<invalid>'],
    ['date', 'tomorrow', '<invalid>'],
    ['date', '', '<unknown>'],
    ['date', '0001-01-01T01:00:00+01:00', '<unknown>'],
    ['date', '0001-01-01T00:00:00Z?', '<invalid>'],
    ['date', 5, null],
    ['object', {}, null],
  ])('of type %s for %j is %j', (type, value, expected) => {
    expect(cell(type, value)).toEqual(expected);
  });

  it('is null when its path fails, and there is none from a path on that is none', () => {
    const columns = ['.spec.value[0]', '.spec.list[9]', '.spec[', '.spec.value'].map((jsonPath) => ({
      name: jsonPath,
      type: 'string',
      jsonPath,
    }));
    const cells = cellsOf(customResourcePrinter(columns), { spec: { value: 'text', list: [1] } });
    expect(Object.entries(cells).slice(1)).toEqual([
      ['.spec.value[0]', null],
      ['.spec.list[9]', null],
    ]);
  });

  it('shows integers of 64 bits as they are', () => {
    const columns = ['string', 'integer', 'number'].map((type) => ({ name: type, type, jsonPath: '.spec.value' }));
    const preparer = rowPreparerFor(customResourcePrinter(columns));
    const cells = (value: string) =>
      preparer.read(preparer.prepare(Buffer.from(`{"metadata":{"name":"n"},"spec":{"value":${value}}}`)));
    expect(cells('9007199254740993')).toBe('"n","9007199254740993",9007199254740993,9007199254740992]');
    expect(cells('-9223372036854775808')).toBe('"n","-9223372036854775808",-9223372036854775808,-9223372036854776000]');
    expect(cells('9223372036854775808')).toBe('"n","9.223372036854776e+18",-9223372036854775808,9223372036854776000]');
    expect(cells('{"b":9007199254740993,"a":"9007199254740993"}')).toBe(
      '"n","{\\"a\\":\\"9007199254740993\\",\\"b\\":9007199254740993}",null,null]',
    );
  });

  it('does not show the annotation that objects are stored with', () => {
    const columns = [{ name: 'All', type: 'string', jsonPath: '.metadata.annotations' }];
    const shown = (annotations: object) =>
      cellsOf(customResourcePrinter(columns), { metadata: { name: 'n', annotations } }).All;
    expect(shown({ [clusterNameAnnotation]: 'c', a: '1' })).toBe('{"a":"1"}');
    expect(shown({ [clusterNameAnnotation]: 'c' })).toBeNull();
  });

  it('shows the first of several values', () => {
    const columns = [{ name: 'Image', type: 'string', jsonPath: '.spec.containers[*].image' }];
    const spec = { containers: [{ name: 'x' }, { image: 'b' }, { image: 'c' }] };
    expect(cellsOf(customResourcePrinter(columns), { spec }).Image).toBe('b');
  });
});
