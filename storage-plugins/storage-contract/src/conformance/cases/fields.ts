import assert from 'node:assert/strict';
import type { FieldPath, FieldRequirement, SelectorOperator } from '../../list-options.js';
import type { ConformanceCase } from '../conformance-case.js';
import { list } from '../listing.js';
import { store, testObject } from '../test-objects.js';

/** JSON texts of the spec, by name of the object. */
const specs: Readonly<Record<string, string>> = {
  absent: '{}',
  null: '{"field":null,"list":null,"when":null}',
  text: '{"field":"text"}',
  empty: '{"field":""}',
  upper: '{"field":"TEXT"}',
  three: '{"field":3}',
  threeText: '{"field":"3"}',
  decimal: '{"field":3.0}',
  fraction: '{"field":1.50}',
  exponent: '{"field":2e3}',
  big: '{"field":9223372036854775807}',
  true: '{"field":true}',
  false: '{"field":false}',
  trueText: '{"field":"true"}',
  object: '{"field":{"b":1,"a":[true,null]}}',
  array: '{"field":["x"]}',
  nothing: '{"field":[]}',
  unicode: '{"field":"\\u00e9\\ud83d\\ude00"}',
  quote: '{"field":"it\'s \\"so\\""}',
  cpuSmall: '{"field":"250m"}',
  cpuLarge: '{"field":"1500m"}',
  memory: '{"field":"2Gi"}',
  time: '{"field":"2024-03-01T12:00:00+02:00"}',
  date: '{"field":"2024-03-01"}',
  keys: '{"example.com/key":"x","a.b":{"c-d":"y"}}',
  one: '{"list":[{"name":"app","ports":[{"port":80},{"port":443}]}]}',
  two: '{"list":[{"name":"app"},{"name":"side","ports":[{"port":8080}]},{"other":null}]}',
  map: '{"list":{"name":"app","0":{"name":"zero"}}}',
  scalars: '{"list":["a",1,true,null]}',
};

const fleet = Object.entries(specs).map(([each, spec]) => testObject(each, { spec }));
const field = path('field');

function selects(
  name: string,
  requirement: FieldRequirement | readonly FieldRequirement[],
  ...expected: string[]
): ConformanceCase {
  return {
    name,
    needs: ['fieldSelector'],
    fleet,
    async run({ storage }) {
      const fieldSelector = 'path' in requirement ? [requirement] : requirement;
      assert.deepEqual((await list(storage, { fieldSelector })).names, expected.toSorted());
    },
  };
}

/** A case for the operator and a case for its opposite, which holds for all the others. */
function splits(
  name: string,
  { operator = 'in', ...requirement }: Omit<FieldRequirement, 'operator'> & { readonly operator?: 'in' | 'exists' },
  ...expected: string[]
): readonly ConformanceCase[] {
  const opposite: SelectorOperator = operator === 'in' ? 'notIn' : 'notExists';
  const others = Object.keys(specs).filter((each) => !expected.includes(each));
  return [
    selects(name, { ...requirement, operator }, ...expected),
    selects(`${name}; ${opposite} is the opposite`, { ...requirement, operator: opposite }, ...others),
  ];
}

const withField = Object.keys(specs).filter((each) => /"field":(?!null)/.test(specs[each] ?? ''));

const withoutField = Object.keys(specs).filter((each) => !withField.includes(each));

