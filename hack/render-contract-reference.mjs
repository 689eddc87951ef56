// docs/reference/storage-contract.md, made of the compiled declarations of @clusterdex/storage-contract and their comments.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(import.meta.dirname, '..');
const compiled = join(root, 'storage-plugins', 'storage-contract', 'dist', 'src');

export const page = join(root, 'docs', 'reference', 'storage-contract.md');

/** Which module stands in which part; what none of them has is in the last of its package. */
const parts = [
  { title: 'The plugin', modules: ['storage-plugin', 'capabilities', 'storage-host', 'version'] },
  { title: 'The storage', modules: ['storage-factory', 'stored-object', 'resource-type', 'cluster-inventory'] },
  { title: 'Lists', modules: ['list-options', 'explanation', 'standard-collections'] },
  { title: 'Watches', modules: ['watch'] },
  { title: 'Errors', modules: ['errors'] },
  { title: 'Objects', modules: ['prepare-object', 'reduce-to-metadata'] },
  { title: 'What a plugin does beside storing', folder: 'extensions' },
  { title: 'Steps between a cluster and the storage', folder: 'synchro' },
  { title: 'Schemas', folder: 'schemas' },
  { title: 'Selection', entry: 'selection/index', from: '@clusterdex/storage-contract/selection' },
  { title: 'Conformance kit', entry: 'conformance/index', from: '@clusterdex/storage-contract/conformance' },
];

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The modules that an index exports, in its order. */
function modulesOf(entry) {
  const text = readFileSync(join(compiled, `${entry}.d.ts`), 'utf8');
  const folder = entry.includes('/') ? `${entry.slice(0, entry.lastIndexOf('/'))}/` : '';
  return [...text.matchAll(/^export (\*|\{[^}]*\}) from '\.\/(.+)\.js';$/gm)].map(([, what, module]) => ({
    module: `${folder}${module}`,
    only: what === '*' ? undefined : [...what.matchAll(/(\w+)\s*[,}]/g)].map(([, name]) => name),
  }));
}

/** The exported declarations of a module, each with the comment in front of it. */
function declarationsOf({ module, only }) {
  const lines = readFileSync(join(compiled, `${module}.d.ts`), 'utf8').split('\n');
  const found = [];
  let comment = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index];
    if (line.startsWith('/**')) {
      const end = lines.findIndex((other, at) => at >= index && other.endsWith('*/'));
      comment = lines.slice(index, end + 1);
      index = end;
    } else if (/^export (declare |interface |type |default )/.test(line)) {
      const name = /^export (?:declare )?(?:\w+ )*?(?:interface|type|const|function|class) (\w+)/.exec(line)?.[1];
      const end =
        /[;}]$/.test(line) && !/[{(]$/.test(line)
          ? index
          : lines.findIndex(
              (other, at) =>
                at > index && /^[})\]>].*[;}]?$|^\S.*;$|^ .*;$/.test(other) && closes(lines.slice(index, at + 1)),
            );
      if (name !== undefined && (only === undefined || only.includes(name))) {
        found.push({ name, comment, code: lines.slice(index, end + 1) });
      }
      comment = [];
      index = end;
    } else comment = [];
  }
  return found;
}

/** Whether every bracket outside of comments is closed, and the declaration ends. */
function closes(lines) {
  const text = lines
    .join('\n')
    .replace(/\/\*\*[\s\S]*?\*\//g, '')
    .replace(/'[^'\n]*'|"[^"\n]*"/g, "''");
  const count = (part) => text.split(part).length;
  const balanced = ['{}', '()', '[]'].every(([opening, closing]) => count(opening) === count(closing));
  return balanced && /[;}]$/.test(text.trimEnd());
}

function textOf(comment) {
  return comment
    .map((line) => line.replace(/^\/\*\* ?|^ \*\/$| ?\*\/$|^ \* ?/g, '').trimEnd())
    .join('\n')
    .trim();
}

/** Tables say more than the types of large constants do. */
const longest = 14;

