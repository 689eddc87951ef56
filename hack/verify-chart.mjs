#!/usr/bin/env node
// What of charts/clusterdex is generated is as its values say.
import { outdatedChart } from './chart.mjs';

for (const path of outdatedChart()) {
  console.error(`${path} is out of date: run node hack/update-chart.mjs`);
  process.exitCode = 1;
}
