#!/usr/bin/env node
// Prints `N passed, N failed, N skipped` of the last `npm test`. No results at all count as one failure.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export const resultsFile = resolve(import.meta.dirname, '..', 'dist', 'test-results.json');

export function summary() {
  if (!existsSync(resultsFile)) return '0 passed, 1 failed, 0 skipped';
  const results = JSON.parse(readFileSync(resultsFile, 'utf8'));
  // A file that could not be loaded has no tests that could fail.
  const broken = results.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  );
  const failed = results.numFailedTests + broken.length;
  return `${results.numPassedTests} passed, ${failed} failed, ${results.numPendingTests + results.numTodoTests} skipped`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(summary());
