#!/usr/bin/env node
// Every row of docs/bad-input.md names a test that exists: a file below test/, and the name of a test in it.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs', 'bad-input.md'), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| input |'));
const complaints = [];
for (const row of rows) {
  const input = row.split('|')[1].trim();
  const [, file, name] = /`([^`]+\.test\.ts)`: `([^`]+)` \|$/.exec(row) ?? [];
  const path = file === undefined ? undefined : join(root, 'test', file);
  if (path === undefined) complaints.push(`${input}: names no test`);
  else if (!existsSync(path)) complaints.push(`${input}: there is no test/${file}`);
  else if (!readFileSync(path, 'utf8').includes(name)) complaints.push(`${input}: test/${file} has no test '${name}'`);
}
if (rows.length === 0) complaints.push('docs/bad-input.md has no rows');
for (const complaint of complaints) console.error(complaint);
console.log(`verify-bad-input: ${rows.length} rows, ${complaints.length} complaints`);
process.exitCode = complaints.length === 0 ? 0 : 1;
