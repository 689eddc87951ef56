#!/usr/bin/env node
// package-lock.json holds every platform's optional packages, and no registry's address. A registry without the packages of other platforms
// makes npm leave them out, and `npm ci` then fails for everybody.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const { packages } = JSON.parse(readFileSync(join(resolve(import.meta.dirname, '..'), 'package-lock.json'), 'utf8'));
const complaints = [];
for (const [path, entry] of Object.entries(packages)) {
  if (entry.resolved?.startsWith('http')) complaints.push(`${path}: names the registry that it came from`);
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (packages[`node_modules/${name}`] === undefined && packages[`${path}/node_modules/${name}`] === undefined) {
      complaints.push(`${path}: its optional dependency ${name}@${version} has no entry`);
    }
  }
}
for (const complaint of complaints) console.error(complaint);
console.log(`verify-lockfile: ${Object.keys(packages).length} packages, ${complaints.length} complaints`);
process.exitCode = complaints.length === 0 ? 0 : 1;
