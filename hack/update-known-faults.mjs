#!/usr/bin/env node
// Writes docs/known-faults.md from the mutants of the conformance kit.
import { writeFileSync } from 'node:fs';
import { page, renderKnownFaults } from './render-known-faults.mjs';

writeFileSync(page, await renderKnownFaults());
