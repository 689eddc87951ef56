#!/usr/bin/env node
// docs/search-conditions.md is what the table of parameters says.
import { existsSync, readFileSync } from 'node:fs';
import { page, renderParametersDocs } from './render-parameters-docs.mjs';

const expected = await renderParametersDocs();
const found = existsSync(page) ? readFileSync(page, 'utf8') : '';
if (found !== expected) {
  console.error('docs/search-conditions.md is out of date: run npm run build && node hack/update-parameters-docs.mjs');
  process.exitCode = 1;
}
