#!/usr/bin/env node
// Writes docs/reference/storage-contract.md from the declarations of the contract.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { page, renderContractReference } from './render-contract-reference.mjs';

mkdirSync(dirname(page), { recursive: true });
writeFileSync(page, await renderContractReference());
