#!/usr/bin/env node
// Writes assets/kubernetes-openapi.br: the OpenAPI v3 schemas of everything that a kube-apiserver can list.
//
// usage: node hack/update-openapi.mjs URL
//
// URL is that of a kube-apiserver that answers without credentials, as `kubectl proxy` does, for example http://127.0.0.1:8001. To have
// alpha and beta APIs in it, start that server with --runtime-config=api/all=true --feature-gates=AllAlpha=true,AllBeta=true.
//
// The asset is text, compressed with brotli. Its first line is JSON: the version of Kubernetes, and for each `group/version/kind` the name
// of its schema. Every other line is the name of a schema, a space, and the schema as JSON; by name.
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const asset = join(resolve(import.meta.dirname, '..'), 'assets', 'kubernetes-openapi.br');
const [server] = process.argv.slice(2);
if (server === undefined) {
  console.error('usage: node hack/update-openapi.mjs URL');
  process.exit(2);
}

async function read(path) {
  const response = await fetch(new URL(path, server), { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

const { gitVersion } = await read('/version');
const { paths } = await read('/openapi/v3');
const schemas = new Map();
const roots = new Map();
for (const [name, { serverRelativeURL }] of Object.entries(paths)) {
  if (!/^api\/v1$|^apis\/[^/]+\/[^/]+$/.test(name)) continue;
  const document = await read(serverRelativeURL);
  for (const [schema, value] of Object.entries(document.components?.schemas ?? {})) schemas.set(schema, value);
  for (const { get } of Object.values(document.paths)) {
    if (get?.['x-kubernetes-action'] !== 'list') continue;
    const { $ref } = get.responses['200'].content['application/json'].schema;
    const list = document.components.schemas[nameOf($ref)];
    addRoot(nameOf($ref), list);
    const element = nameOf(list.properties.items.items.$ref ?? list.properties.items.items.allOf[0].$ref);
    addRoot(element, document.components.schemas[element]);
  }
}

function nameOf(reference) {
  return reference.slice('#/components/schemas/'.length);
}

function addRoot(name, schema) {
  for (const { group, version, kind } of schema['x-kubernetes-group-version-kind']) {
    roots.set(`${group}/${version}/${kind}`, name);
  }
}

const lines = new Map();
function collect(name) {
  if (lines.has(name)) return;
  const text = JSON.stringify(schemas.get(name));
  lines.set(name, text);
  for (const [, found] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) collect(found);
}
for (const name of roots.values()) collect(name);

const header = { kubernetes: gitVersion, types: Object.fromEntries([...roots].sort(byName)) };
const text = [JSON.stringify(header), ...[...lines].sort(byName).map(([name, json]) => `${name} ${json}`)].join('\n');
const compressed = brotliCompressSync(Buffer.from(text), {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: Buffer.byteLength(text),
  },
});
writeFileSync(asset, compressed);
console.log(
  `${asset}: Kubernetes ${gitVersion}, ${roots.size} types, ${lines.size} schemas, ${compressed.length} bytes`,
);

function byName([a], [b]) {
  return a < b ? -1 : a > b ? 1 : 0;
}
