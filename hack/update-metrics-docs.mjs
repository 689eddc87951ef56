#!/usr/bin/env node
// Writes the tables of docs/metrics.md from the sources.
import { writeMetricsDocs } from './metrics-docs.mjs';

writeMetricsDocs();
