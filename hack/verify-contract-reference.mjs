#!/usr/bin/env node
// docs/reference/storage-contract.md is what the declarations of the contract say.
import { existsSync, readFileSync } from 'node:fs';
import { page, renderContractReference } from './render-contract-reference.mjs';

const expected = await renderContractReference();
const found = existsSync(page) ? readFileSync(page, 'utf8') : '';
if (found !== expected) {
  console.error(
    'docs/reference/storage-contract.md is out of date: run npm run build && node hack/update-contract-reference.mjs',
  );
  process.exitCode = 1;
}
