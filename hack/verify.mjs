#!/usr/bin/env node
// Every check that needs no test runner: the linter, then each hack/verify-*.mjs. All run, whatever fails; exit 1 if any did.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const steps = [
  { name: 'biome', arguments: [join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome'), 'check', '.'] },
  ...readdirSync(import.meta.dirname)
    .filter((name) => /^verify-.+\.mjs$/.test(name))
    .sort()
    .map((name) => ({ name: name.slice(0, -'.mjs'.length), arguments: [join(import.meta.dirname, name)] })),
];
const failed = [];
for (const step of steps) {
  const { status, error } = spawnSync(process.execPath, step.arguments, { cwd: root, stdio: 'inherit' });
  if (error !== undefined) console.error(`${step.name}: ${error.message}`);
  if (status !== 0) failed.push(step.name);
}
console.log(
  `verify: ${steps.length - failed.length} of ${steps.length} checks passed${failed.length === 0 ? '' : `; failed: ${failed.join(', ')}`}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
