#!/usr/bin/env node
// docs/dependencies.md names exactly the registry packages that the package.json files ask for, and each has a free licence.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const freeLicences = [
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'MIT OR Apache-2.0',
];

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const manifests = [
  root,
  ...readdirSync(join(root, 'storage-plugins')).map((name) => join(root, 'storage-plugins', name)),
]
  .map((folder) => join(folder, 'package.json'))
  .filter((path) => existsSync(path))
  .map(readJson);
const ours = new Set(manifests.map((manifest) => manifest.name));
const asked = new Set(
  manifests
    .flatMap((manifest) =>
      Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies }),
    )
    .filter((name) => !ours.has(name)),
);
const page = readFileSync(join(root, 'docs', 'dependencies.md'), 'utf8');
const named = new Set([...page.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]));

const complaints = [
  ...[...asked]
    .filter((name) => !named.has(name))
    .map((name) => `${name}: in a package.json, but docs/dependencies.md does not say why`),
  ...[...named]
    .filter((name) => !asked.has(name))
    .map((name) => `${name}: in docs/dependencies.md, but in no package.json`),
  ...[...asked].flatMap((name) => {
    const path = join(root, 'node_modules', name, 'package.json');
    if (!existsSync(path)) return [`${name}: not installed, so its licence is unknown; run npm ci`];
    const licence = readJson(path).license;
    return freeLicences.includes(licence)
      ? []
      : [`${name}: licence '${licence}', expected one of ${freeLicences.join(', ')}`];
  }),
  ...manifests
    .filter((manifest) => manifest.license !== 'Apache-2.0')
    .map(
      (manifest) =>
        `${manifest.name}: our own package.json files say "license": "Apache-2.0", this one '${manifest.license}'`,
    ),
];
for (const complaint of complaints) console.error(complaint);
console.log(`verify-dependencies: ${asked.size} dependencies, ${complaints.length} complaints`);
process.exitCode = complaints.length === 0 ? 0 : 1;
