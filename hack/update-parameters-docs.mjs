#!/usr/bin/env node
// Writes docs/search-conditions.md from the table of parameters.
import { writeFileSync } from 'node:fs';
import { page, renderParametersDocs } from './render-parameters-docs.mjs';

writeFileSync(page, await renderParametersDocs());