export const fieldCases: readonly ConformanceCase[] = [
  ...splits('a field equals a text, by case', { path: field, values: ['text'] }, 'text'),
  ...splits('a field is one of several texts', { path: field, values: ['text', 'TEXT', 'none'] }, 'text', 'upper'),
  ...splits('an empty text is not an absent field', { path: field, values: [''] }, 'empty'),
  ...splits('null equals absent', { path: field, values: ['null'] }),
  ...splits('a number is its shortest decimal form', { path: field, values: ['3'] }, 'three', 'threeText', 'decimal'),
  ...splits('a fraction is its shortest decimal form', { path: field, values: ['1.5'] }, 'fraction'),
  ...splits('a number with an exponent is its decimal form', { path: field, values: ['2000'] }, 'exponent'),
  ...splits('a number is not its longer forms', { path: field, values: ['3.0', '1.50', '2e3', '03'] }),
  ...splits('a large integer keeps every digit', { path: field, values: ['9223372036854775807'] }, 'big'),
  ...splits('booleans are true and false', { path: field, values: ['true'] }, 'true', 'trueText'),
  ...splits('booleans are not 1 and 0', { path: field, values: ['0', '1'] }),
  ...splits('an object is compact JSON', { path: field, values: ['{"b":1,"a":[true,null]}'] }, 'object'),
  ...splits('a list is compact JSON', { path: field, values: ['["x"]', '[]'] }, 'array', 'nothing'),
  ...splits('text may be any Unicode', { path: field, values: ['é😀'] }, 'unicode'),
  ...splits('text may hold quotes', { path: field, values: ['it\'s "so"', "' OR '1'='1"] }, 'quote'),
  ...splits(
    'a field exists unless it is absent or null',
    { path: field, values: [], operator: 'exists' },
    ...withField,
  ),
  ...splits('a key may hold dots and slashes', { path: path('example.com/key'), values: ['x'] }, 'keys'),
  ...splits('a path goes by keys, not by text', { path: path('a.b', 'c-d'), values: ['y'] }, 'keys'),
  ...splits('a key does not come apart at its dots', { path: path('a', 'b', 'c-d'), values: ['y'] }),
  ...splits('a path into a text finds nothing', { path: path('field', 'length'), values: [], operator: 'exists' }),
  ...splits(
    'a field over a list matches any element',
    { path: path('list[]', 'name'), values: ['side', 'none'] },
    'two',
  ),
  ...splits(
    'a field exists over a list',
    { path: path('list[]', 'name'), values: [], operator: 'exists' },
    'one',
    'two',
  ),
  ...splits('null over a list equals absent', { path: path('list[]', 'other'), values: [], operator: 'exists' }),
  ...splits(
    'a field over lists in lists matches any',
    { path: path('list[]', 'ports[]', 'port'), values: ['443'] },
    'one',
  ),
  ...splits('an element of a list may be meant itself', { path: path('list[]'), values: ['1', 'a'] }, 'scalars'),
  ...splits('null in a list equals absent', { path: path('list[]'), values: ['null', ''] }),
  ...splits('an index selects one element', { path: path('list[0]', 'name'), values: ['app'] }, 'one', 'two'),
  ...splits('an index counts from zero', { path: path('list[1]', 'name'), values: ['side'] }, 'two'),
  ...splits('a negative index counts from the end', { path: path('list[-2]', 'name'), values: ['side'] }, 'two'),
  ...splits('an index beyond the list finds nothing', {
    path: path('list[7]', 'name'),
    values: [],
    operator: 'exists',
  }),
  ...splits('a list is not looked into without brackets', { path: path('list', 'name'), values: ['app'] }, 'map'),
  ...splits('a map is no list', { path: path('list[0]', 'name'), values: ['zero'] }),
  ...splits(
    'a text counts where a field is empty or absent',
    { path: field, values: ['text', '5'], whenEmpty: '5' },
    'text',
    'empty',
    ...withoutField,
  ),
  ...splits(
    'another text counts where a field is empty',
    { path: field, values: ['', 'TEXT'], whenEmpty: '5' },
    'upper',
  ),
  ...splits(
    'the empty text may count where a field is absent',
    { path: field, values: [''], whenEmpty: '' },
    'empty',
    ...withoutField,
  ),
  ...splits(
    'another plain field counts where a field is empty',
    { path: field, values: ['text', 'x'], whenEmpty: path('example.com/key') },
    'text',
    'keys',
  ),
  ...splits(
    'another field counts where a field is empty',
    { path: field, values: ['text', 'side'], whenEmpty: path('list[]', 'name') },
    'text',
    'two',
  ),
  ...splits(
    'the empty text counts where the other field is absent as well',
    { path: field, values: ['side', ''], whenEmpty: path('list[]', 'name') },
    'empty',
    ...withoutField.filter((each) => each !== 'one'),
  ),
  ...splits(
    'a text counts where no element of a list has a field',
    { path: path('list[]', 'name'), values: ['side', '-'], whenEmpty: '-' },
    ...Object.keys(specs).filter((each) => each !== 'one'),
  ),
  selects('fields combine with AND', [
    { path: field, operator: 'exists', values: [] },
    { path: field, operator: 'notIn', values: withField.map(fieldText) },
    { path: path('list[]'), operator: 'notExists', values: [] },
  ]),
  selects(
    'greaterThan compares numbers and quantities',
    { path: field, operator: 'greaterThan', values: ['1.5'] },
    'three',
    'threeText',
    'decimal',
    'exponent',
    'big',
    'memory',
  ),
  selects(
    'lessThan compares numbers and quantities',
    { path: field, operator: 'lessThan', values: ['1500m'] },
    'cpuSmall',
  ),
  selects('a quantity compares by value', { path: field, operator: 'greaterThan', values: ['2000M'] }, 'big', 'memory'),
  selects(
    'large integers compare exactly',
    { path: field, operator: 'greaterThan', values: ['9223372036854775806'] },
    'big',
  ),
  selects('a large integer is not greater than itself', {
    path: field,
    operator: 'greaterThan',
    values: ['9223372036854775807'],
  }),
  selects(
    'times compare as instants',
    { path: field, operator: 'greaterThan', values: ['2024-03-01T09:59:59.5Z'] },
    'time',
  ),
  selects('an equal time is not less', { path: field, operator: 'lessThan', values: ['2024-03-01T10:00:00Z'] }),
  selects(
    'numbers over a list compare with any element',
    { path: path('list[]', 'ports[]', 'port'), operator: 'greaterThan', values: ['443'] },
    'two',
  ),
  selects('what is no number compares with nothing', { path: field, operator: 'greaterThan', values: ['text'] }),
  {
    name: 'metadata is selected like any other field',
    needs: ['fieldSelector'],
    async run({ storage }) {
      await store(storage, [
        testObject('a', { annotations: { 'example.com/note': 'x' } }),
        testObject('b', { namespace: 'n2' }),
      ]);
      const by = (values: readonly string[], ...keys: string[]) =>
        list(storage, { fieldSelector: [{ path: keys.map((key) => ({ key })), operator: 'in', values }] });
      assert.deepEqual((await by(['b'], 'metadata', 'name')).names, ['b']);
      assert.deepEqual((await by(['n1'], 'metadata', 'namespace')).names, ['a']);
      assert.deepEqual((await by(['x'], 'metadata', 'annotations', 'example.com/note')).names, ['a']);
      assert.deepEqual((await by(['Pod'], 'kind')).names, ['a', 'b']);
    },
  },
];

/** A path below spec; `key[]` and `key[1]` go into lists. */
function path(...parts: string[]): FieldPath {
  const segments = parts.map((part) => {
    const [, key = '', list] = /^(.*?)(?:\[(-?\d*)\])?$/.exec(part) ?? [];
    return list === undefined ? { key } : { key, list: list === '' ? ('any' as const) : Number(list) };
  });
  return [{ key: 'spec' }, ...segments];
}

function fieldText(name: string): string {
  const { field: value } = JSON.parse(specs[name] ?? '{}') as { field: unknown };
  if (name === 'big') return '9223372036854775807';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
