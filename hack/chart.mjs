import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { renderDashboard } from './dashboard.mjs';

/** What of the chart follows from its values and from files elsewhere: the schema, the table of values, the dashboard, the copies of the CRDs. */
const root = resolve(import.meta.dirname, '..');
const chart = join(root, 'charts', 'clusterdex');
const crds = join(root, 'deploy', 'crds');
const begin = '<!-- values: written by hack/update-chart.mjs -->';
const end = '<!-- end of values -->';

/** Values of `values.yaml` with what their comments say. Throws when a value has none. */
export function readValues() {
  const lines = readFileSync(join(chart, 'values.yaml'), 'utf8').split('\n');
  return readMap({ lines, at: 0 }, { indent: 0, path: [] });
}

/** Of YAML what that file needs: maps in block style, and scalars and lists behind their key. */
function readMap(reader, { indent, path }) {
  const entries = [];
  let comments = [];
  for (; reader.at < reader.lines.length; reader.at++) {
    const line = reader.lines[reader.at];
    if (line.trim() === '') comments = [];
    else if (line.trim().startsWith('#')) comments.push(line.trim().slice(1).trim());
    else {
      const [, spaces, name, text] = /^( *)([A-Za-z_]+):(?: (.+))?$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`values.yaml:${reader.at + 1}: expected "name: value", found "${line}"`);
      if (spaces.length < indent) return entries;
      entries.push(readEntry(reader, { indent, path: [...path, name], text, comments }));
      comments = [];
    }
  }
  return entries;
}

function readEntry(reader, { indent, path, text, comments }) {
  const find = (mark) => comments.find((line) => line.startsWith(mark))?.slice(mark.length + 1);
  const described = { path, name: path.at(-1), description: find('--'), schema: JSON.parse(find('@schema') ?? '{}') };
  if (text !== undefined) return withValue(described, scalarOf(text));
  reader.at++;
  const children = readMap(reader, { indent: indent + 2, path });
  // The last line read belongs to whoever comes behind, comments above it as well.
  do reader.at--;
  while (/^ *#|^$/.test(reader.lines[reader.at]));
  return described.description === undefined ? { ...described, children } : withValue(described, plainOf(children));
}

function withValue(described, value) {
  if (described.description !== undefined) return { ...described, value };
  // Below a value that is described as a whole its parts need no comments.
  return { ...described, value, isBare: true };
}

function plainOf(entries) {
  return Object.fromEntries(entries.map(({ name, value, children }) => [name, children ? plainOf(children) : value]));
}

function scalarOf(text) {
  if (/^(?:true|false|-?\d+|\{\}|\[\])$/.test(text)) return JSON.parse(text);
  const list = /^\[(.+)\]$/.exec(text)?.[1];
  if (list !== undefined) return list.split(', ').map(scalarOf);
  const quoted = /^'(.*)'$/.exec(text)?.[1];
  if (quoted === undefined && /^["[{&*!|>%@`]/.test(text)) throw new Error(`values.yaml: quote ${text}`);
  return quoted ?? text;
}

function schemaOf({ path, isBare, children, description, schema, value }) {
  if (isBare) throw new Error(`values.yaml: ${path.join('.')} has no comment that begins with # --`);
  if (children !== undefined) return objectSchema(children);
  const { free, ...rest } = schema;
  const isClosed = typeof value === 'object' && !Array.isArray(value) && free === undefined;
  if (isClosed && rest.additionalProperties === undefined)
    throw new Error(`values.yaml: say what is in ${description}`);
  return { description, ...(rest.enum === undefined && { type: typeOf(value) }), ...rest, default: value };
}

function typeOf(value) {
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function objectSchema(entries) {
  const properties = Object.fromEntries(entries.map((entry) => [entry.name, schemaOf(entry)]));
  return { type: 'object', additionalProperties: false, properties };
}

function renderSchema(values) {
  const { properties, ...rest } = objectSchema(values);
  // Helm adds it when the chart is part of another one.
  const global = { description: 'Values of the chart that this one is part of', type: 'object' };
  const schema = { $schema: 'http://json-schema.org/draft-07/schema#', ...rest, properties: { ...properties, global } };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

function leavesOf(entries) {
  return entries.flatMap((entry) => (entry.children === undefined ? [entry] : leavesOf(entry.children)));
}

function renderTable(values) {
  const cell = (text) => text.replaceAll('|', '\\|');
  const rows = leavesOf(values).map(
    ({ path, value, description }) =>
      `| \`${path.join('.')}\` | \`${cell(JSON.stringify(value))}\` | ${cell(description)} |`,
  );
  return ['| value | default | what it says |', '|---|---|---|', ...rows].join('\n');
}

function renderReadme(values) {
  const text = readFileSync(join(chart, 'README.md'), 'utf8');
  const [head, rest] = text.split(begin);
  const [, tail] = (rest ?? '').split(end);
  if (tail === undefined) throw new Error(`charts/clusterdex/README.md lacks the lines ${begin} and ${end}`);
  return `${head}${begin}\n\n${renderTable(values)}\n\n${end}${tail}`;
}

/** Path and text of every file that is generated. */
export function renderChart() {
  const values = readValues();
  return [
    { path: join(chart, 'values.schema.json'), text: renderSchema(values) },
    { path: join(chart, 'README.md'), text: renderReadme(values) },
    { path: join(chart, 'files', 'dashboard.json'), text: renderDashboard() },
    ...readdirSync(crds).map((name) => ({
      path: join(chart, 'files', 'crds', name),
      text: readFileSync(join(crds, name), 'utf8'),
    })),
  ];
}

export function writeChart() {
  for (const { path, text } of renderChart()) writeFileSync(path, text);
}

/** Files that are not as they would be written now, and copies of what is no more. */
export function outdatedChart() {
  const rendered = renderChart();
  const expected = new Set(rendered.map(({ path }) => path));
  const copies = readdirSync(join(chart, 'files', 'crds')).map((name) => join(chart, 'files', 'crds', name));
  return [
    ...rendered.filter(({ path, text }) => read(path) !== text).map(({ path }) => path),
    ...copies.filter((path) => !expected.has(path)),
  ].map((path) => relative(root, path));
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
