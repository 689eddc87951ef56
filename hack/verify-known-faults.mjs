#!/usr/bin/env node
// docs/known-faults.md is what the mutants and the cases of the conformance kit say.
import { existsSync, readFileSync } from 'node:fs';
import { page, renderKnownFaults } from './render-known-faults.mjs';

const expected = await renderKnownFaults();
const found = existsSync(page) ? readFileSync(page, 'utf8') : '';
if (found !== expected) {
  console.error('docs/known-faults.md is out of date: run npm run build && node hack/update-known-faults.mjs');
  process.exitCode = 1;
}
