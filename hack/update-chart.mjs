#!/usr/bin/env node
// Writes what of charts/clusterdex is generated: the schema of its values, the table in its README, the dashboard, the copies of deploy/crds; and, where
// there is Helm, what the chart renders to, in test/fixtures/chart: read the difference before you commit it.
import { writeChart } from './chart.mjs';
import { writeGolden } from './chart-golden.mjs';
import { findHelm, howToHaveHelm } from './helm.mjs';

writeChart();
const helm = findHelm();
if (helm === undefined)
  console.error(`test/fixtures/chart is left as it was, because there is no Helm: ${howToHaveHelm}`);
else writeGolden(helm);