function renderDeclaration({ name, comment, code }, tables) {
  const text = textOf(comment);
  const table = tables[name];
  const shown =
    table ??
    (code[0].startsWith('export declare const') && code.length > longest
      ? []
      : [
          '```ts',
          ...code.map((line) =>
            line.replace(/^( +)/, (space) => ' '.repeat(Math.floor(space.length / 2) + (space.length % 2))),
          ),
          '```',
        ]);
  return [`### ${name}`, '', ...(text === '' ? [] : [text, '']), ...(shown.length === 0 ? [] : [...shown, ''])];
}

function tablesOf({ capabilityQuestions, extensionQuestions, storageErrorCodes, standardCollections, manifestSchema }) {
  const table = (head, rows) => [
    `| ${head.join(' | ')} |`,
    `|${head.map(() => '---').join('|')}|`,
    ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
  ];
  return {
    capabilityQuestions: table(
      ['capability', 'question', 'without it the host'],
      Object.entries(capabilityQuestions).map(([name, { question, otherwise }]) => [
        `\`${name}\``,
        question,
        otherwise === 'host' ? 'does it, over streamed results' : 'refuses',
      ]),
    ),
    extensionQuestions: table(
      ['capability', 'question'],
      Object.entries(extensionQuestions).map(([name, { question }]) => [`\`${name}\``, question]),
    ),
    storageErrorCodes: table(
      ['code', 'meaning', 'retryable'],
      Object.entries(storageErrorCodes).map(([name, { meaning, retryable }]) => [
        `\`${name}\``,
        meaning,
        retryable ? 'yes' : 'no',
      ]),
    ),
    standardCollections: table(
      ['name', 'types'],
      standardCollections.map(({ name, types }) => [
        `\`${name}\``,
        types.length === 0
          ? 'those of the query'
          : types
              .map(({ group, resource }) => [group === '' ? 'core' : group, resource].filter(Boolean).join('/'))
              .join(', '),
      ]),
    ),
    manifestSchema: ['```json', JSON.stringify(manifestSchema, undefined, 2), '```'],
  };
}

export async function renderContractReference() {
  if (!existsSync(join(compiled, 'index.d.ts'))) throw new Error('run npm run build first');
  const contract = await import(pathToFileURL(join(compiled, 'index.js')).href);
  const tables = tablesOf(contract);
  const main = modulesOf('index');
  const placed = new Set();
  const sections = parts.map(({ title, modules, folder, entry, from }) => {
    const wanted =
      entry !== undefined
        ? modulesOf(entry)
        : main.filter(
            ({ module }) => modules?.includes(module) || (folder !== undefined && module.startsWith(`${folder}/`)),
          );
    for (const { module } of wanted) placed.add(module);
    const declarations = wanted.flatMap(declarationsOf);
    return { title, from: from ?? '@clusterdex/storage-contract', declarations };
  });
  const forgotten = main.filter(({ module }) => !placed.has(module)).map(({ module }) => module);
  if (forgotten.length > 0)
    throw new Error(`hack/render-contract-reference.mjs has no part for ${forgotten.join(', ')}`);
  return [
    '<!-- Generated: npm run build && node hack/update-contract-reference.mjs -->',
    `# Storage contract ${contract.contractVersion}`,
    '',
    'Every type, function and constant of `@clusterdex/storage-contract`, with what each guarantees. How a storage is written: [storage-plugins.md](../storage-plugins.md).',
    '',
    ...sections.map(
      ({ title, declarations }) =>
        `- [${title}](#${title.toLowerCase().replaceAll(' ', '-')}): ${declarations.map(({ name }) => `[${name}](#${name.toLowerCase()})`).join(', ')}`,
    ),
    '',
    ...sections.flatMap(({ title, from, declarations }) => [
      `## ${title}`,
      '',
      `From \`${from}\`.`,
      '',
      ...declarations.flatMap((declaration) => renderDeclaration(declaration, tables)),
    ]),
  ].join('\n');
}
