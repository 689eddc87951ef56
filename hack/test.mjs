#!/usr/bin/env node
// npm test: installs and builds what is missing, then runs every test. Arguments go to jest: npm test -- test/differential
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';
import { resultsFile } from './test-summary.mjs';

rmSync(resultsFile, { force: true });
prepare();
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const { status, signal } = spawnSync(
  process.execPath,
  [jest, '--json', `--outputFile=${resultsFile}`, ...process.argv.slice(2)],
  { cwd: root, stdio: ['inherit', 'ignore', 'inherit'] },
);
if (signal !== null) console.error(`jest was ended by ${signal}`);
process.exitCode = status ?? 1;
