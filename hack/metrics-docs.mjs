import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** docs/metrics.md names every metric that the sources make; its tables are written from them. */
const root = resolve(import.meta.dirname, '..');
const page = join(root, 'docs', 'metrics.md');
const types = { Gauge: 'gauge', Counter: 'counter', Histogram: 'histogram' };

/** Whose metrics a table holds, by where they are made. */
const tables = [
  { name: 'api', files: 'src/api' },
  { name: 'plugin-host', files: 'src/plugin-host' },
  { name: 'synchro', files: 'src/synchro' },
  { name: 'sql', files: 'storage-plugins/storage-sql/src' },
  { name: 'elasticsearch', files: 'storage-plugins/elasticsearch-storage/src' },
];

const sources = ['src', ...readdirSync(join(root, 'storage-plugins')).map((name) => `storage-plugins/${name}/src`)];

/** Every metric: `file`, `name` (of a plugin without its prefix), `type`, `help`, `labels`. Throws for one that cannot be read from its source. */
export function findMetrics() {
  return sources.flatMap(filesBelow).flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return [...ownMetrics(text), ...pluginMetrics(text)].map((metric) => ({ file, ...metric }));
  });
}

function filesBelow(folder) {
  try {
    return readdirSync(join(root, folder), { recursive: true })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name}`)
      .sort();
  } catch {
    return [];
  }
}

function ownMetrics(text) {
  const made = [
    ...text.matchAll(
      /new (?:Operation)?(Gauge|Counter|Histogram)\(\{\s*name: '([a-z_]+)',\s*help: (['`])(.+?)\3,([\s\S]*?)(?:registers|collect)/g,
    ),
  ];
  const named = text.match(/name: ['`]clusterdex_/g)?.length ?? 0;
  if (named !== made.length)
    throw new Error(`cannot read ${named - made.length} metrics of a source: ${text.slice(0, 200)}`);
  return made.map(([, type, name, , help, rest]) => ({
    type: types[type],
    name,
    help: inserted(help, text),
    labels: labelsOf(rest, text),
  }));
}

/** `${results.join(', ')}` of an array in the same file. */
function inserted(help, text) {
  return help.replace(/\$\{(\w+)\.join\(', '\)\}/g, (_, name) => listOf(name, text).join(', '));
}

function labelsOf(options, text) {
  const [, literal, spread, named] = /labelNames: (?:\[([^\]]*?(\.\.\.\w+)?[^\]]*)\]|(\w+))/.exec(options) ?? [];
  if (named !== undefined) return listOf(named, text);
  if (literal === undefined) return /\blabelNames,/.test(options) ? listOf('labelNames', text) : [];
  const more = spread === undefined ? [] : listOf(spread.slice(3), text);
  return [...more, ...[...literal.matchAll(/'(\w+)'/g)].map(([, name]) => name)];
}

function listOf(name, text) {
  const [, items] = new RegExp(`const ${name} = \\[([^\\]]*)\\]`).exec(text) ?? [];
  if (items === undefined) throw new Error(`the labels or values ${name} are not an array in the same file`);
  return [...items.matchAll(/'(\w+)'/g)].map(([, item]) => item);
}

const insertion = /\$\{(\w+)\}/;

function pluginMetrics(text) {
  const made = [...text.matchAll(/metrics\.(counter|gauge|histogram)\(\s*(['`])(.+?)\2,\s*(?:(['`])(.+?)\4|(\w+))/g)];
  return made.flatMap(([, type, , name, , help, variable]) => {
    if (insertion.exec(name)?.[1] === 'kind') {
      return ['reads', 'writes'].map((kind) => ({
        type,
        name: name.replace(insertion, kind),
        help: help.replace(insertion, kind),
        labels: [],
      }));
    }
    if (variable === undefined && !insertion.test(name)) return [{ type, name, help, labels: [] }];
    const [, entries] = /const operations[^=]*= (?:Object\.freeze\()?\{([\s\S]*?)\n\}/.exec(text) ?? [];
    if (insertion.exec(name)?.[1] !== 'name' || entries === undefined)
      throw new Error(`cannot read the metric ${name}`);
    return [...entries.matchAll(/(\w+): '(.+?)'/g)].map(([, operation, said]) => ({
      type,
      name: `${operation}_seconds`,
      help: said,
      labels: [],
    }));
  });
}

const begin = (name) => `<!-- ${name}: written by hack/update-metrics-docs.mjs -->`;
const end = (name) => `<!-- end of ${name} -->`;

function renderTable(metrics) {
  const rows = metrics.map(
    ({ name, type, labels, help }) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help.replace(/\.$/, '')} |`,
  );
  return ['| name | type | labels | what it says |', '|---|---|---|---|', ...rows].join('\n');
}

/** The page as it has to be. Throws when it has no place for a metric. */
export function renderMetricsDocs() {
  const metrics = findMetrics();
  const homeless = metrics.filter(({ file }) => !tables.some(({ files }) => file.startsWith(`${files}/`)));
  if (homeless.length > 0) throw new Error(`docs/metrics.md has no table for ${homeless.map(({ name }) => name)}`);
  let text = readFileSync(page, 'utf8');
  for (const { name, files } of tables) {
    const [head, rest] = text.split(begin(name));
    const [, tail] = (rest ?? '').split(end(name));
    if (tail === undefined) throw new Error(`docs/metrics.md lacks the lines ${begin(name)} and ${end(name)}`);
    const table = renderTable(metrics.filter(({ file }) => file.startsWith(`${files}/`)));
    text = `${head}${begin(name)}\n\n${table}\n\n${end(name)}${tail}`;
  }
  return text;
}

export function writeMetricsDocs() {
  writeFileSync(page, renderMetricsDocs());
}

export function areMetricsDocsOutdated() {
  return readFileSync(page, 'utf8') !== renderMetricsDocs();
}

/** Names in expressions: what looks like a metric of this program. */
export function metricsNamedIn(expressions) {
  return new Set([...expressions.matchAll(/\bclusterdex_[a-z_]*[a-z]\b/g)].map(([name]) => name));
}
