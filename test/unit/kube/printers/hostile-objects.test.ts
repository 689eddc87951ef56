import { describe, expect, it } from '@jest/globals';
import type { Fields, Printer } from '../../../../src/kube/printers/printer.js';
import { rowPreparerFor } from '../../../../src/kube/table/prepared-rows.js';
import { renderRow } from '../../../../src/kube/table/row-text.js';
import { createRandom } from '../../../support/random.js';
import { printerOf, readRecording, recordedTypes } from '../../../support/recordings.js';

const replacements: readonly unknown[] = [
  null,
  true,
  0,
  -1.5,
  1e300,
  '',
  'text',
  '\u0001\u2028"\\',
  [],
  {},
  [null],
  [[]],
  [{}],
  { a: { b: 1 } },
  ['2026-11-20T12:00:00Z'],
];

describe('a printer', () => {
  for (const type of recordedTypes) {
    it(`of ${type} makes a row of anything`, () => {
      const printer = printerOf(type);
      const random = createRandom(11);
      const { items } = readRecording<{ readonly items: readonly Fields[] }>(`lists/${type}.json`);
      for (const replacement of replacements) {
        check(printer, { metadata: replacement });
        check(printer, { metadata: { name: 'n' }, spec: replacement, status: replacement });
        for (const path of printer.fields) check(printer, nested(path.replace('#', '').split('.'), replacement));
      }
      for (let round = 0; round < 60; round++) {
        const item = items[Math.floor(random.next() * items.length)] ?? {};
        check(printer, damaged(item, random.next) as Fields);
      }
    });
  }
});

/** The row is JSON of as many cells as ever, and the same whether the object was read as a whole or in parts. */
function check(printer: Printer, object: Fields): void {
  const preparer = rowPreparerFor(printer);
  const row = preparer.read(preparer.prepare(Buffer.from(JSON.stringify(object))));
  const cells = JSON.parse(`{"cells":[${renderRow(row ?? '', 0)}}`) as { readonly cells: readonly unknown[] };
  expect(cells.cells).toHaveLength(printer.cells({}).length);
  expect(cells.cells.every((cell) => cell === null || typeof cell !== 'object')).toBe(true);
}

function nested(path: readonly string[], value: unknown): Fields {
  return path.reduceRight((inside: unknown, name) => ({ [name]: inside }), value) as Fields;
}

function damaged(value: unknown, random: () => number): unknown {
  if (random() < 0.03) return replacements[Math.floor(random() * replacements.length)];
  if (Array.isArray(value)) return value.map((member) => damaged(member, random));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, damaged(member, random)]));
}
