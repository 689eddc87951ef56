#!/usr/bin/env node
// docs/metrics.md names every metric that the sources make, and says what they say.
import { areMetricsDocsOutdated } from './metrics-docs.mjs';

if (areMetricsDocsOutdated()) {
  console.error('docs/metrics.md is out of date: run node hack/update-metrics-docs.mjs');
  process.exitCode = 1;
}
