// docs/known-faults.md, made of the mutants that test the conformance kit, and of the kit, both compiled.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(import.meta.dirname, '..');
const compiledFaults = resolve(root, 'dist', 'test', 'conformance', 'known-faults.js');

export const page = resolve(root, 'docs', 'known-faults.md');

const cell = (text) => text.replaceAll('|', '\\|');

export async function renderKnownFaults() {
  if (!existsSync(compiledFaults)) throw new Error('run npm run build first');
  const { faults, knownFaults, topics } = await import(pathToFileURL(compiledFaults).href);
  const all = topics.flatMap(({ names }) => names);
  for (const { foundBy } of [...faults, ...knownFaults]) {
    for (const name of [foundBy].flat()) if (!all.includes(name)) throw new Error(`no case of the kit: ${name}`);
  }
  const proved = new Set(faults.map(({ foundBy }) => foundBy));
  const rows = topics.flatMap(({ topic, names }) =>
    names.flatMap((name) =>
      faults
        .filter(({ foundBy }) => foundBy === name)
        .map(({ fault }) => `| ${cell(fault)} | ${cell(topic)} | ${cell(name)} |`),
    ),
  );
  return [
    '<!-- Generated: npm run build && node hack/update-known-faults.mjs -->',
    '# Faults that the conformance kit finds',
    '',
    `The kit has ${all.length} cases ([how to run it](storage-plugins.md#conformance-kit)). It is tested itself: by storages that are right but for one fault, each of which has to fail the case`,
    'that names it (`test/conformance`).',
    '',
    '## What storages were seen to do wrong',
    '',
    '| fault | cases that find it |',
    '|---|---|',
    ...knownFaults.map(({ known, foundBy }) => {
      const cases = foundBy.map((name) => `${cell(name)}${proved.has(name) ? '' : ' (tested by no mutant)'}`);
      return `| ${cell(known)} | ${cases.join('<br>')} |`;
    }),
    '',
    `## The ${rows.length} mutants`,
    '',
    '| a storage that | topic | fails the case |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
