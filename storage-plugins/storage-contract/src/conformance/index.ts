export * from './cases/topics.js';
export * from './conformance.js';
export * from './conformance-case.js';
export * from './conformance-report.js';
export { type ConformanceOptions, type ReferenceStorage, runConformance } from './conformance-run.js';
export * from './conformance-summary.js';
export * from './create-test-host.js';
export * from './junit.js';
