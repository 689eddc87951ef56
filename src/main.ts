#!/usr/bin/env node
import { keepYoungGenerationSmall } from './telemetry/young-generation.js';

// Before anything else is loaded, because loading would make it grow.
if (process.argv[2] === 'serve') keepYoungGenerationSmall();

const { createProgram } = await import('./cli/program.js');
const { reportError } = await import('./cli/report-error.js');

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
